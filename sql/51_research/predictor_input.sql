-- write: replace
-- grain: one row per (session_date, theme, predictor), on the theme's reference clock.
-- purpose: what the baselines know at the cut-off, plus = more risk: VADER's mood turned round, the share of titles
--   that concern the theme and name force, the GPR index as printed the day before, the last known change of the VIX.
-- limits: the GPR file is today's: its past values were revised after they were first shown. Null where nothing covers
--   the session or the file has no value within a week.
with base as (
    select
        d.session_date,
        d.theme,
        d.cutoff_at,
        if(d.status = 'stale_source', null, coalesce(-d.vader_score, 0)) as vader,
        if(d.status = 'stale_source', null, coalesce(k.keyword_share, 0)) as keyword_share
    from signal.theme_daily as d
    left join research.keyword_count as k
        on d.session_date = k.session_date and d.clock = k.clock and d.theme = k.theme
    where not d.is_provisional
),

gpr as (
    select
        index_date,
        value
    from raw.public_index
    where index_name = 'gpr'
),

vix as (
    select
        price_available_at,
        session_change
    from signal.price_daily
    where symbol = 'VIX' and session_change is not null
)

select
    session_date,
    theme,
    'vader' as predictor,
    vader as x
from base
union all
select
    session_date,
    theme,
    'keyword_share' as predictor,
    keyword_share as x
from base
union all
select
    b.session_date,
    b.theme,
    'gpr' as predictor,
    if(g.index_date >= b.session_date - interval 7 day, g.value, null) as x
from base as b
asof inner join gpr as g on b.session_date > g.index_date
union all
select
    b.session_date,
    b.theme,
    'vix_change' as predictor,
    v.session_change as x
from base as b
asof inner join vix as v on b.cutoff_at >= v.price_available_at
