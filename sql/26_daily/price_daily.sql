-- write: replace session_date, by year
-- grain: one row per (session_date, symbol).
-- purpose: the price struck in the session, its return, and the return beside the benchmark's.
-- limits: close and returns are outcomes, known at price_available_at; beta and realised_vol use only what was known
--   at the session's cut-off.
select
    r.session_date,
    r.symbol,
    r.clock,
    r.close,
    r.currency,
    r.session_return,
    r.session_change,
    r.benchmark_symbol,
    r.benchmark_return,
    m.beta,
    m.abnormal_return,
    m.realised_vol,
    r.price_status,
    r.price_available_at,
    r.provider,
    r.fetched_at,
    r.is_nonsynchronous
from core.price_return as r
inner join market.price_abnormal as m on r.session_date = m.session_date and r.symbol = m.symbol
where r.session_date between $from_date and $to_date
