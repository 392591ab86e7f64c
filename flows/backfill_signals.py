"""The backfill flow: decades of articles by parts that a kill does not undo, then one publication.

The same rows as `flows.daily_signals` over the same input with the same clock. What is finished is kept: scored chunks
and built parts; a second start of the same command goes on with the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from logging import getLogger
from pathlib import Path
from typing import Annotated

import click
from prefect import flow, get_run_logger
from prefect.runtime import flow_run
from pydantic import Field

from flows import georisk_home, steps
from flows.alerts import run_crashed, run_failed
from flows.commands import DRY_RUN, HOME, Command, Day, Instant, print_plan
from flows.daily_signals import print_newest
from flows.dask_fan_out import dask_fan_out
from flows.parameters import (
    Articles,
    FirstSession,
    HomeFolder,
    LastSession,
    Prices,
    RunClock,
    RunName,
    run_name,
    titled,
)
from flows.run_request import make_run
from flows.temporary_server import temporary_server
from tasks.domain.run import Window
from tasks.plan import run_plan
from tasks.storage.backfills import forget_parts, part_is_built, parts_left
from tasks.storage.files import Home
from tasks.storage.progress import Progress
from tasks.storage.score_chunks import FanOut, in_process, in_processes
from tasks.storage.warehouse import writer_lock

PART_DAYS = 366


@flow(
    name="backfill-signals",
    flow_run_name=run_name,
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
)
def backfill_signals(
    articles: Articles,
    prices: Prices,
    from_date: FirstSession = None,
    to_date: LastSession = None,
    now: RunClock = None,
    home: HomeFolder = None,
    run_id: RunName = None,
    workers: Annotated[int, Field(ge=1, le=256), titled("Processes that score")] = 1,
    dask: Annotated[str | None, titled("Dask scheduler", "tcp://10.0.0.5:8786")] = None,
    part_days: Annotated[int, Field(ge=1), titled("Calendar days built at once")] = PART_DAYS,
) -> str:
    """Build and publish the signal tables of an archive.

    Args:
        articles: One item a line: paths or patterns of article files and folders on the worker's machine, or
            `seeds` (the embedded demonstration).
        prices: One item a line: paths of price files and folders, or `sample` (the embedded prices).
        from_date: `YYYY-MM-DD`. Default: the first article's session.
        to_date: `YYYY-MM-DD`. Default: the last one that has closed.
        now: Nothing after this instant is known; with offset, like `2025-09-30T06:00:00Z`. Default: the scheduled
            minute. Give it: a start after a kill goes on only under the same clock.
        home: Folder of warehouse and publications on the worker's machine. Default: `GEORISK_HOME`.
        run_id: Letters, digits, `.`, `_`, `-`; names the publication's folder. Default: made from the time.
        workers: Processes on the worker's machine, 1 to 256; one a core is best. Default: 1.
        dask: Address of a Dask scheduler that scores instead, like `tcp://10.0.0.5:8786`. Default: none.
        part_days: Days in a part; the parts that are built are kept when a run is killed. Default: 366.

    Returns:
        The path of the publication's link.
    """
    run = make_run(
        articles=articles,
        prices=prices,
        from_date=from_date,
        to_date=to_date,
        now=now,
        home=Path(home) if home else None,
        run_id=run_id,
        scheduled_at=flow_run.scheduled_start_time,
    )
    with writer_lock(run.home, say=get_run_logger().warning), _fan_out(workers, dask) as fan_out:
        steps.collect(run)
        steps.score(run, fan_out)
        window = steps.price(run).window or Window(run.now.date(), run.now.date())
        parts = parts_left(run, window, part_days)
        progress = Progress(getLogger("tasks"), "built", "parts", len(parts), every=0)
        for part in parts:
            steps.build(run, part, window)
            part_is_built(run, window, part, part_days)
            progress.advance(1)
        steps.check(run, window)
        steps.publish(run, window)
        forget_parts(run)
    return str(Home(run.home).published)


@contextmanager
def _fan_out(workers: int, dask: str | None) -> Iterator[FanOut]:
    """Where the scoring happens: here, in processes of this machine, or on a Dask cluster."""
    if dask:
        with dask_fan_out(dask) as fan_out:
            yield fan_out
    else:
        yield in_processes(workers) if workers > 1 else in_process


@click.command(
    cls=Command,
    examples=[
        "python -m flows.backfill_signals --articles 'archive/*.parquet' \\\n"
        "    --prices prices/ --now 2025-09-30T06:00Z --home archive-home",
    ],
)
@click.option("--articles", multiple=True, required=True, help="A folder or file of articles, or seeds. Repeatable.")
@click.option("--prices", multiple=True, required=True, help="A price file or folder, or sample. Repeatable.")
@click.option("--from", "from_date", type=Day(), help="First session, YYYY-MM-DD.  [default: the first article's]")
@click.option("--to", "to_date", type=Day(), help="Last session, YYYY-MM-DD.  [default: the last closed one]")
@click.option("--now", type=Instant(), required=True, help="The run's clock, with offset; the same when going on.")
@HOME
@click.option("--run-id", help="Name of the run and of its publication.  [default: made from the time]")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that score.  [default: one a core]")
@click.option("--dask", help="Score on this Dask scheduler instead, like tcp://10.0.0.5:8786.")
@click.option("--part-days", type=click.IntRange(min=1), default=PART_DAYS, help="Calendar days built at once.")
@DRY_RUN
def main(
    articles: tuple[str, ...],
    prices: tuple[str, ...],
    from_date: date | None,
    to_date: date | None,
    now: datetime,
    home: Path | None,
    run_id: str | None,
    workers: int | None,
    dask: str | None,
    part_days: int,
    dry_run: bool,
) -> None:
    """Build the tables of a whole archive, by parts; after an interruption the same command goes on."""
    place = (home or georisk_home()).absolute()

    if dry_run:
        request = make_run(
            articles=articles, prices=prices, from_date=from_date, to_date=to_date, now=now, home=place, run_id=run_id
        )
        print_plan(run_plan(request, part_days))
        return
    with temporary_server(place):
        backfill_signals(
            articles=list(articles),
            prices=list(prices),
            from_date=from_date,
            to_date=to_date,
            now=now,
            home=str(place),
            run_id=run_id,
            workers=workers or len(os.sched_getaffinity(0)),
            dask=dask,
            part_days=part_days,
        )
    print_newest(place)


if __name__ == "__main__":
    main()
