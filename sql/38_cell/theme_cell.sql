-- write: view
-- grain: one row per (table_name, session_date, row_key, column_name, as_of_at).
-- purpose: the changed cells of theme_clock_daily: what stood before, what replaced it, and why.
-- limits: doubles as they are compared, after rounding to 6 decimals; input_hash is no change.
-- columns: restatement
with version as (
    select * exclude (superseded_at)
    from vintage.theme_clock_daily
    union all by name
    select *
    from provisional.theme_clock_daily
    where not is_removed
),

cell as (
    select
        session_date,
        theme,
        clock,
        as_of_at,
        run_id,
        case typeof(columns(* exclude (session_date, theme, clock, as_of_at, run_id, input_hash)))
            when 'DOUBLE'
                then
                    cast(round(try_cast(cast(columns(* exclude (
                        session_date, theme, clock, as_of_at, run_id, input_hash
                    )) as varchar) as double), 6) as varchar)
            else cast(columns(* exclude (session_date, theme, clock, as_of_at, run_id, input_hash)) as varchar)
        end
    from version
    qualify count(*) over (partition by session_date, theme, clock) > 1
),

changed as (
    select
        *,
        lag(new_value) over earlier as old_value,
        lag(as_of_at) over earlier as replaced_as_of_at
    from cell
    unpivot include nulls (
        new_value for column_name in (columns(* exclude (session_date, theme, clock, as_of_at, run_id)))
    )
    window earlier as (partition by session_date, theme, clock, column_name order by as_of_at)
    qualify replaced_as_of_at is not null and old_value is distinct from new_value
)

select
    'theme_clock_daily' as table_name,
    c.session_date,
    concat_ws(' ', c.theme, c.clock) as row_key,
    c.theme,
    c.clock,
    cast(null as varchar) as symbol,
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
inner join change.theme_version as v
    on c.session_date = v.session_date and c.theme = v.theme and c.clock = v.clock and c.as_of_at = v.as_of_at
