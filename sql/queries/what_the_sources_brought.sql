-- What did each source bring, what was set aside, and how old was its newest item?
select
    source,
    date_trunc('month', session_date) as month,
    sum(seen_count) as seen,
    sum(quarantined_count) as set_aside,
    round(median(newest_item_age_hours), 1) as median_age_hours
from signal.coverage
where clock = 'XETR'
group by source, month
order by source, month
