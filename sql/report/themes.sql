-- The themes, each with its reference clock and the first and last session of its window on the page.
select
    t.theme,
    t.label,
    t.meaning,
    t.clock,
    w.first_date,
    w.last_date,
    w.closed_date
from raw.theme as t
left join (
    select
        theme,
        min(session_date) as first_date,
        max(session_date) as last_date,
        max(session_date) filter (where not is_provisional) as closed_date
    from (
        select
            theme,
            session_date,
            is_provisional
        from signal.theme_daily
        qualify row_number() over (partition by theme order by session_date desc) <= $sessions
    ) as newest
    group by theme
) as w on t.theme = w.theme
order by t.theme
