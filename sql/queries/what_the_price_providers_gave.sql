-- Price providers: how many sessions each of them gave a price of, was shown for, was doubted in, and how far it stood
-- apart from what was shown.
select
    symbol,
    provider,
    count(close) as price_count,
    count_if(is_shown) as shown_count,
    count_if(price_status = 'missing') as missing_count,
    count_if(price_status = 'suspect') as suspect_count,
    count_if(is_apart) as apart_count,
    max(abs(divergence)) as largest_divergence,
    max(session_date) filter (where close is not null) as newest_session
from signal.price_quote
group by symbol, provider
order by symbol, provider
