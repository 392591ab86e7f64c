-- write: replace
-- grain: one row per (session_date, theme, symbol, predictor), on the theme's reference clock.
-- purpose: what each predictor said of an instrument before it could be dealt in, plus = up. Join
--   research.forward_return on (entry_date, symbol) for what came of it.
-- limits: pressure is in the predictor's own unit: news pressure, index points, or standard deviations of a price.
with said as (
    select
        session_date,
        theme,
        symbol,
        'georisk' as predictor,
        expected_sign * signal_score as directional_score,
        pressure_fast as pressure
    from research.theme_entry
    union all
    select
        t.session_date,
        t.theme,
        t.symbol,
        s.predictor,
        t.expected_sign * s.score as directional_score,
        s.pressure
    from research.theme_entry as t
    inner join research.predictor_standing as s on t.session_date = s.session_date and t.theme = s.theme
    union all
    select
        t.session_date,
        t.theme,
        t.symbol,
        'placebo' as predictor,
        t.expected_sign * p.signal_score as directional_score,
        cast(null as double) as pressure
    from research.theme_entry as t
    inner join raw.placebo_daily as p on t.session_date = p.session_date and t.clock = p.clock
    union all
    select
        session_date,
        theme,
        symbol,
        'momentum' as predictor,
        score as directional_score,
        z as pressure
    from research.momentum
)

select
    t.session_date,
    t.theme,
    t.symbol,
    s.predictor,
    t.clock,
    t.cutoff_at,
    t.entry_date,
    t.entry_at,
    t.delay_hours,
    t.expected_sign,
    s.directional_score,
    s.pressure,
    t.realised_vol,
    t.is_backfilled,
    t.is_hindsight,
    t.is_demonstration
from research.theme_entry as t
inner join said as s on t.session_date = s.session_date and t.theme = s.theme and t.symbol = s.symbol
