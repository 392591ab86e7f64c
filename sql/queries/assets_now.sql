-- What does it say about each asset? The newest session with a close, the asset that the theme points to most first.
-- `directional_score` is the theme's signal times the expected sign: plus points to a higher price. `priced_in_z` says
-- how far the asset has already gone that way. Trade no earlier than `first_tradable_at`.
select
    theme,
    symbol,
    session_date,
    expected_sign,
    round(directional_score, 2) as directional_score,
    round(priced_in_z, 1) as priced_in_z,
    round(confidence, 2) as confidence,
    close,
    round(abnormal_return, 4) as abnormal_return,
    price_available_at,
    first_tradable_at
from signal.asset_daily
where close is not null
qualify row_number() over (partition by theme, symbol order by session_date desc) = 1
order by theme asc, abs(directional_score) desc nulls last, symbol asc
