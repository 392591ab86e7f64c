-- write: macro (ts)
-- grain: one row per (session_date, theme, clock, article_id, sentence_no).
-- purpose: sentence_contribution as it was known at the instant ts (UTC unless ts carries an offset).
-- limits: null before the first publication: no rows.
-- columns: sentence_contribution
select v.* exclude (is_removed, superseded_at) -- noqa: RF02, RF03
from vintage.sentence_contribution as v
where
    v.as_of_at <= utc_instant(ts) -- noqa: RF02, RF03
    and coalesce(v.superseded_at > utc_instant(ts), true) -- noqa: RF02, RF03
    and not v.is_removed
