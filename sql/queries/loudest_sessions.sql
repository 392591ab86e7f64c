-- Which sessions were the loudest, and what was told in them? A theme's largest scores either way, with the headline of
-- the story that weighed most.
select
    d.theme,
    d.session_date,
    round(d.risk_score, 3) as risk_score,
    round(d.signal_z, 1) as signal_z,
    d.story_count,
    d.source_count,
    a.title as top_story
from signal.theme_daily as d
left join raw.article as a on d.top_story_id = a.article_id
where d.risk_score is not null
qualify row_number() over (partition by d.theme order by abs(d.risk_score) desc, d.session_date desc) <= 4
order by d.theme asc, abs(d.risk_score) desc, d.session_date desc
