-- purpose: the days that are stored and were fetched again, of series in which at least one of them differs: pairs of
--   closes and adjusted closes, the stored ones in the newest basis. Prices that know neither split nor dividend aside.
select
    s.symbol,
    s.provider,
    s.close * coalesce(f.close_factor, 1) as stored_close,
    try_cast(trim(i.close) as double) as fetched_close,
    s.adj_close * coalesce(f.adj_factor, 1) as stored_adj_close,
    try_cast(trim(i.adj_close) as double) as fetched_adj_close,
    coalesce(f.tolerance, 0) as tolerance
from raw.incoming_price as i
inner join raw.instrument as n on trim(i.symbol) = n.symbol and n.adjustment != 'none_needed'
inner join (
    select *
    from raw.price
    qualify row_number() over (partition by symbol, provider, price_date order by vintage_no desc) = 1
) as s on n.symbol = s.symbol and i.provider = s.provider and try_cast(trim(i.date) as date) = s.price_date
left join basis.price_factor as f on s.symbol = f.symbol and s.provider = f.provider and s.basis_no = f.basis_no
where isfinite(try_cast(trim(i.close) as double))
window series as (partition by s.symbol, s.provider)
qualify bool_or(fetched_close != stored_close or fetched_adj_close != stored_adj_close) over series
order by s.symbol, s.provider, s.price_date, i.incoming_no
