-- write: view
-- grain: one row per (symbol, provider, basis_no): every basis but the newest one.
-- purpose: what a price of an older basis is multiplied with to stand beside the newest ones (splits, dividends).
-- limits: factors are measured on the sessions that two fetches share; `tolerance` is what that measuring left open.
select
    b.symbol,
    b.provider,
    b.basis_no - 1 as basis_no,
    product(r.close_factor order by r.basis_no) as close_factor,
    product(r.adj_factor order by r.basis_no) as adj_factor,
    max(r.tolerance) as tolerance
from raw.price_rebase as b
inner join raw.price_rebase as r on b.symbol = r.symbol and b.provider = r.provider and b.basis_no <= r.basis_no
group by b.symbol, b.provider, b.basis_no
