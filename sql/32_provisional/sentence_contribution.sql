-- write: append changed, keep newest
-- grain: one row per (session_date, theme, clock, article_id, sentence_no).
-- purpose: receipts published before their cut-off; none of them is history, all end at the cut-off.
-- limits: of the daily rows every provisional version is kept, of their receipts the newest.
select c.*
from receipt.sentence_contribution as c
semi join raw.session as s on c.clock = s.clock and c.session_date = s.session_date and s.cutoff_at > $as_of_at
where c.session_date between $from_date and $to_date
