-- write: replace
-- grain: one row per (symbol, session_date).
-- purpose: sessions that are over and for which no live provider has given a price to be believed: the next is asked.
-- limits: nothing is missed before a symbol's first price; nor where its exchange was shut or a provider said so.
select
    i.symbol,
    s.session_date
from raw.instrument as i
inner join (
    select
        symbol,
        min(lag_hours) as lag_hours
    from raw.price_offer
    where is_live
    group by symbol
) as o on i.symbol = o.symbol
inner join raw.session as s on i.clock = s.clock
left join (
    select
        symbol,
        min(price_date) as first_date
    from gate.price_value
    group by symbol
) as p on i.symbol = p.symbol
left join gate.price_value as v
    on
        i.symbol = v.symbol and s.session_date = v.price_date
        and (v.doubt is null or coalesce(v.confirmed_at <= $now, false))
left join raw.price_blank as b on i.symbol = b.symbol and s.session_date = b.price_date
left join raw.exchange_session as x on i.calendar = x.calendar and s.session_date = x.session_date
where
    v.symbol is null
    and b.symbol is null
    and (i.calendar is null or x.session_date is not null)
    and s.session_date >= coalesce(p.first_date, date '1970-01-01')
    and s.struck_at + to_seconds(o.lag_hours * 3600) <= $now
