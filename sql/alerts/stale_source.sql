-- purpose: sources that were expected in the newest session of a reference clock and brought nothing.
with newest as (
    select
        clock,
        max(session_date) as session_date
    from signal.theme_daily
    group by clock
)

select
    c.source,
    max(c.session_date) as session_date,
    max(c.newest_item_age_hours) as newest_item_age_hours
from signal.coverage as c
inner join newest as n on c.clock = n.clock and c.session_date = n.session_date
where c.is_expected and not c.is_covered
group by c.source
order by c.source
