-- fail: a score lies outside [-1, 1] or is not a number
select
    session_date,
    theme,
    clock
from daily.theme_clock_daily
where
    session_date between $from_date and $to_date
    and not (
        coalesce(abs(risk_score), 0) <= 1
        and coalesce(abs(escalation_score), 0) <= 1
        and coalesce(abs(vader_score), 0) <= 1
        and coalesce(abs(tone_score), 0) <= 1
        and coalesce(threat_score, 0) between 0 and 1
        and coalesce(act_score, 0) between 0 and 1
        and coalesce(deescalation_score, 0) between -1 and 0
        and coalesce(isfinite(dispersion), true)
    )
