-- write: view
-- grain: one row per (theme).
-- purpose: the newest row of each theme on its reference clock.
-- limits: the newest row may say no_news or stale_source; read `status` first.
-- columns: theme_clock_daily
select v.* exclude (is_removed, superseded_at) -- noqa: RF02
from vintage.theme_clock_daily as v
inner join raw.theme as t on v.theme = t.theme and v.clock = t.clock
where v.superseded_at is null and not v.is_removed
qualify row_number() over (partition by v.theme order by v.session_date desc) = 1
