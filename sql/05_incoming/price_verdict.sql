-- write: replace
-- grain: one row per (incoming_no).
-- purpose: each incoming price as numbers, and whether it is new, restated, unchanged or breaks a rule.
-- limits: two different values for one symbol and date are both set aside: neither can be preferred.
--   A message is never null: what has none would be neither stored nor told.
--   What DuckDB would read beyond the formats of docs/inputs.md is refused: `1_000`, `epoch`, `2025-08-05x`.
with plain as (
    select
        * replace (
            replace(open, '_', '?') as open,
            replace(high, '_', '?') as high,
            replace(low, '_', '?') as low,
            replace(close, '_', '?') as close,
            replace(adj_close, '_', '?') as adj_close,
            replace(volume, '_', '?') as volume
        ),
        close as close_text
    from raw.incoming_price
),

typed as (
    select
        incoming_no,
        location,
        trim(symbol) as symbol,
        if(regexp_full_match(trim(date), '\d{4}-\d{2}-\d{2}'), try_cast(trim(date) as date), null) as price_date,
        try_cast(trim(open) as double) as open,
        try_cast(trim(high) as double) as high,
        try_cast(trim(low) as double) as low,
        try_cast(trim(close) as double) as close,
        try_cast(trim(adj_close) as double) as adj_close,
        try_cast(trim(volume) as double) as volume,
        nullif(trim(currency), '') as currency,
        date as date_text,
        close_text,
        concat_ws(
            ', ',
            if(trim(open) != '' and not coalesce(isfinite(try_cast(open as double)), false), 'open', null),
            if(trim(high) != '' and not coalesce(isfinite(try_cast(high as double)), false), 'high', null),
            if(trim(low) != '' and not coalesce(isfinite(try_cast(low as double)), false), 'low', null),
            if(
                trim(adj_close) != '' and not coalesce(isfinite(try_cast(adj_close as double)), false),
                'adj_close', null
            ),
            if(trim(volume) != '' and not coalesce(isfinite(try_cast(volume as double)), false), 'volume', null)
        ) as bad_fields
    from plain
),

valued as (
    select
        *,
        cast((open, high, low, close, adj_close, volume, currency) as varchar) as content
    from typed
),

stored as (
    select
        *,
        cast((open, high, low, close, adj_close, volume, currency) as varchar) as content
    from raw.price
    where provider = $provider
    qualify row_number() over (partition by symbol, price_date order by vintage_no desc) = 1
),

judged as (
    select
        t.*,
        i.currency as declared_currency,
        coalesce(s.vintage_no, 0) + 1 as vintage_no,
        case
            when i.symbol is null then 'unknown_symbol'
            when t.price_date is null then 'bad_date'
            when t.price_date not between date '1970-01-01' and date '2099-12-31' then 'date_out_of_range'
            when t.price_date > cast($now as date) then 'not_yet'
            when nullif(trim(t.close_text), '') is null then 'missing_close'
            when t.close is null or not isfinite(t.close) or t.bad_fields != '' then 'not_a_number'
            when least(t.close, t.open, t.high, t.low, t.adj_close) <= 0 and not i.allows_nonpositive then 'nonpositive'
            when t.currency != i.currency then 'wrong_currency'
            when count(distinct t.content) over same_day > 1 then 'conflict'
            when row_number() over same_day > 1 then 'unchanged'
            when s.symbol is null then 'new'
            when s.content != t.content then 'restated'
            else 'unchanged'
        end as verdict
    from valued as t
    left join raw.instrument as i on t.symbol = i.symbol
    left join stored as s on t.symbol = s.symbol and t.price_date = s.price_date
    window same_day as (partition by t.symbol, t.price_date)
)

select
    * exclude (date_text, close_text, bad_fields, content, declared_currency),
    case verdict
        when 'unknown_symbol'
            then format('symbol {} is not in instruments.csv; add it there', coalesce(nullif(symbol, ''), '(empty)'))
        when 'bad_date' then format('date {} is not YYYY-MM-DD; mend it', coalesce(nullif(date_text, ''), '(empty)'))
        when 'date_out_of_range'
            then format('date {} lies outside 1970-01-01 ... 2100-01-01; give the true date', date_text)
        when 'missing_close' then 'close is empty; leave the row out or give the price'
        when 'not_a_number'
            then format('{} is not a number; mend it', coalesce(nullif(bad_fields, ''), 'close ' || close_text))
        when 'nonpositive' then format('a price of {} is not above 0; mend it or set allows_nonpositive', symbol)
        when 'wrong_currency'
            then format('{0} is quoted in {1}, not {2}; give its prices in {1}', symbol, declared_currency, currency)
        when 'conflict' then format('{} has different prices for {}; keep one', symbol, date_text)
    end as message
from judged
