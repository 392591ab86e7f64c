-- Migration 7: what the published rows were made from, day by day, so that the next run knows where to begin.

create table raw.published_input (
    kind varchar not null,
    input_date date,
    digest varchar not null
);
