-- write: view
-- grain: one row per (session_date, clock, source).
-- purpose: what each source was expected to bring, brought, and what was set aside.
-- limits: expected_count is null for archives: a file says what it holds, not what it lacks. Sessions that a run built
--   and did not publish have no row.
-- columns: source_session
select s.*
from core.source_session as s
semi join current.theme_clock_daily as t on s.session_date = t.session_date and s.clock = t.clock
