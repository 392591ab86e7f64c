-- How does GDELT's tone of the pages that moved a theme compare with our scores of their titles? Tone is turned round
-- and divided by ten, so that plus means risk and most of it lies within -1 ... 1. Empty without pages from GDELT.
with page as (
    select
        c.theme,
        c.session_date,
        c.article_id,
        sum(c.contribution) as contribution
    from signal.sentence_contribution as c
    inner join signal.theme_daily as t on c.session_date = t.session_date and c.theme = t.theme and c.clock = t.clock
    group by all
)

select
    p.theme,
    p.session_date,
    count(*) as page_count,
    round(avg(-a.gdelt_tone) / 10, 3) as gdelt_risk,
    round(-t.vader_score, 3) as vader_risk,
    round(t.risk_score, 3) as risk_score,
    round(sum(p.contribution), 6) as contribution_of_pages
from page as p
inner join raw.article as a on p.article_id = a.article_id and a.gdelt_tone is not null
inner join signal.theme_daily as t on p.session_date = t.session_date and p.theme = t.theme
group by p.theme, p.session_date, t.vader_score, t.risk_score
order by p.session_date desc, p.theme asc
