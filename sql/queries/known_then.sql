-- What was known then? Every version of a theme's row, with the span of time in which it was the published one.
-- For a whole table at one instant: select * from signal.theme_daily_as_known('2025-10-08T06:00:00Z').
select
    theme,
    session_date,
    as_of_at as known_from,
    superseded_at as known_until,
    is_removed,
    status,
    risk_score,
    run_id
from signal.theme_clock_daily_vintage
where clock = 'XETR' and theme = 'european_risk_premium'
order by session_date, as_of_at
