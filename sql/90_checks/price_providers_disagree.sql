-- warn: two providers differ by more than 0.5 %; both prices are kept, the first in the instrument's order is shown
select
    session_date,
    symbol,
    provider,
    divergence
from quote.price_quote
where session_date between $from_date and $to_date and is_apart
