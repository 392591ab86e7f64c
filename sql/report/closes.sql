-- The closes and moves of one asset over a theme's window, oldest first.
select
    session_date,
    close,
    session_return,
    session_change
from signal.price_daily
where symbol = $symbol and session_date >= $first_date
order by session_date
