-- Where does the signed score disagree with plain sentiment? Plain VADER is turned round, so that plus means risk.
-- These are the sessions to read before trusting either.
select
    theme,
    session_date,
    round(risk_score, 3) as risk_score,
    round(-vader_score, 3) as vader_risk,
    round(escalation_score, 3) as escalation_score,
    story_count,
    top_story_id
from signal.theme_daily
where risk_score * -vader_score < 0 and abs(risk_score) > 0.03
order by abs(risk_score + vader_score) desc, theme asc, session_date asc
limit 20
