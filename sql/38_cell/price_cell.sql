-- write: view
-- grain: one row per (table_name, session_date, row_key, column_name, as_of_at).
-- purpose: the changed cells of price_daily: what stood before, what replaced it, and why.
-- limits: doubles as they are compared, after rounding to 6 decimals. A symbol on another clock begins anew.
-- columns: restatement
with version as (
    select * exclude (superseded_at)
    from vintage.price_daily
),

cell as (
    select
        session_date,
        symbol,
        clock,
        as_of_at,
        run_id,
        case typeof(columns(* exclude (session_date, symbol, clock, as_of_at, run_id)))
            when 'DOUBLE'
                then
                    cast(round(try_cast(cast(columns(* exclude (
                        session_date, symbol, clock, as_of_at, run_id
                    )) as varchar) as double), 6) as varchar)
            else cast(columns(* exclude (session_date, symbol, clock, as_of_at, run_id)) as varchar)
        end
    from version
    qualify count(*) over (partition by session_date, symbol, clock) > 1
),

changed as (
    select
        *,
        lag(new_value) over earlier as old_value,
        lag(as_of_at) over earlier as replaced_as_of_at
    from cell
    unpivot include nulls (
        new_value for column_name in (columns(* exclude (session_date, symbol, clock, as_of_at, run_id)))
    )
    window earlier as (partition by session_date, symbol, clock, column_name order by as_of_at)
    qualify replaced_as_of_at is not null and old_value is distinct from new_value
)

select
    'price_daily' as table_name,
    c.session_date,
    c.symbol as row_key,
    cast(null as varchar) as theme,
    c.clock,
    c.symbol,
    cast(null as varchar) as article_id,
    cast(null as integer) as sentence_no,
    c.column_name,
    c.old_value,
    c.new_value,
    v.cause,
    c.replaced_as_of_at,
    c.as_of_at,
    c.run_id
from changed as c
inner join change.price_version as v
    on c.session_date = v.session_date and c.symbol = v.symbol and c.as_of_at = v.as_of_at
