-- write: view
-- grain: one row per (session_date, theme, clock).
-- purpose: theme_clock_daily as it stands now.
-- limits: none.
select * exclude (is_removed, superseded_at)
from vintage.theme_clock_daily
where superseded_at is null and not is_removed
