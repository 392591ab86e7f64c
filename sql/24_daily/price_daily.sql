-- write: replace session_date
-- grain: one row per (session_date, symbol).
-- purpose: the price struck in the session, its return, and the return beside the benchmark's.
-- limits: close and returns are outcomes, known at price_available_at; beta and realised_vol use only what was known
--   at the session's cut-off. A benchmark on another clock gives no abnormal return yet.
with past as (
    select
        symbol,
        known_at,
        count(*) over past_20 as vol_count,
        stddev_samp(session_return) over past_20 as return_sd
    from core.price_return
    where session_return is not null
    window past_20 as (partition by symbol order by session_date rows between 19 preceding and current row)
),

paired as (
    select
        symbol,
        known_at,
        count(*) over past_250 as pair_count,
        regr_slope(session_return, benchmark_return) over past_250 as slope
    from core.price_return
    where session_return is not null and benchmark_return is not null and not is_nonsynchronous
    window past_250 as (partition by symbol order by session_date rows between 249 preceding and current row)
),

known as (
    select
        r.*,
        if(v.vol_count >= 20, v.return_sd * sqrt(252), null) as realised_vol,
        if(p.pair_count >= 60 and isfinite(p.slope), p.slope, null) as beta
    from core.price_return as r
    asof left join past as v on r.symbol = v.symbol and r.cutoff_at >= v.known_at
    asof left join paired as p on r.symbol = p.symbol and r.cutoff_at >= p.known_at
    where r.session_date between $from_date and $to_date
)

select
    session_date,
    symbol,
    clock,
    close,
    currency,
    session_return,
    session_change,
    benchmark_symbol,
    benchmark_return,
    beta,
    realised_vol,
    price_status,
    price_available_at,
    provider,
    fetched_at,
    is_nonsynchronous,
    session_return - beta * benchmark_return as abnormal_return
from known
