-- Signal beside prices: each asset's row, and the return of the session *after* the news, never of the same one.
-- The row's own return was partly made before the news was out; next_session_return is what could still be earned.
select
    theme,
    symbol,
    session_date,
    round(risk_score, 3) as risk_score,
    expected_sign,
    close,
    price_status,
    round(session_return, 4) as session_return,
    round(abnormal_return, 4) as abnormal_return,
    first_tradable_at,
    round(lead(session_return) over (partition by theme, symbol order by session_date), 4) as next_session_return
from signal.asset_daily
order by theme, symbol, session_date
