-- write: view
-- grain: one row per (session_date, theme, clock, column_name, as_of_at).
-- purpose: every changed cell of theme_clock_daily: what stood before, what replaced it, and why.
-- limits: causes are read off the row (versions, input_hash); prices and assets are not covered yet.
with version as (
    select
        session_date,
        theme,
        clock,
        as_of_at,
        run_id,
        input_hash,
        model_version,
        lexicon_version,
        cast(if(is_removed, 'removed', status) as varchar) as status,
        cast(article_count as varchar) as article_count,
        cast(story_count as varchar) as story_count,
        cast(risk_score as varchar) as risk_score,
        cast(escalation_score as varchar) as escalation_score,
        cast(tone_score as varchar) as tone_score,
        cast(vader_score as varchar) as vader_score
    from vintage.theme_clock_daily
),

cell as (
    select *
    from version
    unpivot include nulls (
        new_value for column_name in (
            status, article_count, story_count, risk_score, escalation_score, tone_score, vader_score
        )
    )
),

changed as (
    select
        *,
        lag(new_value) over earlier as old_value,
        lag(as_of_at) over earlier as replaced_as_of_at,
        case
            when model_version != lag(model_version) over earlier then 'new model' -- null without news: not a new model
            when lexicon_version != lag(lexicon_version) over earlier then 'new lexicon'
            when coalesce(input_hash, '') != coalesce(lag(input_hash) over earlier, '') then 'other articles'
            else 'other sources or settings'
        end as cause
    from cell
    window earlier as (partition by session_date, theme, clock, column_name order by as_of_at)
)

select
    session_date,
    theme,
    clock,
    column_name,
    old_value,
    new_value,
    cause,
    replaced_as_of_at,
    as_of_at,
    run_id
from changed
where replaced_as_of_at is not null and old_value is distinct from new_value
