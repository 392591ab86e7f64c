-- write: view
-- grain: one row per (table_name, session_date, row_key, column_name, as_of_at).
-- purpose: the contributions that a later version of a session changed, added (no old value) or took away (no new one).
-- limits: of sentence_contribution only `contribution` is listed; the cause is that of the session's row.
-- columns: restatement
with first_version as (
    select
        session_date,
        theme,
        clock,
        min(as_of_at) as first_as_of_at
    from vintage.theme_clock_daily
    group by session_date, theme, clock
),

later as (
    select
        n.session_date,
        n.theme,
        n.clock,
        n.article_id,
        n.sentence_no,
        n.as_of_at,
        n.run_id,
        f.first_as_of_at,
        if(n.is_removed, null, n.contribution) as new_value
    from vintage.sentence_contribution as n
    inner join first_version as f
        on
            n.session_date = f.session_date and n.theme = f.theme and n.clock = f.clock
            and n.as_of_at > f.first_as_of_at
),

replaced as (
    select
        session_date,
        theme,
        clock,
        article_id,
        sentence_no,
        as_of_at,
        superseded_at,
        if(is_removed, null, contribution) as old_value
    from vintage.sentence_contribution
    where superseded_at is not null
)

select
    'sentence_contribution' as table_name,
    n.session_date,
    concat_ws(' ', n.theme, n.clock, n.article_id, n.sentence_no) as row_key,
    n.theme,
    n.clock,
    cast(null as varchar) as symbol,
    n.article_id,
    n.sentence_no,
    'contribution' as column_name,
    cast(o.old_value as varchar) as old_value,
    cast(n.new_value as varchar) as new_value,
    coalesce(v.cause, 'other settings') as cause,
    coalesce(o.as_of_at, v.replaced_as_of_at, n.first_as_of_at) as replaced_as_of_at,
    n.as_of_at,
    n.run_id
from later as n
left join replaced as o
    on
        n.session_date = o.session_date and n.theme = o.theme and n.clock = o.clock
        and n.article_id = o.article_id and n.sentence_no = o.sentence_no and n.as_of_at = o.superseded_at
left join change.theme_version as v
    on n.session_date = v.session_date and n.theme = v.theme and n.clock = v.clock and n.as_of_at = v.as_of_at
where o.old_value is distinct from n.new_value
