-- purpose: the earliest session whose published rows time alone may still change: it was open, or a price was pending.
-- limits: what was built and not published is no answer: a run that ended between the two has settled nothing.
select min(session_date) as session_date
from (
    select session_date from provisional.theme_clock_daily
    qualify row_number() over (partition by session_date, theme, clock order by as_of_at desc) = 1 and not is_removed
    union all
    select session_date from history.price_daily
    qualify
        row_number() over (partition by session_date, symbol order by as_of_at desc) = 1
        and not is_removed and price_status = 'pending'
) as still_open
