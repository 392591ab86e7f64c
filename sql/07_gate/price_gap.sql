-- write: replace
-- grain: one row per (symbol, session_date).
-- purpose: sessions that are over and for which the next provider is asked: no provider has given a price to be
--   believed, one gave a price that is doubted and that nobody confirms, or none has both this session and the one
--   before, so that there is no return.
-- limits: nothing is missed before a symbol's first price; nor where its exchange was shut or a provider said so.
with offered as (
    select
        symbol,
        min(lag_hours) as lag_hours
    from raw.price_offer
    where is_live
    group by symbol
),

begun as (
    select
        symbol,
        min(price_date) as first_date
    from gate.price_value
    group by symbol
),

over as (
    select
        i.symbol,
        s.session_date,
        lag(s.session_date) over by_session as before_date,
        (i.calendar is not null and x.session_date is null) or b.symbol is not null as is_closed,
        lag(is_closed) over by_session as was_closed
    from raw.instrument as i
    inner join offered as o on i.symbol = o.symbol
    inner join raw.session as s on i.clock = s.clock
    left join begun as f on i.symbol = f.symbol
    left join raw.exchange_session as x on i.calendar = x.calendar and s.session_date = x.session_date
    left join (
        select distinct
            symbol,
            price_date
        from raw.price_blank
    ) as b on i.symbol = b.symbol and s.session_date = b.price_date
    where
        s.session_date >= coalesce(f.first_date, date '1970-01-01')
        and s.struck_at + to_seconds(o.lag_hours * 3600) <= $now
    window by_session as (partition by i.symbol order by s.session_date)
),

good as (
    select
        symbol,
        provider,
        price_date
    from gate.price_value
    where doubt is null or coalesce(confirmed_at <= $now, false)
),

settled as (
    select
        symbol,
        price_date
    from gate.price_value
    group by symbol, price_date
    having bool_and(doubt is null or coalesce(confirmed_at <= $now, false))
),

paired as (
    select distinct
        o.symbol,
        o.session_date
    from over as o
    inner join good as g on o.symbol = g.symbol and o.session_date = g.price_date
    inner join good as h on o.symbol = h.symbol and o.before_date = h.price_date and g.provider = h.provider
)

select
    o.symbol,
    o.session_date
from over as o
left join settled as t on o.symbol = t.symbol and o.session_date = t.price_date
left join paired as p on o.symbol = p.symbol and o.session_date = p.session_date
where
    not o.is_closed
    and (t.symbol is null or (p.symbol is null and o.before_date is not null and not o.was_closed))
