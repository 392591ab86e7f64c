-- write: view
-- grain: one row per (session_date, clock, source).
-- purpose: what each source was expected to bring, brought, and what was set aside.
-- limits: expected_count is null for archives: a file says what it holds, not what it lacks.
-- columns: source_session
select *
from core.source_session
