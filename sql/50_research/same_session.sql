-- write: replace session_date
-- grain: one row per (session_date, theme, clock, has_price_moves).
-- purpose: risk_score as published (has_price_moves false), and as it would be if sentences that only report a price
--   move counted: what the signal owes to prices that it is then compared with.
-- limits: in double precision; the published score is summed exactly.
with told as (
    select
        session_date,
        clock,
        article_id,
        story_id,
        source,
        available_at,
        is_repeated
    from staging.article_session
    where session_date between $from_date and $to_date
),

article as (
    select
        v.has_price_moves,
        st.article_id,
        st.theme,
        cast(least(max(st.relevance * s.section_weight), 1) as double) as relevance,
        cast(sum(st.relevance * s.section_weight * st.score) as double)
        / cast(sum(st.relevance * s.section_weight) as double) as score
    from raw.sentence_theme as st
    inner join raw.sentence as s on st.article_id = s.article_id and st.sentence_no = s.sentence_no
    cross join (select unnest([false, true]) as has_price_moves) as v
    where
        st.relevance > 0
        and (v.has_price_moves or not s.is_price_move)
        and st.article_id in (select told.article_id from told)
    group by v.has_price_moves, st.article_id, st.theme
),

voice as (
    select
        a.session_date,
        a.clock,
        a.story_id,
        a.is_repeated,
        t.article_id,
        t.theme,
        t.has_price_moves,
        t.relevance,
        t.score
    from told as a
    inner join article as t on a.article_id = t.article_id
    qualify row_number() over (
        partition by t.has_price_moves, a.session_date, a.clock, t.theme, a.story_id, a.source
        order by a.available_at, a.article_id
    ) = 1
),

story as (
    select
        session_date,
        clock,
        theme,
        has_price_moves,
        story_id,
        max(relevance) * least(1 + log2(count(*)), 3) * if(any_value(is_repeated order by article_id), 0.5, 1)
            as story_weight,
        sum(relevance * score order by article_id) / sum(relevance order by article_id) as story_score
    from voice
    group by session_date, clock, theme, has_price_moves, story_id
)

select
    s.session_date,
    s.theme,
    s.clock,
    s.has_price_moves,
    count(*) as story_count,
    sum(s.story_weight * s.story_score order by s.story_id)
    / (sum(s.story_weight order by s.story_id) + any_value(t.shrinkage)) as risk_score
from story as s
inner join raw.theme as t on s.theme = t.theme
group by s.session_date, s.theme, s.clock, s.has_price_moves
