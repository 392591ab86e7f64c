-- warn: a price jumps, stands still or is not above 0, and no other provider confirms it
select
    session_date,
    symbol,
    provider,
    doubt,
    price_status
from quote.price_quote
where session_date between $from_date and $to_date and is_shown and doubt is not null
