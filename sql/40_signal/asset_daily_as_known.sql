-- write: macro (ts)
-- grain: one row per (session_date, theme, symbol).
-- purpose: asset_daily as it was known at the instant ts (UTC unless ts carries an offset).
-- limits: null before the first publication: no rows.
-- columns: asset_daily
select v.* exclude (is_removed, superseded_at) -- noqa: RF02, RF03
from vintage.asset_daily as v
where
    v.as_of_at <= utc_instant(ts) -- noqa: RF02, RF03
    and coalesce(v.superseded_at > utc_instant(ts), true) -- noqa: RF02, RF03
    and not v.is_removed
