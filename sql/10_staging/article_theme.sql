-- write: replace
-- grain: one row per (article_id, theme).
-- purpose: article scores, sum(r g s) / sum(r g) over relevant sentences (docs/architecture.md), kept as exact sums.
-- limits: sentences that only report a price move are left out: they weigh 0 in the daily tables.
select
    st.article_id,
    st.theme,
    least(max(st.relevance * s.section_weight), 1) as relevance,
    sum(st.relevance * s.section_weight) as sentence_weight,
    sum(st.relevance * s.section_weight * st.score) as risk_sum,
    sum(st.relevance * s.section_weight * s.vader_score) as vader_sum,
    sum(st.relevance * s.section_weight * s.tone_score) as tone_sum,
    sum(st.relevance * s.section_weight * greatest(s.escalation_score, 0)) filter (where s.level = 'act') as act_sum,
    sum(st.relevance * s.section_weight * greatest(s.escalation_score, 0)) filter (where s.level != 'act')
        as threat_sum,
    sum(st.relevance * s.section_weight * least(s.escalation_score, 0)) as deescalation_sum,
    max(s.model_version) as model_version,
    max(s.lexicon_version) as lexicon_version
from raw.sentence_theme as st
inner join raw.sentence as s
    on st.article_id = s.article_id and st.sentence_no = s.sentence_no
where st.relevance > 0 and not s.is_price_move
group by st.article_id, st.theme
