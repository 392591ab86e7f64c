-- write: view
-- grain: one row per (session_date, symbol, provider).
-- purpose: what every provider says of a session beside what price_daily shows of it (`is_shown`).
-- limits: as it stands now; what a provider said before is in raw.price.
select *
from quote.price_quote
