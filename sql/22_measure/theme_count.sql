-- write: replace session_date
-- grain: one row per (session_date, theme, clock).
-- purpose: how much was written about the theme, by whom, how late, and a hash of exactly which articles.
-- limits: no row without a relevant article; counts follow the collection, not the world. The list is sorted when it
--   is whole: an aggregate that orders its rows keeps room for 2,048 of them in each group, which is too much memory.
with article as (
    select
        a.session_date,
        t.theme,
        a.clock,
        count(*) as article_count,
        count(distinct a.story_id) as story_count,
        count(distinct if(a.is_repeated, null, a.story_id)) as new_story_count,
        count(distinct a.source) as source_count,
        sum(cast(a.is_backfilled as integer)) / count(*) as backfilled_share,
        max(t.model_version) as model_version,
        max(t.lexicon_version) as lexicon_version,
        list([a.article_id, concat_ws(':', a.article_id, a.content_hash, a.story_id)]) as texts
    from staging.article_session as a
    inner join staging.article_theme as t on a.article_id = t.article_id
    where a.session_date between $from_date and $to_date
    group by a.session_date, t.theme, a.clock
),

told as (
    select
        session_date,
        clock,
        count(distinct story_id) as all_story_count
    from staging.article_session
    where session_date between $from_date and $to_date
    group by session_date, clock
)

select
    a.* exclude (texts), -- noqa: RF02
    md5(
        array_to_string(list_transform(list_sort(a.texts), lambda item: item[2]), ',') -- noqa: RF02
    ) as article_hash,
    a.story_count / n.all_story_count
    / (date_diff('second', s.previous_cutoff_at, s.cutoff_at) / 3600.0) as attention_share
from article as a
inner join told as n on a.session_date = n.session_date and a.clock = n.clock
inner join raw.session as s on a.session_date = s.session_date and a.clock = s.clock
