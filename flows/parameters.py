"""Types of the parameters of flows, and the names of their runs.

What the types refuse is refused where a run is asked for, also in Prefect's form. The server checks a request against
the schema that these types make, but not its formats: a date is any text to it. The patterns close that gap.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from prefect.runtime import flow_run
from pydantic import Field

SessionDate = Annotated[date, Field(json_schema_extra={"pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})]
"""A session, `YYYY-MM-DD`."""

AwareInstant = Annotated[datetime, Field(json_schema_extra={"pattern": r"T.*(Z|[+-][0-9]{2}:?[0-9]{2})$"})]
"""An instant with its offset, like `2025-09-08T06:00:00Z`."""

RunId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""The name of a run, which is also the name of its publication's folder."""


def titled(title: str, *examples: str) -> Any:
    """The name of a parameter in Prefect's form, and what could stand there. Prefect keeps no other way to say it."""
    return Field(json_schema_extra={"title": title, **({"examples": list(examples)} if examples else {})})


Articles = Annotated[list[str], titled("Articles", "seeds", "feeds", "/srv/news/*.jsonl")]
Prices = Annotated[list[str], titled("Prices", "sample", "live", "/srv/prices.csv")]
FirstSession = Annotated[SessionDate | None, titled("First session", "2025-01-02")]
LastSession = Annotated[SessionDate | None, titled("Last session", "2025-09-29")]
RunClock = Annotated[AwareInstant | None, titled("Clock of the run", "2025-09-30T06:00:00Z")]
HomeFolder = Annotated[str | None, titled("Home", "/srv/georisk/data")]
RunName = Annotated[RunId | None, titled("Name of the publication", "2025-09-29-evening")]
Taxonomy = Annotated[str | None, titled("Taxonomy", "/srv/georisk/seeds")]


def run_name() -> str:
    """`signals-`, `backfill-` or `research-`, and the run's id if it has one, else the minute it was scheduled for."""
    name = flow_run.flow_name.removeprefix("daily-").removeprefix("weekly-").removesuffix("-signals")
    return f"{name}-{flow_run.parameters.get('run_id') or f'{flow_run.scheduled_start_time:%Y-%m-%dT%H%MZ}'}"
