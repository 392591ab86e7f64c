-- write: replace
-- grain: one row per (session_date, theme, predictor).
-- purpose: the baselines made of news decay like the signal, p = 2^(-1/2) p_before + x; the others stay as they are.
-- limits: a session without a value adds nothing and shows null.
with recursive input as (
    select
        *,
        row_number() over (partition by theme, predictor order by session_date) as session_no,
        if(predictor in ('vader', 'keyword_share'), 2 ** (-1 / 2.0), 0) as memory
    from research.predictor_input
),

step as (
    select
        session_no,
        theme,
        predictor,
        coalesce(x, 0) as pressure
    from input
    where session_no = 1
    union all
    select
        i.session_no,
        i.theme,
        i.predictor,
        p.pressure * i.memory + coalesce(i.x, 0) as pressure
    from step as p
    inner join input as i on p.theme = i.theme and p.predictor = i.predictor and p.session_no + 1 = i.session_no
)

select
    i.session_date,
    i.theme,
    i.predictor,
    if(i.x is null, null, s.pressure) as pressure
from step as s
inner join input as i on s.theme = i.theme and s.predictor = i.predictor and s.session_no = i.session_no
