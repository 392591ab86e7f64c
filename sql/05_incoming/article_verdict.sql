-- write: replace
-- grain: one row per (incoming_no).
-- purpose: which incoming articles are new, known already, contradict a stored one, or repeat their own source.
-- limits: decided on the whole input at once, so the order of reading never matters; a source may tell the same text
--   again more than 7 days after the last telling that was kept, whether one input brings them or many.
with recursive counted as (
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
            when s.content_hash is not null or c.content_hash != c.first_hash
                then if(c.source_kind = 'live', 'revised', 'article_id_conflict')
            else 'new'
        end as verdict
    from counted as c
    left join raw.article as s on c.article_id = s.article_id
),

told as (
    select
        *,
        row_number() over (partition by source, content_hash order by available_at, article_id) as telling_no
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
        where content_hash in (select i.content_hash from raw.incoming_article as i)
    ) as telling
    -- A text that was told once repeats nothing: the loop below sees the few that were told again.
    qualify count(*) over (partition by source, content_hash) > 1
),

kept as (
    select *
    from told
    where telling_no = 1
    union all
    select t.*
    from kept as k
    inner join told as t
        on
            k.source = t.source and k.content_hash = t.content_hash and k.telling_no < t.telling_no
            and (t.incoming_no is null or t.available_at > k.available_at + interval 7 day)
    qualify row_number() over (partition by t.source, t.content_hash order by t.telling_no) = 1
),

judged as (
    select
        t.incoming_no,
        k.article_id as first_article_id
    from told as t
    asof inner join kept as k
        on t.source = k.source and t.content_hash = k.content_hash and t.telling_no >= k.telling_no
    where t.telling_no != k.telling_no
)

select
    c.incoming_no,
    c.article_id,
    j.first_article_id,
    if(j.incoming_no is null, c.verdict, 'duplicate') as verdict
from candidate as c
left join judged as j on c.incoming_no = j.incoming_no
