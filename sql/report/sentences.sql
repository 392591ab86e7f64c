-- What moved a theme: of each session with news from $first_date on, the sentences that raised and lowered it most.
with told as (
    select
        session_date,
        article_id,
        sentence_no,
        section,
        text,
        url,
        source,
        contribution,
        contribution > 0 as is_up,
        sum(contribution) over (partition by session_date, contribution > 0) as side_total,
        count(*) over (partition by session_date, contribution > 0) as side_count
    from signal.sentence_contribution
    where
        theme = $theme and clock = $clock and contribution != 0
        and session_date between $first_date and $closed_date
)

select
    t.session_date,
    t.article_id,
    t.sentence_no,
    t.section,
    t.text,
    t.url,
    t.source,
    cast(t.contribution as double) as contribution,
    t.is_up,
    cast(t.side_total as double) as side_total,
    t.side_count,
    a.available_at
from told as t
left join raw.article as a on t.article_id = a.article_id
qualify
    row_number() over (
        partition by t.session_date, t.is_up order by abs(t.contribution) desc, t.article_id asc, t.sentence_no asc
    ) <= $top_count
order by t.session_date desc, t.is_up desc, abs(t.contribution) desc, t.article_id asc, t.sentence_no asc
