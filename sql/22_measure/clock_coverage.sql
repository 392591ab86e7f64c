-- write: replace session_date, by year
-- grain: one row per (session_date, clock).
-- purpose: which share of the expected sources could have brought news of the session.
-- limits: a source is expected once it has begun, a feed until it is switched off. Sources that nobody declared are
--   expected together, as one archive: a file that names hundreds of publishers promises none of them every day.
with expected as (
    select
        session_date,
        clock,
        if(is_declared, source, null) as declared_source,
        bool_or(is_covered) as is_covered
    from core.source_session
    where session_date between $from_date and $to_date and is_expected
    group by session_date, clock, declared_source
)

select
    session_date,
    clock,
    sum(cast(is_covered as integer)) / count(*) as coverage_share
from expected
group by session_date, clock
