-- write: replace
-- grain: one row per (entry_date, symbol, horizon).
-- purpose: what an entry at the close of entry_date earns over the next horizon sessions: the sum of the one-session
--   returns, less the benchmark's.
-- limits: sums, not compounded; null where one of the sessions has no price. forward_abnormal_return takes beta x the
--   benchmark's return off, with the beta known at each session's cut-off.
select
    m.entry_date,
    m.symbol,
    h.horizon,
    max(m.move_date) as exit_date,
    if(count(m.move) = h.horizon, sum(m.move order by m.step), null) as forward_return,
    if(count(m.abnormal_return) = h.horizon, sum(m.abnormal_return order by m.step), null) as forward_abnormal_return
from research.forward_move as m
inner join (select unnest($horizons) as horizon) as h on m.step between 1 and h.horizon
group by m.entry_date, m.symbol, h.horizon
