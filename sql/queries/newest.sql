-- What is newest in one line each? Of each theme the newest row, and the newest one with news where that is another.
select
    theme,
    session_date,
    clock,
    status,
    cast(risk_score as double) as risk_score,
    escalation_score,
    story_count
from signal.theme_daily
qualify
    row_number() over (partition by theme order by session_date desc) = 1
    or row_number() over (partition by theme, status in ('ok', 'low_coverage') order by session_date desc) = 1
    and status in ('ok', 'low_coverage')
order by theme, session_date
