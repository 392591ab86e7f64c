-- write: replace session_date
-- grain: one row per (session_date, symbol).
-- purpose: the price struck in the session, its return, and the return beside the benchmark's.
-- limits: close and returns are outcomes, known at price_available_at; beta and realised_vol use only what was known
--   at the session's cut-off.
with known as (
    select
        r.*,
        s.realised_vol,
        s.beta_same,
        s.beta_previous
    from core.price_return as r
    asof left join measure.price_statistic as s on r.symbol = s.symbol and r.cutoff_at >= s.known_at
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
    beta_same + beta_previous as beta,
    session_return - beta_same * benchmark_return
    - if(is_nonsynchronous, beta_previous * benchmark_previous_return, 0) as abnormal_return,
    realised_vol,
    price_status,
    price_available_at,
    provider,
    fetched_at,
    is_nonsynchronous
from known
