-- write: macro (ts)
-- purpose: an instant given as text or timestamp, in UTC; text with an offset is shifted, text without is UTC.
select
    if(
        regexp_matches(cast(ts as varchar), ':[0-9]{2}.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'),
        cast(cast(ts as varchar) as timestamptz) at time zone 'UTC',
        cast(ts as timestamp)
    ) as instant
