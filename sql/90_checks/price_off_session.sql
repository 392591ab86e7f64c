-- warn: a price stands on a day that is no session of its clock; it enters no return
select
    session_date,
    symbol
from staging.price_point
where session_date between $from_date and $to_date and price_status = 'off_session'
