-- write: view
-- grain: one row per (session_date, theme).
-- purpose: theme_clock_daily on each theme's reference clock.
-- limits: rows with is_provisional were published before their cut-off and will change.
-- columns: theme_clock_daily
select c.*
from current.theme_clock_daily as c
semi join raw.theme as t on c.theme = t.theme and c.clock = t.clock
