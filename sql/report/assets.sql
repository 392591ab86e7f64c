-- Of each asset of a theme the newest session with a close, beside the newest session and what is missing in it.
with recent as (
    select *
    from signal.asset_daily
    where theme = $theme and session_date >= $first_date
),

newest as (
    select
        symbol,
        session_date,
        price_status,
        is_provisional
    from recent
    qualify row_number() over (partition by symbol order by session_date desc) = 1
),

priced as (
    select *
    from recent
    where close is not null
    qualify row_number() over (partition by symbol order by session_date desc) = 1
)

select
    n.symbol,
    i.label,
    i.clock,
    i.currency,
    i.return_kind,
    i.benchmark_symbol,
    coalesce(p.expected_sign, 0) as expected_sign,
    p.session_date,
    p.close,
    p.session_return,
    p.session_change,
    p.abnormal_return,
    p.priced_in_z,
    p.directional_score,
    p.price_available_at,
    p.first_tradable_at,
    coalesce(p.is_nonsynchronous, false) as is_nonsynchronous,
    n.session_date as newest_date,
    n.price_status
from newest as n
inner join raw.instrument as i on n.symbol = i.symbol
left join priced as p on n.symbol = p.symbol
order by i.benchmark_symbol is null asc, i.clock != $clock asc, n.symbol asc
limit $rows
