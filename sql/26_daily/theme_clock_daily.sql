-- write: replace session_date, by year
-- grain: one row per (session_date, theme, clock), for every session of every clock.
-- purpose: the day's row of a theme, from nothing that became available after cutoff_at.
-- limits: confidence is coverage x n/(n+3) x agreement, n the effective stories; 0 without news.
with receipt as (
    select
        session_date,
        theme,
        clock,
        count(*) filter (where weight > 0) as sentence_count,
        sum(contribution) as risk_score
    from measure.sentence_contribution
    where session_date between $from_date and $to_date
    group by session_date, theme, clock
)

select
    s.session_date,
    t.theme,
    s.clock,
    s.cutoff_at,
    case
        when coalesce(src.coverage_share, 0) = 0 then 'stale_source'
        when n.article_count is null then 'no_news'
        when src.coverage_share < 0.5 then 'low_coverage'
        else 'ok'
    end as status,
    s.cutoff_at > $now as is_provisional,
    coalesce(n.article_count, 0) as article_count,
    coalesce(n.story_count, 0) as story_count,
    coalesce(n.new_story_count, 0) as new_story_count,
    coalesce(n.source_count, 0) as source_count,
    coalesce(r.sentence_count, 0) as sentence_count,
    coalesce(src.coverage_share, 0) as coverage_share,
    n.attention_share,
    n.backfilled_share,
    m.vader_score,
    m.tone_score,
    r.risk_score,
    m.act_score + m.threat_score + m.deescalation_score as escalation_score,
    m.threat_score,
    m.act_score,
    m.deescalation_score,
    m.dispersion,
    n.new_story_count / n.story_count as novelty,
    z.pressure_fast,
    z.pressure_slow,
    z.signal_z,
    z.signal_score,
    z.signal_change,
    z.risk_pct_rank_250,
    if(
        status = 'stale_source', null,
        src.coverage_share * coalesce(m.effective_stories / (m.effective_stories + 3) * m.agreement, 0)
    ) as confidence,
    m.top_story_id,
    n.model_version,
    n.lexicon_version,
    md5(concat_ws('|', n.article_hash, n.model_version, n.lexicon_version, t.shrinkage)) as input_hash
from raw.session as s
cross join raw.theme as t
left join measure.theme_count as n on s.session_date = n.session_date and t.theme = n.theme and s.clock = n.clock
left join measure.theme_score as m on s.session_date = m.session_date and t.theme = m.theme and s.clock = m.clock
left join receipt as r on s.session_date = r.session_date and t.theme = r.theme and s.clock = r.clock
left join standing.theme_standing as z on s.session_date = z.session_date and t.theme = z.theme and s.clock = z.clock
left join measure.clock_coverage as src on s.session_date = src.session_date and s.clock = src.clock
where s.session_date between $from_date and $to_date
