-- warn: a source brings nothing any more
select distinct
    session_date,
    source
from core.source_session
where session_date between $from_date and $to_date and is_expected and not is_covered
