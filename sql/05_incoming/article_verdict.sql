-- write: replace
-- grain: one row per (incoming_no).
-- purpose: which incoming articles are new, known already, contradict a stored one, or repeat their own source.
-- limits: decided on the whole input at once, so the order of reading never matters; a source may tell the same text
--   again after 7 days.
with counted as (
    select
        *,
        row_number() over (partition by article_id, content_hash order by available_at, incoming_no) as copy_no,
        first_value(content_hash) over (partition by article_id order by available_at, content_hash) as first_hash
    from raw.incoming_article
),

candidate as (
    select
        c.incoming_no,
        c.article_id,
        c.source,
        c.content_hash,
        c.available_at,
        case
            when c.copy_no > 1 or s.content_hash = c.content_hash then 'unchanged'
            when s.content_hash is not null or c.content_hash != c.first_hash then 'article_id_conflict'
            else 'new'
        end as verdict
    from counted as c
    left join raw.article as s on c.article_id = s.article_id
),

told as (
    select
        *,
        lag(article_id) over tellings as earlier_id,
        lag(available_at) over tellings as earlier_at
    from (
        select
            incoming_no,
            article_id,
            source,
            content_hash,
            available_at
        from candidate
        where verdict = 'new'
        union all
        select
            null as incoming_no,
            article_id,
            source,
            content_hash,
            available_at
        from raw.article
    ) as telling
    window tellings as (partition by source, content_hash order by available_at, article_id)
)

select
    c.incoming_no,
    c.article_id,
    t.earlier_id as first_article_id,
    case when t.earlier_at >= c.available_at - interval 7 day then 'duplicate' else c.verdict end as verdict
from candidate as c
left join told as t on c.incoming_no = t.incoming_no
