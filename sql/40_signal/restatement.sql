-- write: view
-- grain: one row per (table_name, session_date, row_key, column_name, as_of_at).
-- purpose: every cell that a later publication changed: what stood before, what replaced it, and why.
-- limits: first versions are no change; one cause a row of the table, the first that applies (docs/methodology.md).
select *
from cell.theme_cell
union all
select *
from cell.price_cell
union all
select *
from cell.asset_cell
union all
select *
from cell.sentence_cell
