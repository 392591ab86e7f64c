-- write: view
-- grain: one row per (run_id, step, started_at).
-- purpose: what each step of each run did, how long it took and how it ended.
-- limits: the publish step of a run is logged after its publication is written, so it shows in the next one.
select *
from raw.run_log
