-- fail: asset_daily has two rows for one theme, symbol and session
select
    session_date,
    theme,
    symbol,
    count(*) as found
from asset.asset_daily
where session_date between $from_date and $to_date
group by session_date, theme, symbol
having count(*) > 1
