-- Migration 50: what the research report compares with. Replaced by every report; the daily run never reads it.

create table raw.research_event (
    event_id varchar not null,
    label varchar not null,
    occurred_at timestamp not null,
    precision varchar not null,
    theme varchar not null,
    expected_sign integer not null,
    source varchar not null
);

create table raw.public_index (
    index_name varchar not null,
    index_date date not null,
    value double not null
);

create table raw.keyword_title (
    article_id varchar not null
);

create table raw.placebo_daily (
    session_date date not null,
    clock varchar not null,
    story_count bigint not null,
    signal_score double
);
