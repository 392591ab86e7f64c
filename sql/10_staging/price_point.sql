-- write: replace
-- grain: one row per (session_date, symbol, provider): every session of the instrument's clock for each provider that
--   this run counts, and every priced day besides.
-- purpose: what a provider says of a session, and when a reader could have it.
-- limits: the provider's publication lag is declared, not observed; unadjusted closes count as ok once the provider
--   gives any dividend of the symbol: whether its list is complete is not known here.
with offered as (
    select
        o.symbol,
        o.provider,
        o.preference,
        o.lag_hours,
        o.is_live,
        p.first_date
    from raw.price_offer as o
    inner join (
        select
            symbol,
            min(price_date) as first_date
        from gate.price_value
        group by symbol
    ) as p on o.symbol = p.symbol
),

dividend as (
    select
        symbol,
        provider,
        ex_date,
        sum(cast(amount as decimal(18, 6))) as amount
    from raw.dividend
    group by symbol, provider, ex_date
),

expected as (
    select
        s.session_date,
        o.symbol,
        o.provider,
        s.cutoff_at,
        s.struck_at + to_seconds(o.lag_hours * 3600) as available_at,
        i.calendar is not null and x.session_date is null as is_shut
    from offered as o
    inner join raw.instrument as i on o.symbol = i.symbol
    inner join raw.session as s on i.clock = s.clock and o.first_date <= s.session_date
    left join raw.exchange_session as x on i.calendar = x.calendar and s.session_date = x.session_date
    where s.session_date <= $to_date
)

select
    d.any_date as session_date,
    i.symbol,
    i.clock,
    if(e.is_shut, null, v.close) as close,
    if(e.is_shut or i.adjustment = 'none_needed', null, v.adj_close) as adj_close,
    if(i.adjustment = 'unadjusted', coalesce(w.amount, 0), 0) as dividend,
    coalesce(v.currency, i.currency) as currency,
    i.return_kind,
    i.benchmark_symbol,
    case
        when e.symbol is null then 'off_session'
        when e.is_shut then 'closed'
        when e.available_at > $now then 'pending'
        when v.symbol is null and b.symbol is not null then 'closed'
        when v.symbol is null then 'missing'
        -- Files of one's own are taken at their word, but for a price that cannot be; the checks tell the rest.
        when
            (v.doubt = 'nonpositive' or (v.doubt is not null and o.is_live))
            and not coalesce(v.confirmed_at <= $now, false)
            then 'suspect'
        when i.adjustment = 'unadjusted' and v.adj_close is null and pay.symbol is null then 'unadjusted'
        else 'ok'
    end as price_status,
    if(coalesce(v.confirmed_at <= $now, false), null, v.doubt) as doubt,
    e.cutoff_at,
    -- A doubtful price that another provider confirms is known when both can be had.
    if(o.is_live and v.doubt is not null, greatest(e.available_at, v.confirmed_at), e.available_at)
        as price_available_at,
    o.provider,
    o.preference,
    if(e.is_shut, null, v.fetched_at) as fetched_at
from offered as o
inner join raw.instrument as i on o.symbol = i.symbol
inner join (
    select
        session_date as any_date,
        symbol,
        provider
    from expected
    union
    select
        price_date as any_date,
        symbol,
        provider
    from gate.price_value
) as d on o.symbol = d.symbol and o.provider = d.provider
left join expected as e on d.symbol = e.symbol and d.provider = e.provider and d.any_date = e.session_date
left join gate.price_value as v on d.symbol = v.symbol and d.provider = v.provider and d.any_date = v.price_date
left join raw.price_blank as b on d.symbol = b.symbol and d.provider = b.provider and d.any_date = b.price_date
left join dividend as w on d.symbol = w.symbol and d.provider = w.provider and d.any_date = w.ex_date
left join (
    select distinct
        symbol,
        provider
    from dividend
) as pay on d.symbol = pay.symbol and d.provider = pay.provider
where d.any_date <= $to_date
