-- write: macro (ts)
-- purpose: an instant given as text or timestamp, in UTC; text with an offset is shifted, text without is UTC.
--   Seconds may be left out.
select
    if(
        regexp_matches(cast(ts as varchar), ':[0-9]{2}.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'),
        cast(
            regexp_replace(cast(ts as varchar), '^([-0-9]{10}[ T][0-9]{2}:[0-9]{2})(Z|[+-].*)$', '\1:00\2')
            as timestamptz
        ) at time zone 'UTC',
        cast(ts as timestamp)
    ) as instant
