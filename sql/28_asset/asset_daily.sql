-- write: replace session_date, by year
-- grain: one row per (session_date, theme, symbol).
-- purpose: the theme's row at the asset's own clock beside the asset's price: the table for notebooks.
-- limits: priced_in_z is the sum of the last 5 abnormal moves known at the cut-off, in 60-session standard deviations,
--   plus = already moved the expected way. first_tradable_at is the first strike of the same
--   asset that comes later than cutoff_at + 15 minutes: never the fixing that the row itself is joined to.
select
    p.* exclude (session_date, symbol), -- noqa: RF02
    t.session_date,
    t.theme,
    p.symbol,
    e.expected_sign,
    t.cutoff_at,
    t.status,
    t.is_provisional,
    t.article_count,
    t.story_count,
    t.risk_score,
    t.escalation_score,
    t.pressure_fast,
    t.pressure_slow,
    t.signal_z,
    t.signal_score,
    t.signal_change,
    t.confidence,
    e.expected_sign * m.move_sum_5 / nullif(m.move_sd_60 * sqrt(5), 0) as priced_in_z,
    e.expected_sign * t.signal_score as directional_score,
    n.struck_at as first_tradable_at
from daily.theme_clock_daily as t
inner join raw.expected_sign as e on t.theme = e.theme
inner join daily.price_daily as p on e.symbol = p.symbol and t.clock = p.clock and t.session_date = p.session_date
asof left join market.price_abnormal as m on p.symbol = m.symbol and t.cutoff_at >= m.known_at
asof left join raw.session as n on t.clock = n.clock and t.cutoff_at + interval 15 minute < n.struck_at
where t.session_date between $from_date and $to_date
