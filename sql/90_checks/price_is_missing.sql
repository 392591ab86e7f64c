-- warn: a session has no price although the provider's publication lag is over
select
    session_date,
    symbol
from daily.price_daily
where session_date between $from_date and $to_date and price_status = 'missing'
