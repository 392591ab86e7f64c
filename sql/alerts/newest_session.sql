-- purpose: of each theme, its reference clock and the newest session that is published for good.
select
    t.theme,
    t.clock,
    max(d.session_date) as session_date
from raw.theme as t
left join signal.theme_daily as d on t.theme = d.theme and t.clock = d.clock and not d.is_provisional
group by t.theme, t.clock
order by t.theme
