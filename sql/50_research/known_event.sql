-- write: replace
-- grain: one row per (event_id, theme, clock).
-- purpose: where the signal stood in the session of an event that was written down beforehand, and in the one after.
-- limits: the session follows from the instant of the event, not from that of its first headline.
with place as (
    select
        e.*,
        s.clock,
        s.session_date,
        s.cutoff_at
    from raw.research_event as e
    cross join (select distinct clock from raw.session) as c
    asof inner join raw.session as s on c.clock = s.clock and e.occurred_at <= s.cutoff_at
),

told as (
    select
        session_date,
        clock,
        sum(seen_count) as item_count,
        median(sum(seen_count)) over (
            partition by clock order by session_date rows between 20 preceding and 1 preceding
        ) as usual_count
    from signal.coverage
    group by session_date, clock
),

standing as (
    select
        session_date,
        theme,
        clock,
        status,
        story_count,
        risk_score,
        signal_z,
        risk_pct_rank_250,
        lead(signal_z) over in_order as next_signal_z,
        lead(risk_pct_rank_250) over in_order as next_pct_rank_250
    from signal.theme_clock_daily
    where not is_provisional
    window in_order as (partition by theme, clock order by session_date)
)

select
    p.event_id,
    p.theme,
    p.clock,
    p.label,
    p.occurred_at,
    p.precision,
    p.expected_sign,
    p.source,
    p.session_date,
    p.cutoff_at,
    d.status,
    d.story_count,
    t.item_count,
    t.item_count / nullif(t.usual_count, 0) as item_share,
    d.risk_score,
    d.signal_z,
    d.risk_pct_rank_250,
    d.next_signal_z,
    d.next_pct_rank_250
from place as p
inner join standing as d on p.session_date = d.session_date and p.theme = d.theme and p.clock = d.clock
left join told as t on p.session_date = t.session_date and p.clock = t.clock
