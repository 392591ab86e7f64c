-- fail: price_daily has two rows for one symbol and session
select
    session_date,
    symbol,
    count(*) as found
from daily.price_daily
where session_date between $from_date and $to_date
group by session_date, symbol
having count(*) > 1
