-- write: view
-- grain: one row per (session_date, theme, clock, article_id, sentence_no, as_of_at).
-- purpose: every published version of sentence_contribution; is_removed marks the end of a row.
-- limits: none.
-- columns: sentence_contribution
select *
from vintage.sentence_contribution
