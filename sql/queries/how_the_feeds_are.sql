-- How is each feed? Its last outcome, how often it answered in the 30 days before, what it brought, what went wrong.
select
    source,
    max(seen_at) as asked_at,
    arg_max(outcome, (seen_at, run_id)) as outcome,
    count(*) as asked_count,
    count_if(outcome in ('ok', 'not_modified')) as answered_count,
    sum(new_count) as new_count,
    sum(quarantined_count) as quarantined_count,
    max(newest_item_at) as newest_item_at,
    arg_max(coalesce(message, ''), (seen_at, run_id)) as message
from raw.source_fetch
where seen_at >= (select max(f.seen_at) from raw.source_fetch as f) - interval 30 day
group by source
order by source
