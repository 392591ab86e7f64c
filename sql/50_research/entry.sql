-- write: replace
-- grain: one row per (session_date, clock, symbol).
-- purpose: when a reader of a clock's row can first deal in an instrument: at its first price struck later than
--   cutoff_at + $delay_minutes. Never the fixing that the cut-off belongs to.
-- limits: null at the end of the known sessions; the strike is the clock's, whether or not a price was given.
select
    s.session_date,
    s.clock,
    i.symbol,
    s.cutoff_at,
    e.session_date as entry_date,
    e.struck_at as entry_at,
    date_diff('second', s.cutoff_at, e.struck_at) / 3600.0 as delay_hours
from raw.session as s
cross join (
    select
        symbol,
        any_value(clock) as clock
    from signal.price_daily
    group by symbol
) as i
semi join signal.theme_clock_daily as d on s.session_date = d.session_date and s.clock = d.clock
asof left join raw.session as e
    on i.clock = e.clock and s.cutoff_at + to_minutes($delay_minutes) < e.struck_at
