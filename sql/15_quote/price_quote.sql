-- write: replace
-- grain: one row per (session_date, symbol, provider), sessions of the instrument's clock only.
-- purpose: each provider's price and its one-session return, made of its own prices alone, and which one is shown.
-- limits: after a session without a price a provider has no return: a return over two sessions is not a daily one.
--   Shown is the first provider, in the instrument's order, with price and return; then one with a price.
with usable as (
    select
        *,
        if(price_status in ('ok', 'unadjusted'), close, null) as good_close,
        if(price_status in ('ok', 'unadjusted'), adj_close, null) as good_adj_close
    from staging.price_point
    where price_status != 'off_session'
),

beside as (
    select
        *,
        lag(good_close) over by_day as before_close,
        good_adj_close / nullif(lag(good_adj_close) over by_day, 0) as adj_ratio
    from usable
    window by_day as (partition by symbol, provider order by session_date)
),

moved as (
    select
        *,
        good_close - before_close as session_change,
        -- Where both sessions have an adjusted close, that is the return; else the close before an ex-day loses the
        -- dividend, which comes to the same. A return from one kind to the other would be none.
        if(
            return_kind = 'simple',
            coalesce(adj_ratio, if(before_close > dividend, good_close / (before_close - dividend), null)) - 1,
            null
        ) as session_return
    from beside
),

ranked as (
    select
        *,
        row_number() over (
            partition by session_date, symbol
            order by
                case
                    when good_close is null
                        then list_position(['suspect', 'pending', 'closed', 'missing'], price_status) + 4
                    when session_change is null then 2
                    else 0
                end
                + cast(price_status = 'unadjusted' as integer),
                preference
        ) as place
    from moved
)

select
    session_date,
    symbol,
    provider,
    preference,
    place = 1 as is_shown,
    clock,
    close,
    currency,
    return_kind,
    benchmark_symbol,
    price_status,
    doubt,
    session_return,
    session_change,
    -- How far this provider's price lies from the one that is shown.
    case
        when return_kind = 'difference' then close - first(close) over shown
        else close / nullif(first(close) over shown, 0) - 1
    end as divergence,
    coalesce(abs(close - first(close) over shown) > 0.005 * abs(first(close) over shown), false) as is_apart,
    cutoff_at,
    price_available_at,
    fetched_at
from ranked
window shown as (partition by session_date, symbol order by place rows unbounded preceding)
