-- fail: sentence_contribution has two rows for one sentence
select
    session_date,
    theme,
    clock,
    article_id,
    sentence_no
from measure.sentence_contribution
where session_date between $from_date and $to_date
group by session_date, theme, clock, article_id, sentence_no
having count(*) > 1
