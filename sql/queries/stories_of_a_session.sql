-- Which stories made the newest session with at least two of them, who told them, and what did each contribute?
with busy as (
    select
        theme,
        clock,
        session_date
    from signal.theme_daily
    where story_count >= 2
    qualify row_number() over (partition by theme order by session_date desc) = 1
)

select
    c.theme,
    c.session_date,
    c.story_id,
    count(distinct c.article_id) as articles,
    string_agg(distinct c.source, ', ' order by c.source) as sources,
    round(sum(c.contribution), 4) as contribution
from busy as b
inner join signal.sentence_contribution as c
    on b.theme = c.theme and b.clock = c.clock and b.session_date = c.session_date
group by c.theme, c.session_date, c.story_id
order by c.theme asc, abs(sum(c.contribution)) desc, c.story_id asc
