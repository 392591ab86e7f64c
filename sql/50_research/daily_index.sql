-- write: replace
-- grain: one row per (index_date, source).
-- purpose: by UTC day and source, how many titles there were, how many name force, and how much escalation, threats
--   and acts they tell: our side of the comparison with the published indexes of geopolitical risk.
-- limits: titles only, without any theme; sources come and go, so compare shares within a source.
with title as (
    select
        a.article_id,
        a.source,
        cast(a.available_at as date) as index_date,
        greatest(s.escalation_score, 0) as escalation,
        s.level,
        row_number() over (partition by a.article_id order by s.sentence_no) as sentence_no
    from raw.article as a
    inner join raw.sentence as s on a.article_id = s.article_id
    where s.section = 'title'
)

select
    t.index_date,
    t.source,
    count(*) filter (where t.sentence_no = 1) as title_count,
    count(k.article_id) filter (where t.sentence_no = 1) as force_count,
    cast(sum(t.escalation) as double) as escalation_sum,
    cast(coalesce(sum(t.escalation) filter (where t.level = 'act'), 0) as double) as act_sum,
    cast(coalesce(sum(t.escalation) filter (where t.level != 'act'), 0) as double) as threat_sum
from title as t
left join raw.keyword_title as k on t.article_id = k.article_id
group by t.index_date, t.source
