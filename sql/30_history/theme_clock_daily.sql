-- write: append changed, by year
-- grain: one row per (session_date, theme, clock) and publication that changed it.
-- purpose: every version of theme_clock_daily that was ever published; nothing here is updated or deleted.
-- limits: a row that vanished is repeated with is_removed = true.
select *
from daily.theme_clock_daily
where session_date between $from_date and $to_date and not is_provisional
