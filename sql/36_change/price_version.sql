-- write: view
-- grain: one row per (session_date, symbol, as_of_at) that replaced another one.
-- purpose: why the price columns of price_daily or asset_daily were published again: the first cause that applies.
-- limits: a changed dividend, benchmark or lag is not told apart: `other settings`. After a dividend adjusted closes
--   are re-based and no published column changes.
with version as (
    select
        cast(null as varchar) as theme,
        * exclude (superseded_at)
    from vintage.price_daily
    union all by name
    select * exclude (superseded_at)
    from vintage.asset_daily
),

pair as (
    select
        session_date,
        symbol,
        benchmark_symbol,
        close,
        provider,
        fetched_at,
        as_of_at,
        run_id,
        is_removed,
        lag(as_of_at) over earlier as replaced_as_of_at,
        lag(run_id) over earlier as replaced_run_id,
        lag(close) over earlier as old_close,
        lag(provider) over earlier as old_provider,
        lag(price_status) over earlier as old_status,
        lag(fetched_at) over earlier as old_fetched_at
    from version
    window earlier as (partition by session_date, symbol, theme order by as_of_at)
    qualify replaced_as_of_at is not null
),

stored_since as (
    select
        p.session_date,
        p.symbol,
        p.as_of_at,
        max(r.vintage_no) as vintage_no
    from pair as p
    inner join raw.price as r
        on
            (p.symbol = r.symbol or p.benchmark_symbol = r.symbol)
            and p.session_date >= r.price_date
            and p.as_of_at >= r.fetched_at
    where r.fetched_at > p.replaced_as_of_at or (r.run_id = p.run_id and p.run_id != p.replaced_run_id)
    group by p.session_date, p.symbol, p.as_of_at
),

rebased_since as (
    select distinct
        p.session_date,
        p.symbol,
        p.as_of_at
    from pair as p
    inner join raw.price_rebase as r
        on p.symbol = r.symbol and p.provider = r.provider and p.as_of_at >= r.fetched_at and r.close_factor != 1
    where r.fetched_at > p.replaced_as_of_at or (r.run_id = p.run_id and p.run_id != p.replaced_run_id)
)

select
    p.session_date,
    p.symbol,
    p.as_of_at,
    p.replaced_as_of_at,
    case
        when p.is_removed then 'removed'
        when p.old_status in ('pending', 'missing') then 'late price'
        when p.old_provider != p.provider then 'another provider'
        when b.symbol is not null and p.fetched_at = p.old_fetched_at then 'rebased price'
        when (p.close, p.fetched_at) != (p.old_close, p.old_fetched_at) then 'restated price'
        when s.vintage_no > 1 then 'restated price'
        when s.vintage_no = 1 then 'late price'
        else 'other settings'
    end as cause
from pair as p
left join stored_since as s
    on p.session_date = s.session_date and p.symbol = s.symbol and p.as_of_at = s.as_of_at
left join rebased_since as b
    on p.session_date = b.session_date and p.symbol = b.symbol and p.as_of_at = b.as_of_at
qualify
    row_number() over (partition by p.session_date, p.symbol, p.as_of_at order by p.replaced_as_of_at, p.is_removed) = 1
