-- write: replace
-- grain: one row per (session_date, theme, clock).
-- purpose: where a session's pressure stands among the 250 healthy sessions before it: z, signal and rank.
-- limits: null with fewer than 60 of them. The median is robust, but of a sparse theme MAD is 0 most of the time, so
--   the scale is the largest of 1.4826 MAD, standard deviation and 0.02.
with past as (
    select
        *,
        count(*) over before as past_count,
        median(pressure_fast) over before as past_median,
        1.4826e0 * mad(pressure_fast) over before as past_mad,
        sum(exact) over before as past_sum,
        sum(exact * exact) over before as past_square_sum,
        list(pressure_fast) over before as past_list
    from (
        select
            *,
            cast(pressure_fast as decimal(18, 12)) as exact
        from pressure.theme_pressure
        where pressure_fast is not null
    ) as known
    window before as (
        partition by theme, clock order by session_date rows between 250 preceding and 1 preceding
    )
),

spread as (
    select
        *,
        -- From exact sums: a window function over doubles rounds otherwise when later sessions follow.
        sqrt(
            greatest(
                cast(past_square_sum as double) - cast(past_sum as double) * cast(past_sum as double) / past_count, 0
            ) / nullif(past_count - 1, 0)
        ) as past_sd
    from past
),

scored as (
    select
        *,
        if(
            past_count >= 60, (pressure_fast - past_median) / greatest(past_mad, past_sd, 0.02), null
        ) as signal_z,
        if(
            past_count >= 60,
            len(list_filter(past_list, lambda value: value <= pressure_fast)) / past_count,
            null
        ) as risk_pct_rank_250
    from spread
)

select
    p.session_date,
    p.theme,
    p.clock,
    p.pressure_fast,
    p.pressure_slow,
    s.signal_z,
    tanh(s.signal_z / 2) as signal_score,
    tanh(s.signal_z / 2)
    - lag(tanh(s.signal_z / 2)) over (partition by p.theme, p.clock order by p.session_date) as signal_change,
    s.risk_pct_rank_250
from pressure.theme_pressure as p
left join scored as s on p.session_date = s.session_date and p.theme = s.theme and p.clock = s.clock
