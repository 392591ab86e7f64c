-- Migration 8: the parts of a backfill that are built, so that a run after a kill goes on with the rest.

create table raw.backfill_part (
    backfill_key varchar not null,
    from_date date not null,
    to_date date not null
);
