-- purpose: of each reference clock's newest session, how many sources covered it and what they brought.
with newest as (
    select
        clock,
        max(session_date) as session_date
    from signal.theme_daily
    group by clock
)

select
    c.clock,
    c.session_date,
    count(*) filter (where c.is_covered) as covered_count,
    count(*) filter (where c.is_expected) as expected_count,
    sum(c.seen_count) as seen_count,
    sum(c.quarantined_count) as quarantined_count
from signal.coverage as c
inner join newest as n on c.clock = n.clock and c.session_date = n.session_date
group by c.clock, c.session_date
order by c.clock
