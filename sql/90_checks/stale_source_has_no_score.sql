-- fail: a session without a live source, or without news, shows a score
select
    session_date,
    theme,
    clock,
    status
from daily.theme_clock_daily
where
    session_date between $from_date and $to_date
    and status in ('stale_source', 'no_news')
    and coalesce(risk_score, escalation_score, tone_score, vader_score) is not null
