-- The row of one theme, session and clock, as it was known at an instant.
select
    v.* exclude (v.is_removed, v.superseded_at),
    v.superseded_at
from signal.theme_clock_daily_vintage as v
where
    v.theme = $theme and v.session_date = $session_date and v.clock = $clock
    and v.as_of_at <= $known_at and coalesce(v.superseded_at > $known_at, true) and not v.is_removed
