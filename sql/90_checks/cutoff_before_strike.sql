-- fail: a cut-off does not lie before the price is struck
select
    clock,
    session_date,
    cutoff_at,
    struck_at
from raw.session
where cutoff_at >= struck_at or cutoff_at <= previous_cutoff_at
