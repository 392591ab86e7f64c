-- fail: a session of a clock has not exactly one row of each theme
select
    s.clock,
    s.session_date,
    t.theme,
    count(d.theme) as found
from raw.session as s
cross join raw.theme as t
left join daily.theme_clock_daily as d
    on s.clock = d.clock and s.session_date = d.session_date and t.theme = d.theme
where s.session_date between $from_date and $to_date
group by s.clock, s.session_date, t.theme
having count(d.theme) != 1
