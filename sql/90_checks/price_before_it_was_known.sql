-- fail: a close is shown before its provider publishes it
select
    session_date,
    symbol,
    price_available_at
from daily.price_daily
where session_date between $from_date and $to_date and close is not null and price_available_at > $now
