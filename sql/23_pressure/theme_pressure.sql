-- write: replace
-- grain: one row per (session_date, theme, clock).
-- purpose: news pressure p = 2^(-1/h) p_before + x per session, h = 2 (fast) and 15 (slow) sessions of the clock.
-- limits: x is per usual session: divided by the median story count over all themes of the 60 healthy sessions before.
--   Null in the first 2h sessions and without a live source; begins anew after a silence longer than h sessions.
with recursive session as (
    select
        s.session_date,
        s.clock,
        t.theme,
        row_number() over (partition by s.clock, t.theme order by s.session_date) as session_no,
        coalesce(c.coverage_share, 0) = 0 as is_stale,
        coalesce(n.story_count, 0) as story_count,
        coalesce(m.weighted_sum, 0) as weighted_sum
    from raw.session as s
    cross join raw.theme as t
    inner join measure.clock_coverage as c on s.session_date = c.session_date and s.clock = c.clock
    left join measure.theme_count as n on s.session_date = n.session_date and s.clock = n.clock and t.theme = n.theme
    left join measure.theme_score as m on s.session_date = m.session_date and s.clock = m.clock and t.theme = m.theme
),

usual as (
    select
        session_date,
        clock,
        theme,
        median(story_count) over (
            partition by clock order by healthy_no range between 60 preceding and 1 preceding
        ) as story_count
    from (
        select
            *,
            dense_rank() over (partition by clock order by session_date) as healthy_no
        from session
        where not is_stale
    ) as healthy
),

input as (
    select
        s.session_date,
        s.clock,
        s.theme,
        s.session_no,
        s.is_stale,
        s.weighted_sum / greatest(coalesce(u.story_count, 1), 1) as x
    from session as s
    left join usual as u on s.session_date = u.session_date and s.clock = u.clock and s.theme = u.theme
),

step as (
    select
        session_no,
        clock,
        theme,
        is_stale,
        x as fast,
        x as slow,
        cast(is_stale as integer) as gap,
        cast(not is_stale as integer) as fast_age,
        cast(not is_stale as integer) as slow_age
    from input
    where session_no = 1
    union all
    select
        i.session_no,
        i.clock,
        i.theme,
        i.is_stale,
        if(not i.is_stale and p.gap > 2, 0, p.fast) * 2 ** (-1 / 2.0) + i.x as fast,
        if(not i.is_stale and p.gap > 15, 0, p.slow) * 2 ** (-1 / 15.0) + i.x as slow,
        if(i.is_stale, p.gap + 1, 0) as gap,
        case when i.is_stale then p.fast_age when p.gap > 2 then 1 else p.fast_age + 1 end as fast_age,
        case when i.is_stale then p.slow_age when p.gap > 15 then 1 else p.slow_age + 1 end as slow_age
    from step as p
    inner join input as i on p.clock = i.clock and p.theme = i.theme and p.session_no + 1 = i.session_no
)

select
    i.session_date,
    i.theme,
    i.clock,
    if(s.is_stale or s.fast_age <= 4, null, s.fast) as pressure_fast,
    if(s.is_stale or s.slow_age <= 30, null, s.slow) as pressure_slow
from step as s
inner join input as i on s.clock = i.clock and s.theme = i.theme and s.session_no = i.session_no
