-- fail: an article was available after its session's cut-off, or before the previous one
select
    a.clock,
    a.session_date,
    a.article_id,
    a.available_at
from staging.article_session as a
inner join raw.session as s on a.clock = s.clock and a.session_date = s.session_date
where
    a.session_date between $from_date and $to_date
    and (a.available_at > s.cutoff_at or a.available_at <= s.previous_cutoff_at)
