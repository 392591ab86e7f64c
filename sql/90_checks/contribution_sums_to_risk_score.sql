-- fail: risk_score is not the sum of its contributions
with summed as (
    select
        session_date,
        theme,
        clock,
        sum(contribution) as contribution
    from measure.sentence_contribution
    where session_date between $from_date and $to_date
    group by session_date, theme, clock
)

select
    d.session_date,
    d.theme,
    d.clock
from daily.theme_clock_daily as d
left join summed as s on d.session_date = s.session_date and d.theme = s.theme and d.clock = s.clock
where d.session_date between $from_date and $to_date and d.risk_score is distinct from s.contribution
