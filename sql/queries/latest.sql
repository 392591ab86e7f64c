-- What is newest? The last five sessions of each theme on its reference clock.
-- Read `status` first: no_news is a quiet day, stale_source is a blind one.
select
    theme,
    session_date,
    clock,
    cutoff_at,
    status,
    round(risk_score, 3) as risk_score,
    round(escalation_score, 3) as escalation_score,
    round(tone_score, 3) as tone_score,
    story_count,
    top_story_id
from signal.theme_daily
qualify row_number() over (partition by theme order by session_date desc) <= 5
order by theme asc, session_date desc
