-- write: view
-- grain: one row per (table_name, session_date, row_key, column_name, as_of_at).
-- purpose: the changed cells of asset_daily: what stood before, what replaced it, and why.
-- limits: doubles as they are compared, after rounding to 6 decimals. A column has the cause of its table.
-- columns: restatement
with version as (
    select * exclude (superseded_at)
    from vintage.asset_daily
    union all by name
    select *
    from provisional.asset_daily
    where not is_removed
),

cell as (
    select
        session_date,
        theme,
        symbol,
        clock,
        as_of_at,
        run_id,
        case typeof(columns(* exclude (session_date, theme, symbol, clock, as_of_at, run_id)))
            when 'DOUBLE'
                then
                    cast(round(try_cast(cast(columns(* exclude (
                        session_date, theme, symbol, clock, as_of_at, run_id
                    )) as varchar) as double), 6) as varchar)
            else cast(columns(* exclude (session_date, theme, symbol, clock, as_of_at, run_id)) as varchar)
        end
    from version
    qualify count(*) over (partition by session_date, theme, symbol, clock) > 1
),

changed as (
    select
        *,
        lag(new_value) over earlier as old_value,
        lag(as_of_at) over earlier as replaced_as_of_at
    from cell
    unpivot include nulls (
        new_value for column_name in (columns(* exclude (session_date, theme, symbol, clock, as_of_at, run_id)))
    )
    window earlier as (partition by session_date, theme, symbol, clock, column_name order by as_of_at)
    qualify replaced_as_of_at is not null and old_value is distinct from new_value
)

select
    'asset_daily' as table_name,
    c.session_date,
    concat_ws(' ', c.theme, c.symbol) as row_key,
    c.theme,
    c.clock,
    c.symbol,
    cast(null as varchar) as article_id,
    cast(null as integer) as sentence_no,
    c.column_name,
    c.old_value,
    c.new_value,
    case
        when t.cause = 'provisional row replaced' then t.cause
        when c.column_name in ('expected_sign', 'first_tradable_at') then 'other settings'
        when
            c.column_name in (
                'cutoff_at', 'status', 'is_provisional', 'article_count', 'story_count', 'risk_score',
                'escalation_score', 'pressure_fast', 'pressure_slow', 'signal_z', 'signal_score', 'signal_change',
                'confidence', 'directional_score'
            )
            then coalesce(t.cause, 'other settings')
        else coalesce(p.cause, 'other settings')
    end as cause,
    c.replaced_as_of_at,
    c.as_of_at,
    c.run_id
from changed as c
left join change.theme_version as t
    on c.session_date = t.session_date and c.theme = t.theme and c.clock = t.clock and c.as_of_at = t.as_of_at
left join change.price_version as p
    on c.session_date = p.session_date and c.symbol = p.symbol and c.as_of_at = p.as_of_at
