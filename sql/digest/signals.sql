-- purpose: the newest row of each theme on its reference clock.
select
    theme,
    session_date,
    clock,
    if(is_provisional, status || ' (open)', status) as status,
    cast(risk_score as double) as risk_score,
    cast(signal_z as double) as signal_z,
    cast(signal_score as double) as signal_score,
    cast(confidence as double) as confidence,
    story_count,
    source_count
from signal.theme_latest
order by theme
