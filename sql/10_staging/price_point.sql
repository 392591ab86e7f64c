-- write: replace
-- grain: one row per (session_date, symbol): every session of the instrument's clock, and every priced day besides.
-- purpose: the newest vintage of a price beside the session that it belongs to, and when a reader could have it.
-- limits: the provider's publication lag is declared, not observed; unadjusted closes count as ok once the provider
--   gives any dividend of the symbol: whether its list is complete is not known here.
with newest as (
    select *
    from raw.price
    where provider = $provider
    qualify row_number() over (partition by symbol, price_date order by vintage_no desc) = 1
),

priced as (
    select
        symbol,
        min(price_date) as first_date
    from newest
    group by symbol
),

dividend as (
    select
        symbol,
        ex_date,
        sum(cast(amount as decimal(18, 6))) as amount
    from raw.dividend
    where provider = $provider
    group by symbol, ex_date
),

expected as (
    select
        s.session_date,
        i.symbol,
        s.cutoff_at,
        s.struck_at + to_seconds(i.publication_lag_hours * 3600) as available_at
    from raw.instrument as i
    inner join priced as p on i.symbol = p.symbol
    inner join raw.session as s on i.clock = s.clock and p.first_date <= s.session_date
    where s.session_date <= $to_date
)

select
    coalesce(e.session_date, n.price_date) as session_date,
    i.symbol,
    i.clock,
    n.close,
    if(i.adjustment = 'adjusted', coalesce(n.adj_close, n.close), n.close) as return_basis,
    if(i.adjustment = 'unadjusted', coalesce(v.amount, 0), 0) as dividend,
    coalesce(n.currency, i.currency) as currency,
    i.return_kind,
    i.benchmark_symbol,
    case
        when e.symbol is null then 'off_session'
        when e.available_at > $now then 'pending'
        when n.symbol is null then 'missing'
        when n.close <= 0 and not i.allows_nonpositive then 'suspect'
        when i.adjustment = 'unadjusted' and pay.symbol is null then 'unadjusted'
        else 'ok'
    end as price_status,
    e.cutoff_at,
    e.available_at as price_available_at,
    n.provider,
    n.fetched_at
from raw.instrument as i
inner join priced as p on i.symbol = p.symbol
inner join (
    select
        session_date as any_date,
        symbol
    from expected
    union
    select
        price_date as any_date,
        symbol
    from newest
) as d on i.symbol = d.symbol
left join expected as e on d.symbol = e.symbol and d.any_date = e.session_date
-- A price that the provider does not show yet at the run's clock is not known yet, even if a file holds it.
left join newest as n
    on d.symbol = n.symbol and d.any_date = n.price_date and coalesce(e.available_at <= $now, true)
left join (select distinct symbol from dividend) as pay on i.symbol = pay.symbol
left join dividend as v on d.symbol = v.symbol and d.any_date = v.ex_date
where d.any_date <= $to_date
