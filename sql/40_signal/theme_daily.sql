-- write: view
-- grain: one row per (session_date, theme).
-- purpose: theme_clock_daily on each theme's reference clock.
-- limits: none.
-- columns: theme_clock_daily
select v.* exclude (is_removed, superseded_at) -- noqa: RF02
from vintage.theme_clock_daily as v
inner join raw.theme as t on v.theme = t.theme and v.clock = t.clock
where v.superseded_at is null and not v.is_removed
