-- purpose: sessions of the last days that this run published for the first time, in which a theme's |signal_z| reached
--   the limit from below; on the reference clock. Of an older session nobody needs to be told.
with stepped as (
    select
        session_date,
        theme,
        clock,
        signal_z,
        risk_score,
        cutoff_at,
        run_id,
        is_provisional,
        lag(signal_z) over (partition by theme order by session_date) as previous_z
    from signal.theme_daily
)

select
    n.session_date,
    n.theme,
    n.clock,
    n.signal_z,
    cast(n.risk_score as double) as risk_score,
    n.previous_z
from stepped as n
anti join signal.theme_clock_daily_vintage as v
    on n.session_date = v.session_date and n.theme = v.theme and n.clock = v.clock and v.run_id != $run_id
where
    n.run_id = $run_id
    and not n.is_provisional
    and n.cutoff_at >= $since -- noqa: RF02
    and abs(n.signal_z) >= $z_limit -- noqa: RF02
    and coalesce(abs(n.previous_z), 0) < $z_limit -- noqa: RF02
order by n.theme, n.session_date
