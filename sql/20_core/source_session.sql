-- write: replace session_date
-- grain: one row per (session_date, clock, source).
-- purpose: whether a source covered the session, what came and what was set aside: a dead source is not calm.
-- limits: an archive that declares nothing covers from its first item until 7 days after its newest one: only the past
--   decides, so a later item never opens an earlier session. A feed is judged by its fetches, from the first one on.
--   Rejected items without a usable date are counted in the last session of the run.
with grid as (
    select
        s.session_date,
        s.clock,
        s.cutoff_at,
        src.source,
        src.kind,
        src.is_declared,
        src.covers_from,
        src.covers_to,
        max(s.session_date) over (partition by s.clock) as last_date
    from raw.session as s
    cross join raw.source as src
    where s.session_date between $from_date and $to_date
),

seen as (
    select
        a.session_date,
        a.clock,
        a.source,
        count(*) as seen_count
    from staging.article_session as a
    where a.session_date between $from_date and $to_date
    group by a.session_date, a.clock, a.source
),

span as (
    select
        min(cutoff_at) as first_at,
        max(cutoff_at) as last_at
    from grid
),

-- Of the articles before the first cut-off only each source's newest can be the newest at a cut-off.
heard as (
    select distinct
        a.source,
        a.available_at
    from raw.article as a
    inner join span as w on a.available_at > w.first_at and a.available_at <= w.last_at
    union all
    select
        a.source,
        max(a.available_at) as available_at
    from raw.article as a
    inner join span as w on a.available_at <= w.first_at
    group by a.source
),

last_session as (
    select
        clock,
        max(session_date) as last_date
    from raw.session
    where session_date <= $last_date
    group by clock
),

rejected as (
    select
        least(s.session_date, l.last_date) as session_date,
        s.clock,
        q.source,
        count(*) as quarantined_count
    from raw.quarantine as q
    inner join last_session as l on q.kind = 'article'
    asof inner join raw.session as s
        on l.clock = s.clock and least(coalesce(q.published_at, q.quarantined_at), q.quarantined_at) <= s.cutoff_at
    group by least(s.session_date, l.last_date), s.clock, q.source
),

judged as (
    select
        g.*,
        newest.available_at as newest_at,
        coalesce(n.seen_count, 0) as seen_count,
        coalesce(g.session_date >= g.covers_from, newest.available_at is not null)
        and coalesce(g.session_date <= g.covers_to, newest.available_at >= g.cutoff_at - interval 7 day, false)
        or n.seen_count is not null as is_in_archive
    from grid as g
    left join seen as n on g.session_date = n.session_date and g.clock = n.clock and g.source = n.source
    asof left join heard as newest on g.source = newest.source and g.cutoff_at >= newest.available_at
)

select
    j.session_date,
    j.clock,
    j.source,
    coalesce(j.is_declared, true) as is_declared,
    l.expected_count,
    coalesce(l.is_covered, j.is_in_archive) as is_covered,
    coalesce(l.is_expected, j.is_in_archive or j.newest_at is not null) as is_expected,
    j.seen_count,
    coalesce(r.quarantined_count, 0) as quarantined_count,
    date_diff('second', j.newest_at, j.cutoff_at) / 3600.0 as newest_item_age_hours
from judged as j
left join feed.live_session as l on j.session_date = l.session_date and j.clock = l.clock and j.source = l.source
left join rejected as r on j.session_date = r.session_date and j.clock = r.clock and j.source = r.source
where coalesce(j.kind, 'archive') != 'live' or l.source is not null or j.newest_at is not null
