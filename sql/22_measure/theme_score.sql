-- write: replace session_date
-- grain: one row per (session_date, theme, clock).
-- purpose: the day's other scores by the same weights as risk_score: sum(W S) / (sum(W) + k).
-- limits: dispersion is null below two stories; top_story_id is the story with the largest |W S|; effective_stories is
--   Kish's (sum W)^2 / sum W^2, agreement |sum W S| / sum W |S|.
with story as (
    select
        session_date,
        theme,
        clock,
        story_id,
        cast(sum(cast(voice_share * risk_score as decimal(18, 12))) as double) as risk_score,
        cast(sum(cast(voice_share * vader_score as decimal(18, 12))) as double) as vader_score,
        cast(sum(cast(voice_share * tone_score as decimal(18, 12))) as double) as tone_score,
        cast(sum(cast(voice_share * act_score as decimal(18, 12))) as double) as act_score,
        cast(sum(cast(voice_share * threat_score as decimal(18, 12))) as double) as threat_score,
        cast(sum(cast(voice_share * deescalation_score as decimal(18, 12))) as double) as deescalation_score,
        any_value(story_weight order by article_id) as story_weight,
        any_value(day_weight order by article_id) as day_weight
    from core.voice
    where session_date between $from_date and $to_date
    group by session_date, theme, clock, story_id
),

ranked as (
    select
        s.*,
        s.day_weight + t.shrinkage as denominator,
        first_value(s.story_id) over (
            partition by s.session_date, s.theme, s.clock
            order by abs(s.story_weight * s.risk_score) desc, s.story_id
        ) as top_story_id
    from story as s
    inner join raw.theme as t on s.theme = t.theme
),

summed as (
    select
        session_date,
        theme,
        clock,
        top_story_id,
        denominator,
        count(*) as story_count,
        sum(story_weight) as w,
        sum(cast(story_weight * risk_score as decimal(18, 12))) as ws,
        sum(cast(story_weight * risk_score * risk_score as decimal(18, 12))) as wss,
        sum(cast(story_weight * abs(risk_score) as decimal(18, 12))) as w_abs,
        sum(cast(story_weight * story_weight as decimal(18, 12))) as ww,
        sum(cast(story_weight * vader_score as decimal(18, 12))) as vader,
        sum(cast(story_weight * tone_score as decimal(18, 12))) as tone,
        sum(cast(story_weight * act_score as decimal(18, 12))) as act,
        sum(cast(story_weight * threat_score as decimal(18, 12))) as threat,
        sum(cast(story_weight * deescalation_score as decimal(18, 12))) as deescalation
    from ranked
    group by session_date, theme, clock, top_story_id, denominator
)

select
    session_date,
    theme,
    clock,
    top_story_id,
    vader / denominator as vader_score,
    tone / denominator as tone_score,
    act / denominator as act_score,
    threat / denominator as threat_score,
    deescalation / denominator as deescalation_score,
    if(story_count > 1, sqrt(greatest(wss / w - (ws / w) ** 2, 0)), null) as dispersion,
    cast(ws as double) as weighted_sum,
    w * w / ww as effective_stories,
    coalesce(abs(ws) / nullif(w_abs, 0), 0) as agreement
from summed
