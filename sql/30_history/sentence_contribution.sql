-- write: append changed
-- grain: one row per (session_date, theme, clock, article_id, sentence_no) and publication that changed it.
-- purpose: every version of sentence_contribution that was ever published; nothing here is updated or deleted.
-- limits: a row that vanished is repeated with is_removed = true.
select *
from measure.sentence_contribution
where session_date between $from_date and $to_date
