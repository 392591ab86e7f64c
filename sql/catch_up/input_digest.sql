-- purpose: one row per (kind, day) of everything that published rows are made from; no day = every session depends on
--   it. A day's digest changes when anything of that day arrives, changes or goes.
-- limits: the hash of a whole row sees columns that later migrations add. hash() may differ between versions of
--   DuckDB; then the next run builds everything once more.
select
    'article' as kind,
    cast(a.available_at as date) as input_date,
    cast(sum(hash(a.article_id, a.content_hash, a.source, a.available_at, st.story_id)) as varchar) as digest
from raw.article as a
left join raw.article_story as st on a.article_id = st.article_id
group by cast(a.available_at as date)
union all
select
    'quarantine' as kind,
    cast(least(coalesce(published_at, quarantined_at), quarantined_at) as date) as input_date,
    cast(sum(hash(quarantine_id)) as varchar) as digest
from raw.quarantine
where kind = 'article'
group by cast(least(coalesce(published_at, quarantined_at), quarantined_at) as date)
union all
select
    'fetch' as kind,
    cast(seen_at as date) as input_date,
    cast(sum(hash(f)) as varchar) as digest
from raw.source_fetch as f -- noqa: AL05
group by cast(seen_at as date)
union all
select
    'price' as kind,
    price_date as input_date,
    cast(sum(hash(p)) as varchar) as digest
from raw.price as p -- noqa: AL05
group by price_date
union all
select
    'price blank' as kind,
    price_date as input_date,
    cast(sum(hash(symbol, provider)) as varchar) as digest
from raw.price_blank
group by price_date
union all
-- Who is counted, in which order, and how late; and the splits: they change closes of every earlier session.
select
    'price offer' as kind,
    cast(null as date) as input_date,
    cast(sum(hash(symbol, provider, preference, lag_hours, is_live)) as varchar) as digest
from raw.price_offer
union all
select
    'split' as kind,
    cast(null as date) as input_date,
    cast(sum(hash(symbol, provider, basis_no, close_factor)) as varchar) as digest
from raw.price_rebase
where close_factor != 1
union all
select
    'dividend' as kind,
    ex_date as input_date,
    cast(sum(hash(d)) as varchar) as digest
from raw.dividend as d -- noqa: AL05
group by ex_date
union all
-- A symbol whose dividends are known changes its status in every session.
select
    'dividend symbols' as kind,
    cast(null as date) as input_date,
    cast(sum(hash(d.symbol, d.provider)) as varchar) as digest
from (select distinct
    symbol,
    provider
from raw.dividend) as d
union all
select
    'session' as kind,
    session_date as input_date,
    cast(sum(hash(s)) as varchar) as digest
from raw.session as s -- noqa: AL05
where session_date between $from_date and $to_date
group by session_date
union all
select
    'exchange' as kind,
    session_date as input_date,
    cast(sum(hash(calendar)) as varchar) as digest
from raw.exchange_session
where session_date between $from_date and $to_date
group by session_date
union all
-- A declared source is expected in every session. One that nobody declared matters from its first article on.
select
    'source' as kind,
    cast(null as date) as input_date,
    cast(sum(hash(s)) as varchar) as digest
from raw.source as s -- noqa: AL05
where s.is_declared and s.kind != 'live'
union all
-- A feed is expected from its first fetch on.
select
    'fetch' as kind,
    cast(f.seen_at as date) as input_date,
    cast(sum(hash(f.source, f.seen_at, f.outcome, f.newest_item_at, s.cadence_minutes)) as varchar) as digest
from raw.source_fetch as f -- noqa: AL05
inner join raw.source as s on f.source = s.source
group by cast(f.seen_at as date)
