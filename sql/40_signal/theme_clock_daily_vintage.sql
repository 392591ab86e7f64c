-- write: view
-- grain: one row per (session_date, theme, clock, as_of_at).
-- purpose: every published version of theme_clock_daily; is_removed marks the end of a row.
-- limits: none.
-- columns: theme_clock_daily
select *
from vintage.theme_clock_daily
