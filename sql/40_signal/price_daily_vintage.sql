-- write: view
-- grain: one row per (session_date, symbol, as_of_at).
-- purpose: every published version of price_daily; is_removed marks the end of a row.
-- limits: none.
-- columns: price_daily
select *
from vintage.price_daily
