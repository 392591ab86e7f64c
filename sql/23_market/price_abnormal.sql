-- write: replace
-- grain: one row per (session_date, symbol).
-- purpose: each return beside the benchmark's, by the beta known at the cut-off, and how far the asset moved lately.
-- limits: without a benchmark the asset's own return (or difference) stands for the abnormal one in the sums.
with known as (
    select
        r.session_date,
        r.symbol,
        r.known_at,
        s.realised_vol,
        s.beta_same + s.beta_previous as beta,
        r.session_return - s.beta_same * r.benchmark_return
        - if(r.is_nonsynchronous, s.beta_previous * r.benchmark_previous_return, 0) as abnormal_return,
        case
            when r.benchmark_symbol is not null then abnormal_return
            when r.return_kind = 'difference' then r.session_change
            else r.session_return
        end as move
    from core.price_return as r
    asof left join measure.price_statistic as s on r.symbol = s.symbol and r.cutoff_at >= s.known_at
)

select
    session_date,
    symbol,
    known_at,
    beta,
    realised_vol,
    abnormal_return,
    if(count(move) over last_5 = 5, sum(move order by session_date) over last_5, null) as move_sum_5,
    if(count(move) over last_60 = 60, stddev_samp(move) over last_60, null) as move_sd_60
from known
window
    last_5 as (partition by symbol order by session_date rows between 4 preceding and current row),
    last_60 as (partition by symbol order by session_date rows between 59 preceding and current row)
