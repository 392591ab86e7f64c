-- The assets of the theme in that session, on whatever clock they are struck.
select
    v.symbol,
    v.clock,
    v.expected_sign,
    v.close,
    v.price_status,
    v.session_return,
    v.session_change,
    v.abnormal_return,
    v.priced_in_z,
    v.price_available_at,
    v.first_tradable_at
from signal.asset_daily_vintage as v
where
    v.theme = $theme and v.session_date = $session_date
    and v.as_of_at <= $known_at and coalesce(v.superseded_at > $known_at, true) and not v.is_removed
order by v.symbol
