-- The sessions of a theme on its reference clock that the newest vintage published for the first time.
select
    count(*) as session_count,
    min(session_date) as first_date,
    max(session_date) as last_date
from (
    select
        session_date,
        min(as_of_at) as first_as_of_at
    from signal.theme_clock_daily_vintage
    where theme = $theme and clock = $clock
    group by session_date
) as row_of
where first_as_of_at = $as_of_at
