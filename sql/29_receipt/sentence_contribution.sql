-- write: view
-- grain: one row per (session_date, theme, clock, article_id, sentence_no).
-- purpose: the receipt as it will be published: the numbers beside the sentence, its article and what was matched.
-- limits: texts and scores are those of today's model and lexicon; history keeps those of each publication.
-- columns: sentence_contribution
select
    c.session_date,
    c.theme,
    c.clock,
    c.article_id,
    c.story_id,
    c.sentence_no,
    s.section,
    s.text,
    a.url,
    a.source,
    st.relevance,
    st.score,
    c.weight,
    c.contribution,
    st.spans
from measure.sentence_contribution as c
inner join raw.article as a on c.article_id = a.article_id
inner join raw.sentence as s on c.article_id = s.article_id and c.sentence_no = s.sentence_no
inner join raw.sentence_theme as st
    on c.article_id = st.article_id and c.sentence_no = st.sentence_no and c.theme = st.theme
