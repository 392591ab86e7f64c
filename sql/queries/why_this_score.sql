-- Why this score? The sentences that moved the newest scored session of each theme, largest first.
-- The contributions of a session sum to its risk_score, exactly.
with scored as (
    select
        theme,
        clock,
        session_date,
        risk_score
    from signal.theme_daily
    where risk_score is not null
    qualify row_number() over (partition by theme order by session_date desc) = 1
)

select
    c.theme,
    c.session_date,
    round(s.risk_score, 4) as risk_score,
    round(c.contribution, 4) as contribution,
    c.section,
    c.text,
    c.source,
    c.article_id
from scored as s
inner join signal.sentence_contribution as c
    on s.theme = c.theme and s.clock = c.clock and s.session_date = c.session_date
where c.contribution != 0
order by c.theme asc, abs(c.contribution) desc, c.article_id asc, c.sentence_no asc
