-- write: view
-- grain: one row per (session_date, theme, clock, as_of_at) that replaced another one.
-- purpose: why a row of theme_clock_daily was published again: the first cause that applies.
-- limits: one cause a row. A new model or lexicon rescores everything, so it is the cause of all that its publication
--   changed; a late article is that of its own session and, through pressure and stories, of any later one.
with version as (
    select * exclude (superseded_at)
    from vintage.theme_clock_daily
    union all by name
    select *
    from provisional.theme_clock_daily
    where not is_removed
),

pair as (
    select
        session_date,
        theme,
        clock,
        as_of_at,
        cutoff_at,
        is_removed,
        lag(as_of_at) over earlier as replaced_as_of_at,
        lag(is_provisional) over earlier as was_provisional,
        article_count > lag(article_count) over earlier as has_more_articles,
        -- Null without news, and null is not another version.
        coalesce(model_version != lag(model_version) over earlier, false) as has_new_model,
        coalesce(lexicon_version != lag(lexicon_version) over earlier, false) as has_new_lexicon
    from version
    window earlier as (partition by session_date, theme, clock order by as_of_at)
    qualify replaced_as_of_at is not null
),

stored_since as (
    select
        p.replaced_as_of_at,
        p.as_of_at,
        min(a.available_at) as available_at
    from (
        select distinct
            replaced_as_of_at,
            as_of_at
        from pair
    ) as p
    inner join raw.article as a on p.as_of_at >= a.ingested_at and p.replaced_as_of_at < a.ingested_at
    group by p.replaced_as_of_at, p.as_of_at
)

select
    p.session_date,
    p.theme,
    p.clock,
    p.as_of_at,
    p.replaced_as_of_at,
    case
        when p.was_provisional then 'provisional row replaced'
        when p.is_removed then 'removed'
        when bool_or(p.has_new_model) over (partition by p.as_of_at) then 'new model'
        when bool_or(p.has_new_lexicon) over (partition by p.as_of_at) then 'new lexicon'
        when s.available_at <= p.cutoff_at or p.has_more_articles then 'late article'
        else 'other settings'
    end as cause
from pair as p
left join stored_since as s on p.replaced_as_of_at = s.replaced_as_of_at and p.as_of_at = s.as_of_at
