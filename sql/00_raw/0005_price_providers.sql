-- Migration 5: several providers of one price: who is asked in which order, what each said, and in which basis.

alter table raw.instrument add column calendar varchar;

alter table raw.instrument add column max_move double;

alter table raw.incoming_price add column provider varchar;

-- Prices stored before had one basis: theirs.
alter table raw.price add column basis_no integer default 1;

create table raw.price_offer (
    symbol varchar not null,
    provider varchar not null,
    preference integer not null,
    series varchar not null,
    lag_hours double not null,
    is_live boolean not null
);

create table raw.price_rebase (
    symbol varchar not null,
    provider varchar not null,
    basis_no integer not null,
    close_factor double not null,
    adj_factor double not null,
    tolerance double not null,
    session_count bigint not null,
    fetched_at timestamp not null,
    run_id varchar not null
);

create table raw.price_blank (
    symbol varchar not null,
    provider varchar not null,
    price_date date not null,
    fetched_at timestamp not null,
    run_id varchar not null
);

create table raw.price_ask (
    run_id varchar not null,
    provider varchar not null,
    symbol varchar not null,
    series varchar not null,
    from_date date not null,
    to_date date not null,
    asked_at timestamp not null,
    outcome varchar not null,
    row_count bigint not null,
    message varchar
);

create table raw.exchange_session (
    calendar varchar not null,
    session_date date not null
);
