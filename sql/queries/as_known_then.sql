-- What would a reader have seen at an instant? The newest rows of each theme as they were published then. A backtest
-- joins this and not today's table. Where the file is attached under a name, say `use <name>` first.
select
    theme,
    session_date,
    status,
    round(risk_score, 3) as risk_score,
    round(signal_score, 2) as signal_score,
    as_of_at,
    run_id
from signal.theme_daily_as_known('2025-10-08T06:00:00Z')
qualify row_number() over (partition by theme order by session_date desc) <= 2
order by theme asc, session_date desc
