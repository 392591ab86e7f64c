-- write: replace
-- grain: one row per (incoming_no).
-- purpose: each incoming price as numbers, and whether it is new, restated, unchanged or breaks a rule.
-- limits: two different values of one provider for one symbol and date are both set aside: neither can be preferred.
--   A price that only follows a split or dividend (raw.price_rebase) is `rebased`: it is not stored again.
--   A live provider's bar is `not_yet` until strike and lag are over: before, it is a part of a day.
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
        provider,
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
        p.symbol,
        p.provider,
        p.price_date,
        p.vintage_no,
        f.tolerance,
        f.close_factor,
        p.close * f.close_factor as rebased_close,
        p.adj_close * f.adj_factor as rebased_adj_close,
        cast((p.open, p.high, p.low, p.close, p.adj_close, p.volume, p.currency) as varchar) as content
    from raw.price as p
    left join basis.price_factor as f on p.symbol = f.symbol and p.provider = f.provider and p.basis_no = f.basis_no
    qualify row_number() over (partition by p.symbol, p.provider, p.price_date order by p.vintage_no desc) = 1
),

basis as (
    select
        symbol,
        provider,
        max(basis_no) as basis_no,
        max_by(run_id, basis_no) as run_id
    from raw.price_rebase
    group by symbol, provider
),

awaited as (
    select
        o.symbol,
        o.provider,
        s.session_date,
        s.struck_at + to_seconds(o.lag_hours * 3600) as available_at
    from raw.price_offer as o
    inner join raw.instrument as i on o.symbol = i.symbol
    inner join raw.session as s on i.clock = s.clock
    where o.is_live
),

compared as (
    select
        t.*,
        i.symbol is null as is_unknown,
        i.currency as declared_currency,
        i.allows_nonpositive,
        coalesce(s.vintage_no, 0) + 1 as vintage_no,
        coalesce(b.basis_no, 1) as basis_no,
        b.run_id as basis_run_id,
        s.symbol is not null as is_stored,
        s.content != t.content as is_other,
        if(
            s.close_factor = 1, t.close = s.rebased_close,
            abs(t.close - s.rebased_close) <= s.tolerance * abs(t.close)
        )
        and coalesce(abs(t.adj_close - s.rebased_adj_close) <= s.tolerance * abs(t.adj_close), true) as is_rebased,
        coalesce(a.available_at > $now, o.is_live and t.price_date >= cast($now as date), false) as is_partial
    from valued as t
    left join raw.instrument as i on t.symbol = i.symbol
    left join raw.price_offer as o on t.symbol = o.symbol and t.provider = o.provider
    left join awaited as a on t.symbol = a.symbol and t.provider = a.provider and t.price_date = a.session_date
    left join stored as s on t.symbol = s.symbol and t.provider = s.provider and t.price_date = s.price_date
    left join basis as b on t.symbol = b.symbol and t.provider = b.provider
),

judged as (
    select
        *,
        case
            when is_unknown then 'unknown_symbol'
            when price_date is null then 'bad_date'
            when price_date not between date '1970-01-01' and date '2099-12-31' then 'date_out_of_range'
            when price_date > cast($now as date) or is_partial then 'not_yet'
            when nullif(trim(close_text), '') is null then 'missing_close'
            when close is null or not isfinite(close) or bad_fields != '' then 'not_a_number'
            when least(close, open, high, low, adj_close) <= 0 and not allows_nonpositive then 'nonpositive'
            when currency != declared_currency then 'wrong_currency'
            when count(distinct content) over same_day > 1 then 'conflict'
            when row_number() over same_day > 1 then 'unchanged'
            when not is_stored then 'new'
            when is_rebased and basis_run_id = $run_id then 'rebased'
            when coalesce(is_rebased, not is_other) then 'unchanged'
            else 'restated'
        end as verdict
    from compared
    window same_day as (partition by symbol, provider, price_date)
)

select
    * exclude (
        date_text, close_text, bad_fields, content, declared_currency, allows_nonpositive, basis_run_id, is_unknown,
        is_stored, is_other, is_rebased, is_partial
    ),
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
