-- write: replace
-- grain: one row per (session_date, theme, symbol, clock).
-- purpose: our signal at every clock, not only the theme's own: how much depends on the hour at which the news is cut.
-- limits: as they stand now; same_move is the return of the session that the entry closes, association only.
select
    d.session_date,
    d.theme,
    e.symbol,
    d.clock,
    d.cutoff_at,
    n.entry_date,
    n.entry_at,
    n.delay_hours,
    e.expected_sign * d.signal_score as directional_score,
    e.expected_sign * d.risk_score as directional_risk
from signal.theme_clock_daily as d
inner join raw.expected_sign as e on d.theme = e.theme
inner join research.entry as n on d.session_date = n.session_date and d.clock = n.clock and e.symbol = n.symbol
where not d.is_provisional
