-- The stories that moved a theme most in its window: one session each, by the size of what their sentences contributed.
-- A story is named by the headline of its first telling.
with story as (
    select
        session_date,
        story_id,
        sum(contribution) as contribution,
        count(distinct article_id) as article_count,
        count(distinct source) as source_count
    from signal.sentence_contribution
    where theme = $theme and clock = $clock and session_date between $first_date and $closed_date
    group by session_date, story_id
    having sum(contribution) != 0
    order by abs(sum(contribution)) desc, session_date desc, story_id asc
    limit $rows
)

select
    s.session_date,
    s.story_id,
    cast(s.contribution as double) as contribution,
    s.article_count,
    s.source_count,
    coalesce(a.title, s.story_id) as title,
    a.source,
    a.url,
    a.available_at
from story as s
left join raw.article as a on s.story_id = a.article_id
order by s.session_date, s.story_id
