-- write: view
-- grain: one row per (table_name, session_date, row_key, column_name, as_of_at).
-- purpose: the contributions that a later version of a session changed, added (no old value) or took away (no new one).
-- limits: of sentence_contribution only `contribution` is listed; the cause is that of the session's row.
-- columns: restatement
with version as (
    select
        session_date,
        theme,
        clock,
        article_id,
        sentence_no,
        as_of_at,
        run_id,
        if(is_removed, null, contribution) as new_value,
        lag(if(is_removed, null, contribution)) over earlier as old_value,
        lag(as_of_at) over earlier as replaced_as_of_at
    from vintage.sentence_contribution
    window earlier as (partition by session_date, theme, clock, article_id, sentence_no order by as_of_at)
    qualify old_value is distinct from new_value
),

first_version as (
    select
        session_date,
        theme,
        clock,
        min(as_of_at) as first_as_of_at
    from vintage.theme_clock_daily
    group by session_date, theme, clock
)

select
    'sentence_contribution' as table_name,
    c.session_date,
    concat_ws(' ', c.theme, c.clock, c.article_id, c.sentence_no) as row_key,
    c.theme,
    c.clock,
    cast(null as varchar) as symbol,
    c.article_id,
    c.sentence_no,
    'contribution' as column_name,
    cast(c.old_value as varchar) as old_value,
    cast(c.new_value as varchar) as new_value,
    coalesce(v.cause, 'other settings') as cause,
    coalesce(c.replaced_as_of_at, v.replaced_as_of_at, f.first_as_of_at) as replaced_as_of_at,
    c.as_of_at,
    c.run_id
from version as c
inner join first_version as f
    on c.session_date = f.session_date and c.theme = f.theme and c.clock = f.clock and c.as_of_at > f.first_as_of_at
left join change.theme_version as v
    on c.session_date = v.session_date and c.theme = v.theme and c.clock = v.clock and c.as_of_at = v.as_of_at
