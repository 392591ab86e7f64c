-- write: replace session_date
-- grain: one row per (session_date, clock, article_id).
-- purpose: session truth. An article belongs to the first session of a clock whose cut-off is at or after the moment
--   it was available; one ASOF join, the same rule as tasks.domain.sessions.session_of.
-- limits: an article available after the last session known in raw.session has no row yet. A story's id is the
--   article_id of its first telling, so whether it is repeated needs no look at its other tellings.
with session as (
    select
        *,
        lag(cutoff_at) over (partition by clock order by session_date) as opened_at
    from raw.session
),

span as (
    select
        max(cutoff_at) as last_at,
        if(count(opened_at) < count(*), timestamp '-infinity', min(opened_at)) as first_at
    from session
    where session_date between $from_date and $to_date
),

clock_article as (
    select
        c.clock,
        a.article_id,
        a.source,
        a.available_at,
        a.ingested_at,
        a.content_hash,
        st.story_id,
        f.available_at as first_told_at
    from raw.article as a
    inner join span as w on a.available_at > w.first_at and a.available_at <= w.last_at
    inner join raw.article_story as st on a.article_id = st.article_id
    inner join raw.article as f on st.story_id = f.article_id
    cross join (select distinct s.clock from raw.session as s) as c
),

assigned as (
    select
        ca.* exclude (first_told_at), -- noqa: RF02
        s.session_date,
        s.cutoff_at,
        coalesce(ca.first_told_at <= s.opened_at, false) as is_repeated
    from clock_article as ca
    asof inner join session as s
        on ca.clock = s.clock and ca.available_at <= s.cutoff_at
),

first_publication as (
    select
        s.clock,
        s.session_date,
        min(p.as_of_at) as first_published_at
    from raw.session as s
    inner join raw.publication as p
        on s.session_date between p.from_date and p.to_date and s.cutoff_at <= p.as_of_at
    group by s.clock, s.session_date
)

select
    g.session_date,
    g.clock,
    g.article_id,
    g.story_id,
    g.source,
    g.is_repeated,
    g.available_at,
    g.cutoff_at,
    g.content_hash,
    coalesce(g.ingested_at > f.first_published_at, false) as is_backfilled
from assigned as g
left join first_publication as f on g.clock = f.clock and g.session_date = f.session_date
where g.session_date between $from_date and $to_date
