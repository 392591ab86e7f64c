-- write: replace
-- grain: one row per (session_date, symbol), sessions of the instrument's clock only.
-- purpose: the shown price and its one-session return beside the benchmark's; and when both are known.
-- limits: price and return are one provider's; the benchmark's may be another's.
with shown as (
    select * replace (if(close is null, null, provider) as provider)
    from quote.price_quote
    where is_shown
),

followed as (
    select
        *,
        lag(session_return) over (partition by symbol order by session_date) as previous_return
    from shown
)

select
    m.* exclude (preference, is_shown, doubt, divergence, is_apart, previous_return), -- noqa: RF02
    b.session_return as benchmark_return,
    b.previous_return as benchmark_previous_return,
    coalesce(b.clock != m.clock, false) as is_nonsynchronous,
    greatest(m.price_available_at, coalesce(b.price_available_at, m.price_available_at)) as known_at
from followed as m
left join followed as b on m.benchmark_symbol = b.symbol and m.session_date = b.session_date
