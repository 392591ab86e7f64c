-- write: view
-- grain: one row per (session_date, theme, clock).
-- purpose: theme_clock_daily as it stands now: closed sessions as published, open ones provisionally.
-- limits: a provisional row is in no vintage.
select * exclude (is_removed, superseded_at)
from vintage.theme_clock_daily
where superseded_at is null and not is_removed
union all by name
select * exclude (is_removed)
from provisional.theme_clock_daily
qualify row_number() over (partition by session_date, theme, clock order by as_of_at desc) = 1 and not is_removed
