-- The session that an article belongs to on each clock, and what it contributed to each theme there.
select
    c.clock,
    c.session_date,
    t.cutoff_at,
    c.theme,
    sum(c.contribution) as contribution,
    t.risk_score
from signal.sentence_contribution as c
inner join signal.theme_clock_daily as t
    on c.session_date = t.session_date and c.theme = t.theme and c.clock = t.clock
where c.article_id = $article_id -- noqa: RF02
group by c.clock, c.session_date, t.cutoff_at, c.theme, t.risk_score
order by t.cutoff_at, c.clock, c.theme
