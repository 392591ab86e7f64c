-- Quiet or blind? Sessions on the reference clocks by status and month: no_news is a quiet day, stale_source blind.
select
    theme,
    date_trunc('month', session_date) as month,
    status,
    count(*) as sessions,
    round(avg(coverage_share), 2) as coverage_share
from signal.theme_daily
group by theme, month, status
order by theme, month, status
