-- write: replace session_date
-- grain: one row per (session_date, clock, source).
-- purpose: whether a source covered the session, what came and what was set aside: a dead source is not calm.
-- limits: an archive that declares nothing covers from its first to its last item; rejected items without a usable
--   date are counted in the last session of the run.
with span as (
    select
        src.source,
        c.clock,
        coalesce(src.covers_from, min(a.session_date)) as covers_from,
        coalesce(src.covers_to, max(a.session_date)) as covers_to
    from raw.source as src
    cross join (select distinct s.clock from raw.session as s) as c
    left join staging.article_session as a on src.source = a.source and c.clock = a.clock
    group by src.source, c.clock, src.covers_from, src.covers_to
),

grid as (
    select
        s.session_date,
        s.clock,
        s.cutoff_at,
        sp.source,
        coalesce(s.session_date between sp.covers_from and sp.covers_to, false) as is_covered,
        max(s.session_date) over (partition by s.clock) as last_date
    from raw.session as s
    inner join span as sp on s.clock = sp.clock
    where s.session_date between $from_date and $to_date
),

seen as (
    select
        a.session_date,
        a.clock,
        a.source,
        count(*) as seen_count
    from staging.article_session as a
    group by a.session_date, a.clock, a.source
),

rejected as (
    select
        s.clock,
        q.source,
        least(s.session_date, g.last_date) as session_date,
        count(*) as quarantined_count
    from raw.quarantine as q
    inner join (select distinct
        clock,
        last_date
    from grid) as g on q.kind = 'article'
    asof inner join raw.session as s
        on g.clock = s.clock and least(coalesce(q.published_at, q.quarantined_at), q.quarantined_at) <= s.cutoff_at
    group by least(s.session_date, g.last_date), s.clock, q.source
)

select
    g.session_date,
    g.clock,
    g.source,
    cast(null as bigint) as expected_count,
    g.is_covered or n.seen_count is not null as is_covered,
    coalesce(n.seen_count, 0) as seen_count,
    coalesce(r.quarantined_count, 0) as quarantined_count,
    date_diff('second', newest.available_at, g.cutoff_at) / 3600.0 as newest_item_age_hours
from grid as g
left join seen as n on g.session_date = n.session_date and g.clock = n.clock and g.source = n.source
left join rejected as r on g.session_date = r.session_date and g.clock = r.clock and g.source = r.source
asof left join (select distinct
    source,
    available_at
from raw.article) as newest
    on g.source = newest.source and g.cutoff_at >= newest.available_at
