-- write: append changed
-- grain: one row per (session_date, theme, clock, article_id, sentence_no) and publication that changed it.
-- purpose: every version of sentence_contribution that was ever published; nothing here is updated or deleted.
-- limits: a row that vanished is repeated with is_removed = true.
select c.*
from receipt.sentence_contribution as c
semi join raw.session as s on c.clock = s.clock and c.session_date = s.session_date and s.cutoff_at <= $as_of_at
where c.session_date between $from_date and $to_date
