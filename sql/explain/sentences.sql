-- The sentences behind that row, largest contribution first.
select
    v.contribution,
    v.weight,
    v.score,
    v.relevance,
    v.section,
    v.sentence_no,
    v.text,
    v.spans,
    v.source,
    v.article_id,
    v.story_id
from signal.sentence_contribution_vintage as v
where
    v.theme = $theme and v.session_date = $session_date and v.clock = $clock
    and v.as_of_at <= $known_at and coalesce(v.superseded_at > $known_at, true) and not v.is_removed
order by abs(v.contribution) desc, v.article_id asc, v.sentence_no asc
