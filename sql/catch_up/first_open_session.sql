-- purpose: the earliest session whose published rows time alone may still change: it was open, or a price was pending.
select min(session_date) as session_date
from (
    select session_date from daily.theme_clock_daily
    where is_provisional
    union all
    select session_date from daily.price_daily
    where price_status = 'pending'
) as still_open
