-- The asset that a theme is drawn against: one that has prices in the window, first those measured against a benchmark,
-- then those struck by the theme's own clock.
select
    a.symbol,
    i.label,
    i.currency,
    i.clock,
    i.return_kind
from (
    select
        symbol,
        count(close) as close_count
    from signal.asset_daily
    where theme = $theme and session_date >= $first_date and expected_sign != 0
    group by symbol
) as a
inner join raw.instrument as i on a.symbol = i.symbol
where a.close_count > 0
order by i.benchmark_symbol is null asc, i.clock != $clock asc, a.symbol asc
limit 1
