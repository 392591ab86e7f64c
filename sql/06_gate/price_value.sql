-- write: replace
-- grain: one row per (symbol, provider, price_date).
-- purpose: what each provider of this run says, known at the run's clock: its newest vintage in the newest basis, and
--   what makes it doubtful (`doubt`), unless another provider says the same (`confirmed_at`).
-- limits: a doubt looks back only. A jump is one against both values before it, so a new level counts from its second
--   session on. Five equal closes in a row are frozen: in 54 series over four years there were never more than four.
with vintage as (
    select
        p.*,
        o.lag_hours,
        lag(p.close) over by_vintage as before_close,
        lag(p.adj_close) over by_vintage as before_adj_close
    from raw.price as p
    inner join raw.price_offer as o on p.symbol = o.symbol and p.provider = o.provider
    window by_vintage as (partition by p.symbol, p.provider, p.price_date order by p.vintage_no)
),

newest as (
    select
        *,
        max(
            if(close is distinct from before_close or adj_close is distinct from before_adj_close, fetched_at, null)
        ) over (partition by symbol, provider, price_date) as first_fetched_at
    from vintage
    qualify row_number() over (partition by symbol, provider, price_date order by vintage_no desc) = 1
),

placed as (
    select
        n.symbol,
        n.provider,
        n.price_date,
        if(f.symbol is null, n.close, round(n.close * f.close_factor, 6)) as close,
        if(f.symbol is null, n.adj_close, n.adj_close * f.adj_factor) as adj_close,
        n.currency,
        n.first_fetched_at as fetched_at,
        s.struck_at + to_seconds(n.lag_hours * 3600) as available_at,
        i.return_kind,
        i.max_move,
        i.allows_nonpositive
    from newest as n
    inner join raw.instrument as i on n.symbol = i.symbol
    left join basis.price_factor as f on n.symbol = f.symbol and n.provider = f.provider and n.basis_no = f.basis_no
    left join raw.session as s on i.clock = s.clock and n.price_date = s.session_date
    where coalesce(s.struck_at + to_seconds(n.lag_hours * 3600) <= $now, true)
),

beside as (
    select
        *,
        lag(close) over by_day as before_1,
        lag(close, 2) over by_day as before_2,
        count(*) over last_5 = 5 and min(close) over last_5 = max(close) over last_5 as is_frozen
    from placed
    window
        by_day as (partition by symbol, provider, available_at is null order by price_date),
        last_5 as (
            partition by symbol, provider, available_at is null order by price_date
            rows between 4 preceding and current row
        )
),

doubted as (
    select
        * exclude (return_kind, max_move, allows_nonpositive, before_1, before_2, is_frozen),
        case
            when close <= 0 and not allows_nonpositive then 'nonpositive'
            when available_at is null then null
            -- least() passes over nulls: the first value has nothing before it, the second one value.
            when return_kind = 'difference' and least(abs(close - before_1), abs(close - before_2)) > max_move
                then 'jump'
            when
                return_kind = 'simple'
                and least(
                    if(before_1 > 0, abs(close / before_1 - 1), null), if(before_2 > 0, abs(close / before_2 - 1), null)
                ) > max_move
                then 'jump'
            when is_frozen then 'frozen'
        end as doubt
    from beside
),

confirmed as (
    select
        d.symbol,
        d.provider,
        d.price_date,
        min(o.available_at) as confirmed_at
    from doubted as d
    inner join placed as o on d.symbol = o.symbol and d.price_date = o.price_date
    where d.doubt is not null and d.provider != o.provider and abs(d.close - o.close) <= 0.005 * abs(d.close)
    group by d.symbol, d.provider, d.price_date
)

select
    d.*,
    c.confirmed_at
from doubted as d
left join confirmed as c on d.symbol = c.symbol and d.provider = c.provider and d.price_date = c.price_date
