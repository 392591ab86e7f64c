-- Whether each source spoke: its newest closed session on one clock, and the twenty sessions up to it.
with recent as (
    select
        *,
        row_number() over (partition by source order by session_date desc) as age
    from signal.coverage
    where clock = $clock and session_date <= $closed_date and session_date >= $first_date
)

select
    r.source,
    s.kind,
    r.is_declared,
    r.session_date,
    r.is_covered,
    r.is_expected,
    r.expected_count,
    r.seen_count,
    r.quarantined_count,
    r.newest_item_age_hours,
    t.session_count,
    t.covered_count,
    t.seen_total,
    t.quarantined_total,
    count(*) over () as source_count
from recent as r
inner join (
    select
        source,
        count(*) as session_count,
        count(*) filter (where is_covered) as covered_count,
        sum(seen_count) as seen_total,
        sum(quarantined_count) as quarantined_total
    from recent
    where age <= 20
    group by source
) as t on r.source = t.source
left join raw.source as s on r.source = s.source
where r.age = 1
order by
    r.is_expected and not r.is_covered desc, r.is_expected desc, r.is_declared desc, t.seen_total desc, r.source asc
limit $rows
