-- write: macro (ts)
-- grain: one row per (session_date, theme).
-- purpose: theme_daily as it was known at the instant ts (UTC unless ts carries an offset).
-- limits: null before the first publication: no rows.
-- columns: theme_clock_daily
select v.* exclude (is_removed, superseded_at) -- noqa: RF02, RF03
from vintage.theme_clock_daily as v
inner join raw.theme as t on v.theme = t.theme and v.clock = t.clock
where
    v.as_of_at <= utc_instant(ts) -- noqa: RF02, RF03
    and coalesce(v.superseded_at > utc_instant(ts), true) -- noqa: RF02, RF03
    and not v.is_removed
