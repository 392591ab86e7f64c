-- write: replace
-- grain: one row per (entry_date, symbol, step).
-- purpose: the one-session return of an instrument, less its benchmark's, step sessions after an entry at the close of
--   entry_date: step 1 is the first session that the entry earns, steps 0 and below lie before it.
-- limits: differences (volatility, yields) are changes, not returns. Null where either price is missing.
with session_move as (
    select
        p.session_date,
        p.symbol,
        p.abnormal_return,
        row_number() over (partition by p.symbol order by p.session_date) as session_no,
        case
            when i.return_kind = 'difference' then p.session_change
            when p.benchmark_symbol is not null then p.session_return - p.benchmark_return
            else p.session_return
        end as move
    from signal.price_daily as p
    inner join raw.instrument as i on p.symbol = i.symbol
)

select
    e.session_date as entry_date,
    e.symbol,
    u.step,
    m.session_date as move_date,
    m.move,
    m.abnormal_return
from session_move as e
cross join (select unnest(range(-4, 21)) as step) as u
inner join session_move as m on e.symbol = m.symbol and e.session_no + u.step = m.session_no
