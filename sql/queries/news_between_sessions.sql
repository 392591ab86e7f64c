-- How much news came when the market was shut? Articles by weekday, and the session that they belong to.
select
    dayname(a.available_at) as available_on,
    dayname(c.session_date) as session_on,
    count(distinct a.article_id) as articles
from raw.article as a
inner join signal.sentence_contribution as c on a.article_id = c.article_id
where c.clock = 'XETR' and c.theme = 'european_risk_premium'
group by isodow(a.available_at), available_on, isodow(c.session_date), session_on
order by isodow(a.available_at), isodow(c.session_date)
