-- The newest vintage and the one before it: who published it, when, and what share of the articles is the embedded
-- demonstration. A run that changed nothing leaves no vintage, so the same tables always name the same one.
select
    p.run_id,
    p.as_of_at,
    p.previous_as_of_at,
    p.vintage_count,
    a.article_count,
    a.seed_article_count
from (
    select
        run_id,
        as_of_at,
        lead(as_of_at) over (order by as_of_at desc) as previous_as_of_at,
        count(*) over () as vintage_count
    from raw.publication
) as p
cross join (
    select
        count(*) as article_count,
        count(*) filter (where collection = 'seeds') as seed_article_count
    from raw.article
) as a
order by p.as_of_at desc
limit 1
