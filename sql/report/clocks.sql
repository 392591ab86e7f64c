-- What was known when: of each clock its newest closed session, the cut-off of its news and the strike of its price,
-- and the session that was still open when the tables were published.
select
    c.clock,
    c.closed_date,
    s.cutoff_at,
    s.struck_at,
    c.open_date,
    o.cutoff_at as open_cutoff_at,
    t.labels,
    i.symbols
from (
    select
        clock,
        max(session_date) filter (where not is_provisional) as closed_date,
        max(session_date) filter (where is_provisional) as open_date
    from signal.theme_clock_daily
    where session_date >= $first_date
    group by clock
) as c
left join raw.session as s on c.clock = s.clock and c.closed_date = s.session_date
left join raw.session as o on c.clock = o.clock and c.open_date = o.session_date
left join (
    select
        clock,
        string_agg(label, ', ' order by theme) as labels
    from raw.theme
    group by clock
) as t on c.clock = t.clock
left join (
    select
        clock,
        string_agg(symbol, ', ' order by symbol) as symbols
    from raw.instrument
    group by clock
) as i on c.clock = i.clock
order by s.cutoff_at, c.clock
