-- write: view
-- grain: one row per (session_date, theme, clock, article_id, sentence_no).
-- purpose: sentence_contribution as it stands now.
-- limits: of a provisional row the contributions are provisional too.
select *
from current.sentence_contribution
