-- write: append changed
-- grain: one row per (session_date, symbol) and publication that changed it.
-- purpose: every version of price_daily that was ever published; nothing here is updated or deleted.
-- limits: a row that vanished is repeated with is_removed = true.
select *
from daily.price_daily
where session_date between $from_date and $to_date
