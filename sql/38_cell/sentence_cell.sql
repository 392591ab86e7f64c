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

version as (
    select
        * exclude (contribution), -- noqa: RF02
        if(is_removed, null, contribution) as contribution
    from vintage.sentence_contribution
),

pair as (
    select
        n.session_date,
        n.theme,
        n.clock,
        n.article_id,
        n.sentence_no,
        n.as_of_at,
        n.run_id,
        o.contribution as old_value,
        n.contribution as new_value,
        o.as_of_at as replaced_as_of_at,
        f.first_as_of_at
    from version as n
    inner join first_version as f
        on
            n.session_date = f.session_date and n.theme = f.theme and n.clock = f.clock
            and n.as_of_at > f.first_as_of_at
    left join version as o
        on
            n.session_date = o.session_date and n.theme = o.theme and n.clock = o.clock
            and n.article_id = o.article_id and n.sentence_no = o.sentence_no and n.as_of_at = o.superseded_at
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
    coalesce(c.replaced_as_of_at, v.replaced_as_of_at, c.first_as_of_at) as replaced_as_of_at,
    c.as_of_at,
    c.run_id
from (
    select * from pair
    where old_value is distinct from new_value
) as c
left join change.theme_version as v
    on c.session_date = v.session_date and c.theme = v.theme and c.clock = v.clock and c.as_of_at = v.as_of_at
