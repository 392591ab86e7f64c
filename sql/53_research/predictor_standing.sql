-- write: replace
-- grain: one row per (session_date, theme, predictor).
-- purpose: the baselines against their own past 250 sessions, by the rule of signal_z.
-- limits: null with fewer than 60 of them; no floor but the data's own spread.
with past as (
    select
        *,
        count(*) over before as past_count,
        median(pressure) over before as past_median,
        greatest(1.4826e0 * mad(pressure) over before, stddev_samp(pressure) over before) as past_scale
    from research.predictor_pressure
    where pressure is not null
    window before as (
        partition by theme, predictor order by session_date rows between 250 preceding and 1 preceding
    )
)

select
    session_date,
    theme,
    predictor,
    pressure,
    if(past_count >= 60, tanh((pressure - past_median) / nullif(past_scale, 0) / 2), null) as score
from past
