-- write: replace session_date
-- grain: one row per (session_date, clock, theme, article_id): the article that speaks for its source in a story.
-- purpose: story scores S and weights W; W = relevance x min(1 + log2(sources), 3) x (1 if new, 0.5 if told before).
-- limits: a further copy from the same source in the same session has no row: it adds 0.
with voice as (
    select
        a.session_date,
        a.clock,
        t.theme,
        a.story_id,
        a.article_id,
        a.source,
        a.is_repeated,
        t.relevance,
        t.sentence_weight,
        t.risk_sum / t.sentence_weight as risk_score,
        t.vader_sum / t.sentence_weight as vader_score,
        t.tone_sum / t.sentence_weight as tone_score,
        coalesce(t.act_sum, 0) / t.sentence_weight as act_score,
        coalesce(t.threat_sum, 0) / t.sentence_weight as threat_score,
        t.deescalation_sum / t.sentence_weight as deescalation_score
    from staging.article_session as a
    inner join staging.article_theme as t on a.article_id = t.article_id
    where a.session_date between $from_date and $to_date
    qualify row_number() over (
        partition by a.session_date, a.clock, t.theme, a.story_id, a.source order by a.available_at, a.article_id
    ) = 1
),

weighted as (
    select
        *,
        cast(relevance / sum(relevance) over whole_story as decimal(18, 12)) as voice_share,
        cast(
            max(relevance) over whole_story
            * least(1 + log2(count(*) over whole_story), 3)
            * if(is_repeated, 0.5, 1)
            as decimal(18, 12)
        ) as story_weight,
        row_number() over in_story as voice_no
    from voice
    window
        whole_story as (partition by session_date, clock, theme, story_id),
        in_story as (partition by session_date, clock, theme, story_id order by article_id)
)

select
    *,
    sum(if(voice_no = 1, story_weight, 0)) over (partition by session_date, clock, theme) as day_weight
from weighted
