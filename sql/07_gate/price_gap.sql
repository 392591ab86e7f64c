-- write: replace
-- grain: one row per (symbol, session_date).
-- purpose: sessions that are over, for which no provider has given a price to be believed, or one gave a price that is
--   doubted and that nobody confirms: the next provider is asked.
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

settled as (
    select
        symbol,
        price_date
    from gate.price_value
    group by symbol, price_date
    having bool_and(doubt is null or coalesce(confirmed_at <= $now, false))
    union
    select
        symbol,
        price_date
    from raw.price_blank
)

select
    i.symbol,
    s.session_date
from raw.instrument as i
inner join offered as o on i.symbol = o.symbol
inner join raw.session as s on i.clock = s.clock
left join begun as b on i.symbol = b.symbol
left join settled as t on i.symbol = t.symbol and s.session_date = t.price_date
left join raw.exchange_session as x on i.calendar = x.calendar and s.session_date = x.session_date
where
    t.symbol is null
    and (i.calendar is null or x.session_date is not null)
    and s.session_date >= coalesce(b.first_date, date '1970-01-01')
    and s.struck_at + to_seconds(o.lag_hours * 3600) <= $now
