-- write: view
-- grain: one row per (theme).
-- purpose: the newest row of each theme on its reference clock.
-- limits: the newest row may say no_news or stale_source, or be provisional; read `status` and `is_provisional` first.
-- columns: theme_clock_daily
select c.*
from current.theme_clock_daily as c
semi join raw.theme as t on c.theme = t.theme and c.clock = t.clock
qualify row_number() over (partition by c.theme order by c.session_date desc) = 1
