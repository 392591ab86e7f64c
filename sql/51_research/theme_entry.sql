-- write: replace
-- grain: one row per (session_date, theme, symbol), on the theme's reference clock.
-- purpose: the theme's signal beside the moment at which the instrument could first be dealt in, and what kind of
--   evidence the row is.
-- limits: the signal as it was known at entry, or as it stands now where nothing was published by then (is_backfilled).
--   Volatility is that of the session before.
select
    d.session_date,
    d.theme,
    e.symbol,
    e.expected_sign,
    d.clock,
    d.cutoff_at,
    n.entry_date,
    n.entry_at,
    n.delay_hours,
    if(v.session_date is null, d.signal_score, v.signal_score) as signal_score,
    if(v.session_date is null, d.pressure_fast, v.pressure_fast) as pressure_fast,
    p.realised_vol,
    v.session_date is null as is_backfilled,
    coalesce(d.cutoff_at < f.frozen_at, true) as is_hindsight,
    c.is_demonstration
from signal.theme_daily as d
cross join (select cast($frozen_at as timestamp) as frozen_at) as f
cross join (select coalesce(bool_or(collection = 'seeds'), false) as is_demonstration from raw.article) as c
inner join raw.expected_sign as e on d.theme = e.theme
inner join research.entry as n on d.session_date = n.session_date and d.clock = n.clock and e.symbol = n.symbol
left join signal.theme_clock_daily_vintage as v
    on
        d.session_date = v.session_date
        and d.theme = v.theme
        and d.clock = v.clock
        and n.entry_at >= v.as_of_at
        and coalesce(n.entry_at < v.superseded_at, true)
        and not v.is_removed
asof left join (select * from signal.price_daily where realised_vol is not null) as p -- noqa: LT14
    on e.symbol = p.symbol and d.session_date > p.session_date
where not d.is_provisional
