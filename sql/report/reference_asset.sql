-- The asset that a theme is drawn against: the first of its reference assets that has a price in the window; else one
-- that has, first those measured against a benchmark, then those struck by the theme's own clock.
select
    a.symbol,
    i.label,
    i.currency,
    i.clock,
    i.return_kind
from (
    select
        theme,
        symbol,
        count(close) as close_count
    from signal.asset_daily
    where theme = $theme and session_date >= $first_date and expected_sign != 0
    group by theme, symbol
) as a
inner join raw.instrument as i on a.symbol = i.symbol
inner join raw.theme as t on a.theme = t.theme
where a.close_count > 0
order by
    list_position(t.reference_assets, a.symbol) asc nulls last,
    i.benchmark_symbol is null asc,
    i.clock != t.clock asc,
    a.symbol asc
limit 1
