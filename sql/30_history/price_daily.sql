-- write: append changed, by year
-- grain: one row per (session_date, symbol) and publication that changed it.
-- purpose: every version of price_daily that was ever published; nothing here is updated or deleted.
-- limits: a row that vanished is repeated with is_removed = true.
select p.*
from daily.price_daily as p
semi join raw.session as s on p.clock = s.clock and p.session_date = s.session_date and s.cutoff_at <= $as_of_at
where p.session_date between $from_date and $to_date
