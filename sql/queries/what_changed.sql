-- What did later publications change, and why? Changed cells by table, column and cause; none where every row still
-- stands as it was first published.
select
    table_name,
    cause,
    column_name,
    count(*) as cells,
    min(session_date) as first_session,
    max(session_date) as last_session,
    max(as_of_at) as last_changed_at
from signal.restatement
group by table_name, cause, column_name
order by table_name asc, cells desc, cause asc, column_name asc
