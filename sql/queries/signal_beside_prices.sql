-- What could still be earned after the news? Each asset's row, its own return, and the first one that was left.
-- The row's own return was partly made before the news was out, and the next one starts at the strike of the news' own
-- session, which nobody can trade at any more. Entry is at first_tradable_at, the next strike: the return that starts
-- there is that of the second session after the row's.
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
    round(lead(session_return, 2) over (partition by theme, symbol order by session_date), 4) as first_tradable_return
from signal.asset_daily
order by theme, symbol, session_date
