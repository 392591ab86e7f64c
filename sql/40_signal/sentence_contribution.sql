-- write: view
-- grain: one row per (session_date, theme, clock, article_id, sentence_no).
-- purpose: sentence_contribution as it stands now.
-- limits: none.
select * exclude (is_removed, superseded_at)
from vintage.sentence_contribution
where superseded_at is null and not is_removed
