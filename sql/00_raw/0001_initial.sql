-- Migration 1: what the tasks load. Instants are UTC in plain TIMESTAMP; scores are DECIMAL so that sums are exact.

create table raw.article (
    article_id varchar not null,
    source varchar not null,
    source_kind varchar not null,
    collection varchar not null,
    url varchar,
    language varchar not null,
    title varchar not null,
    published_at timestamp not null,
    published_precision varchar not null,
    first_seen_at timestamp,
    available_at timestamp not null,
    ingested_at timestamp not null,
    content_hash varchar not null,
    fingerprint varchar not null,
    run_id varchar not null
);

create table raw.incoming_article (
    incoming_no bigint not null,
    article_id varchar not null,
    source varchar not null,
    source_kind varchar not null,
    collection varchar not null,
    url varchar,
    language varchar not null,
    title varchar not null,
    published_at timestamp not null,
    published_precision varchar not null,
    first_seen_at timestamp,
    available_at timestamp not null,
    ingested_at timestamp not null,
    content_hash varchar not null,
    fingerprint varchar not null,
    run_id varchar not null,
    sections struct(section varchar, text varchar)[] not null
);

create table raw.article_section (
    article_id varchar not null,
    section_no integer not null,
    section varchar not null,
    text varchar not null
);

create table raw.article_story (
    article_id varchar not null,
    story_id varchar not null
);

create table raw.sentence (
    article_id varchar not null,
    sentence_no integer not null,
    section varchar not null,
    section_weight decimal(4, 2) not null,
    text varchar not null,
    is_price_move boolean not null,
    level varchar not null,
    vader_score decimal(5, 4) not null,
    tone_score decimal(5, 4) not null,
    escalation_score decimal(5, 4) not null,
    model_version varchar not null,
    lexicon_version varchar not null
);

create table raw.sentence_theme (
    article_id varchar not null,
    sentence_no integer not null,
    theme varchar not null,
    relevance decimal(5, 4) not null,
    score decimal(5, 4) not null,
    spans varchar not null
);

create table raw.session (
    clock varchar not null,
    session_date date not null,
    previous_cutoff_at timestamp,
    cutoff_at timestamp not null,
    struck_at timestamp not null
);

create table raw.price (
    symbol varchar not null,
    price_date date not null,
    open double,
    high double,
    low double,
    close double not null,
    adj_close double,
    volume double,
    currency varchar,
    provider varchar not null,
    vintage_no integer not null,
    fetched_at timestamp not null,
    run_id varchar not null
);

create table raw.incoming_price (
    incoming_no bigint not null,
    location varchar not null,
    symbol varchar,
    date varchar,
    open varchar,
    high varchar,
    low varchar,
    close varchar,
    adj_close varchar,
    volume varchar,
    currency varchar
);

create table raw.dividend (
    symbol varchar not null,
    ex_date date not null,
    amount double not null,
    currency varchar,
    provider varchar not null
);

create table raw.quarantine (
    quarantine_id varchar not null,
    kind varchar not null,
    source varchar not null,
    location varchar not null,
    reason varchar not null,
    message varchar not null,
    article_id varchar,
    published_at timestamp,
    payload varchar not null,
    quarantined_at timestamp not null,
    run_id varchar not null
);

create table raw.publication (
    run_id varchar not null,
    as_of_at timestamp not null,
    from_date date not null,
    to_date date not null
);

create table raw.run_log (
    run_id varchar not null,
    step varchar not null,
    status varchar not null,
    started_at timestamp not null,
    seconds double not null,
    counts varchar not null,
    message varchar
);

create table raw.theme (
    theme varchar not null,
    label varchar not null,
    clock varchar not null,
    shrinkage decimal(9, 4) not null,
    meaning varchar not null
);

create table raw.instrument (
    symbol varchar not null,
    label varchar not null,
    clock varchar not null,
    currency varchar not null,
    adjustment varchar not null,
    return_kind varchar not null,
    allows_nonpositive boolean not null,
    benchmark_symbol varchar,
    publication_lag_hours double not null
);

create table raw.expected_sign (
    theme varchar not null,
    symbol varchar not null,
    expected_sign integer not null
);

create table raw.source (
    source varchar not null,
    kind varchar not null,
    publisher varchar not null,
    terms varchar not null,
    covers_from date,
    covers_to date
);
