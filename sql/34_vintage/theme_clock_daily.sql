-- write: view
-- grain: one row per (session_date, theme, clock, as_of_at).
-- purpose: each version beside the instant at which the next one replaced it (null: it still stands).
-- limits: none.
-- columns: theme_clock_daily
select
    *,
    lead(as_of_at) over (partition by session_date, theme, clock order by as_of_at) as superseded_at
from history.theme_clock_daily
