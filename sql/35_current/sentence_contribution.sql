-- write: view
-- grain: one row per (session_date, theme, clock, article_id, sentence_no).
-- purpose: sentence_contribution as it stands now: closed sessions as published, open ones provisionally.
-- limits: a provisional row is in no vintage.
select * exclude (is_removed, superseded_at)
from vintage.sentence_contribution
where superseded_at is null and not is_removed
union all by name
select * exclude (is_removed)
from provisional.sentence_contribution
qualify
    row_number() over (partition by session_date, theme, clock, article_id, sentence_no order by as_of_at desc) = 1
    and not is_removed
