-- write: append changed, by year
-- grain: one row per (session_date, theme, clock) and publication that changed it.
-- purpose: rows published before their cut-off; none of them is history, all end at the cut-off.
-- limits: the newest version of a key counts; is_removed marks that the session has closed.
select *
from daily.theme_clock_daily
where session_date between $from_date and $to_date and is_provisional
