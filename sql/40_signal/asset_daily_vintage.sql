-- write: view
-- grain: one row per (session_date, theme, symbol, as_of_at).
-- purpose: every published version of asset_daily; is_removed marks the end of a row.
-- limits: none.
-- columns: asset_daily
select *
from vintage.asset_daily
