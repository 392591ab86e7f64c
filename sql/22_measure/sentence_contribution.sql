-- write: replace session_date
-- grain: one row per (session_date, theme, clock, article_id, sentence_no).
-- purpose: the receipt in numbers. risk_score of the day is the sum of `contribution`, exactly.
-- limits: a sentence that only reports a price move is listed with weight 0. Its text and spans are joined where they
--   are published: repeated on every clock they would be most of the bytes that a build moves.
-- columns: sentence_weight
with sentence as (
    select
        v.session_date,
        v.theme,
        v.clock,
        v.article_id,
        v.story_id,
        s.sentence_no,
        st.score,
        if(
            s.is_price_move, 0,
            v.story_weight / (v.day_weight + th.shrinkage)
            * v.voice_share
            * (st.relevance * s.section_weight) / v.sentence_weight
        ) as weight
    from core.voice as v
    inner join raw.theme as th on v.theme = th.theme
    inner join raw.sentence_theme as st on v.article_id = st.article_id and v.theme = st.theme
    inner join raw.sentence as s on st.article_id = s.article_id and st.sentence_no = s.sentence_no
    where v.session_date between $from_date and $to_date and st.relevance > 0
)

select
    * exclude (score),
    cast(weight * score as decimal(18, 12)) as contribution
from sentence
