-- fail: a price or a return is not a finite number
select
    session_date,
    symbol
from daily.price_daily
where
    session_date between $from_date and $to_date
    and not (
        coalesce(isfinite(close), true)
        and coalesce(isfinite(session_return), true)
        and coalesce(isfinite(abnormal_return), true)
        and coalesce(isfinite(realised_vol), true)
    )
