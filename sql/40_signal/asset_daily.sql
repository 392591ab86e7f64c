-- write: view
-- grain: one row per (session_date, theme, symbol).
-- purpose: asset_daily as it stands now.
-- limits: rows with is_provisional were published before their cut-off and will change.
select *
from current.asset_daily
