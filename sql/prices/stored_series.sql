-- purpose: the newest vintage of one provider's series, in the newest basis, from the first day on.
select
    p.price_date,
    p.close * coalesce(f.close_factor, 1) as close,
    p.adj_close * coalesce(f.adj_factor, 1) as adj_close,
    coalesce(f.tolerance, 0) as tolerance
from raw.price as p
left join basis.price_factor as f on p.symbol = f.symbol and p.provider = f.provider and p.basis_no = f.basis_no
where p.provider = $provider and p.symbol = $symbol
qualify row_number() over (partition by p.price_date order by p.vintage_no desc) = 1
order by p.price_date
