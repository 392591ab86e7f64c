-- Migration 4: every time a live source was asked and what came of it; how often it should be asked.

create table raw.source_fetch (
    source varchar not null,
    url varchar not null,
    run_id varchar not null,
    started_at timestamp not null,
    seen_at timestamp not null,
    outcome varchar not null,
    http_status integer,
    item_count bigint not null,
    new_count bigint not null,
    quarantined_count bigint not null,
    newest_item_at timestamp,
    etag varchar,
    last_modified varchar,
    message varchar
);

alter table raw.source add column cadence_minutes integer;
