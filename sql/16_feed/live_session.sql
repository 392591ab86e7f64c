-- write: replace session_date, by year
-- grain: one row per (session_date, clock, source), from a live source's first fetch on.
-- purpose: whether a feed was expected and could have brought news of the session: a dead feed is not calm.
-- limits: a feed that answers without news is taken for dead when, at its last good answer, its newest item was older
--   than twice the longest gap between its items in the 60 days before, at least a day; in its first 28 days a week.
with asked as (
    select
        source,
        seen_at,
        min(seen_at) over (partition by source) as first_seen_at,
        bool_and(outcome = 'disabled') as is_disabled
    from raw.source_fetch
    group by source, seen_at
),

answered as (
    select
        source,
        seen_at,
        max(newest_item_at) as newest_item_at
    from raw.source_fetch
    where outcome in ('ok', 'not_modified')
    group by source, seen_at
),

gap as (
    select
        source,
        available_at,
        date_diff('second', max(published_at) over (
            partition by source
            order by available_at, published_at, article_id rows between unbounded preceding and 1 preceding
        ), published_at) / 3600.0 as gap_hours
    from raw.article
    where source_kind = 'live'
),

day_gap as (
    select
        source,
        cast(available_at as date) as seen_date,
        max(gap_hours) as gap_hours
    from gap
    group by source, cast(available_at as date)
),

grid as (
    select
        s.session_date,
        s.clock,
        a.source,
        s.cutoff_at,
        a.first_seen_at,
        f.seen_at as answered_at,
        date_diff('second', f.newest_item_at, f.seen_at) / 3600.0 as silent_hours,
        not a.is_disabled as is_expected,
        f.seen_at > s.previous_cutoff_at
        or f.seen_at >= s.cutoff_at - to_minutes(2 * coalesce(src.cadence_minutes, 0)) as is_answering
    from raw.session as s
    inner join raw.source as src on src.kind = 'live'
    asof inner join asked as a on src.source = a.source and s.cutoff_at >= a.seen_at
    asof left join answered as f on src.source = f.source and s.cutoff_at >= f.seen_at
    where s.session_date between $from_date - interval 60 day and $to_date
),

measured as (
    select
        g.*,
        max(d.gap_hours) as longest_gap_hours
    from grid as g
    left join day_gap as d
        on
            g.source = d.source
            and d.seen_date between cast(g.cutoff_at as date) - 60 and cast(g.cutoff_at as date) - 1
    group by all
),

seen as (
    select
        session_date,
        clock,
        source,
        count(*) as seen_count
    from staging.article_session
    where session_date between $from_date - interval 60 day and $to_date
    group by session_date, clock, source
),

judged as (
    select
        m.session_date,
        m.clock,
        m.source,
        m.is_expected,
        coalesce(n.seen_count, 0) as seen_count,
        m.is_expected and m.is_answering and m.silent_hours <= if(
            m.first_seen_at > m.cutoff_at - interval 28 day or m.longest_gap_hours is null,
            7 * 24, greatest(24, 2 * m.longest_gap_hours)
        ) or n.seen_count is not null as is_covered
    from measured as m
    left join seen as n on m.session_date = n.session_date and m.clock = n.clock and m.source = n.source
)

select
    session_date,
    clock,
    source,
    is_expected,
    coalesce(is_covered, false) as is_covered,
    if(
        count(*) filter (where is_covered) over before >= 5,
        round(median(if(is_covered, seen_count, null)) over before), null
    ) as expected_count
from judged
window before as (partition by clock, source order by session_date rows between 20 preceding and 1 preceding)
qualify session_date >= $from_date
