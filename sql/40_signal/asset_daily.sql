-- write: view
-- grain: one row per (session_date, theme, symbol).
-- purpose: asset_daily as it stands now.
-- limits: none.
select * exclude (is_removed, superseded_at)
from vintage.asset_daily
where superseded_at is null and not is_removed
