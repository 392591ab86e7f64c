-- write: replace
-- grain: one row per (entry_date, symbol, horizon).
-- purpose: what an entry at the close of entry_date earns over the next horizon sessions: the sum of the one-session
--   returns, less the benchmark's.
-- limits: sums, not compounded; no row before the horizon is over, null where one of its sessions has no price.
--   forward_abnormal_return takes beta x the benchmark's return off, with the beta known at each session's cut-off.
with ahead as (
    select
        entry_date,
        symbol,
        step,
        move_date,
        count(move) over path as move_count,
        sum(move) over path as move_sum,
        count(abnormal_return) over path as abnormal_count,
        sum(abnormal_return) over path as abnormal_sum
    from research.forward_move
    where step >= 1
    window path as (partition by entry_date, symbol order by step)
)

select
    entry_date,
    symbol,
    step as horizon,
    move_date as exit_date,
    if(move_count = step, move_sum, null) as forward_return,
    if(abnormal_count = step, abnormal_sum, null) as forward_abnormal_return
from ahead
where step in (select unnest($horizons))
