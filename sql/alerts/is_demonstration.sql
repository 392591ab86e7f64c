-- purpose: a row when the publication holds the embedded demonstration, which ends where its articles end.
select distinct collection
from raw.article
where collection = $collection
