-- What the newest vintage changed in what was published before: the cells of the theme and its assets, first those that
-- a reader acts on. Changed receipts (sentence_contribution) are left to signal.restatement.
select
    table_name,
    session_date,
    coalesce(symbol, clock) as place,
    column_name,
    old_value,
    new_value,
    cause,
    count(*) over () as cell_count,
    min(session_date) over () as first_date,
    max(session_date) over () as last_date
from signal.restatement
where table_name in ('theme_clock_daily', 'asset_daily') and theme = $theme and as_of_at = $as_of_at
order by
    list_position(
        ['status', 'risk_score', 'signal_score', 'signal_z', 'close', 'session_return', 'is_removed'], column_name
    ) asc nulls last,
    session_date desc, table_name desc, row_key asc, column_name asc
limit $rows
