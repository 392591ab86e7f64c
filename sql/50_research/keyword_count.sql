-- write: replace session_date
-- grain: one row per (session_date, clock, theme).
-- purpose: the share of a session's items whose title names force and which concern the theme: a word list's signal.
-- limits: the words are those of tasks.domain.attention; items without a theme count in the share's denominator only.
with item as (
    select
        session_date,
        clock,
        count(*) as item_count
    from staging.article_session
    where session_date between $from_date and $to_date
    group by session_date, clock
),

named as (
    select
        a.session_date,
        a.clock,
        t.theme,
        count(*) as keyword_count
    from staging.article_session as a
    inner join raw.keyword_title as k on a.article_id = k.article_id
    inner join staging.article_theme as t on a.article_id = t.article_id
    where a.session_date between $from_date and $to_date
    group by a.session_date, a.clock, t.theme
)

select
    i.session_date,
    i.clock,
    t.theme,
    i.item_count,
    coalesce(n.keyword_count, 0) as keyword_count,
    coalesce(n.keyword_count, 0) / i.item_count as keyword_share
from item as i
cross join raw.theme as t
left join named as n on i.session_date = n.session_date and i.clock = n.clock and t.theme = n.theme
