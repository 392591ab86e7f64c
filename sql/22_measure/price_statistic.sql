-- write: replace
-- grain: one row per (session_date, symbol) with a return.
-- purpose: what is known of an instrument once this session's price is: volatility, and beta to its benchmark.
-- limits: OLS on at most 250, at least 60 returns. A benchmark on another clock is struck at another hour, so its
--   returns of the same and of the previous session both enter (Dimson 1979); beta is then their sum.
with paired as (
    -- With two lags a session counts where both are there: all moments are over the same sessions.
    select
        session_date,
        symbol,
        known_at,
        is_nonsynchronous,
        session_return,
        if(is_nonsynchronous and benchmark_previous_return is null, null, benchmark_return) as benchmark_0,
        if(benchmark_return is null, null, benchmark_previous_return) as benchmark_1
    from core.price_return
    where session_return is not null
),

moment as (
    select
        session_date,
        symbol,
        known_at,
        is_nonsynchronous,
        count(*) over past_20 as return_count,
        stddev_samp(session_return) over past_20 as return_sd,
        regr_count(session_return, benchmark_0) over past_250 as pair_count,
        regr_slope(session_return, benchmark_0) over past_250 as slope,
        covar_samp(session_return, benchmark_0) over past_250 as cov_0,
        covar_samp(session_return, benchmark_1) over past_250 as cov_1,
        var_samp(benchmark_0) over past_250 as var_0,
        var_samp(benchmark_1) over past_250 as var_1,
        covar_samp(benchmark_0, benchmark_1) over past_250 as cov_01
    from paired
    window
        past_20 as (partition by symbol order by session_date rows between 19 preceding and current row),
        past_250 as (partition by symbol order by session_date rows between 249 preceding and current row)
),

solved as (
    select
        *,
        if(is_nonsynchronous, (cov_0 * var_1 - cov_1 * cov_01) / nullif(var_0 * var_1 - cov_01 ** 2, 0), slope) as b_0,
        if(is_nonsynchronous, (cov_1 * var_0 - cov_0 * cov_01) / nullif(var_0 * var_1 - cov_01 ** 2, 0), 0) as b_1
    from moment
)

select
    session_date,
    symbol,
    known_at,
    if(return_count >= 20, return_sd * sqrt(252), null) as realised_vol,
    if(pair_count >= 60 and isfinite(b_0), b_0, null) as beta_same,
    if(pair_count >= 60 and isfinite(b_1), b_1, null) as beta_previous
from solved
