-- write: replace
-- grain: one row per (session_date, theme, symbol), on the theme's reference clock.
-- purpose: the price-only baseline: an instrument's moves of the last $momentum_before + 1 sessions, less its
--   benchmark's, known at the theme's cut-off, in standard deviations of the last 60.
-- limits: null until there are enough moves.
with known as (
    select
        p.session_date,
        p.symbol,
        greatest(p.price_available_at, b.price_available_at) as known_at,
        case
            when i.return_kind = 'difference' then p.session_change
            when p.benchmark_symbol is not null then p.session_return - p.benchmark_return
            else p.session_return
        end as move
    from signal.price_daily as p
    inner join raw.instrument as i on p.symbol = i.symbol
    left join signal.price_daily as b on p.benchmark_symbol = b.symbol and p.session_date = b.session_date
),

scaled as (
    select
        symbol,
        known_at,
        if(
            count(move) over recent = $momentum_before + 1 and count(move) over last_60 >= 40,
            sum(move order by session_date) over recent
            / nullif(stddev_samp(move) over last_60 * sqrt($momentum_before + 1), 0),
            null
        ) as z
    from known
    window
        recent as (
            partition by symbol order by session_date rows between $momentum_before preceding and current row
        ),
        last_60 as (partition by symbol order by session_date rows between 59 preceding and current row)
)

select
    d.session_date,
    d.theme,
    s.symbol,
    s.z,
    tanh(s.z / 2) as score
from signal.theme_daily as d
inner join raw.expected_sign as e on d.theme = e.theme
asof inner join scaled as s on e.symbol = s.symbol and d.cutoff_at >= s.known_at
where not d.is_provisional
