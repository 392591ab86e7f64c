-- fail: a theme has a row on a day that is no session of its clock
select
    d.clock,
    d.session_date,
    d.theme
from daily.theme_clock_daily as d
anti join raw.session as s on d.clock = s.clock and d.session_date = s.session_date
where d.session_date between $from_date and $to_date
