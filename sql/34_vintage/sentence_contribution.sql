-- write: view
-- grain: one row per (session_date, theme, clock, article_id, sentence_no, as_of_at).
-- purpose: each version beside the instant at which the next one replaced it (null: it still stands).
-- limits: none.
-- columns: sentence_contribution
select
    *,
    lead(as_of_at)
        over (partition by session_date, theme, clock, article_id, sentence_no order by as_of_at)
        as superseded_at
from history.sentence_contribution
