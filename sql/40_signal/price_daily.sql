-- write: view
-- grain: one row per (session_date, symbol).
-- purpose: price_daily as it stands now.
-- limits: none.
select * exclude (is_removed, superseded_at)
from vintage.price_daily
where superseded_at is null and not is_removed
