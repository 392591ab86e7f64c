-- write: replace
-- grain: one row per (session_date, symbol), sessions of the instrument's clock only.
-- purpose: one-session returns, dividends added back, beside the benchmark's; and when both are known.
-- limits: after a session without a price the return is null: a return over two sessions is not a daily return.
with usable as (
    select
        *,
        if(price_status in ('ok', 'unadjusted'), close, null) as good_close,
        if(price_status in ('ok', 'unadjusted'), return_basis, null) as good_basis
    from staging.price_point
    where price_status != 'off_session'
),

moved as (
    select
        *,
        good_close - lag(good_close) over by_day as session_change,
        -- On an ex-day the close before it loses the dividend: the same return as from adjusted closes.
        if(
            return_kind = 'simple',
            good_basis / nullif(lag(good_basis) over by_day - dividend, 0) - 1,
            null
        ) as session_return
    from usable
    window by_day as (partition by symbol order by session_date)
),

followed as (
    select
        *,
        lag(session_return) over (partition by symbol order by session_date) as previous_return
    from moved
)

select
    m.* exclude (good_close, good_basis, return_basis, previous_return, dividend), -- noqa: RF02
    b.session_return as benchmark_return,
    b.previous_return as benchmark_previous_return,
    coalesce(b.clock != m.clock, false) as is_nonsynchronous,
    greatest(m.price_available_at, coalesce(b.price_available_at, m.price_available_at)) as known_at
from followed as m
left join followed as b on m.benchmark_symbol = b.symbol and m.session_date = b.session_date
