"""The daily flow: articles -> scores -> sessions and prices -> tables -> checks -> one publication.

`python -m flows.daily_signals --help` runs it from a shell; `prefect.yaml` deploys it.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import click
from prefect import flow, get_run_logger
from prefect.runtime import flow_run

from flows import georisk_home, steps
from flows.alerts import after_publication, run_crashed, run_failed
from flows.artifacts import leave_failure, leave_page
from flows.commands import DRY_RUN, HOME, Command, Day, Instant, print_plan, tell
from flows.parameters import (
    Articles,
    FirstSession,
    HomeFolder,
    LastSession,
    Prices,
    RunClock,
    RunName,
    Taxonomy,
    run_name,
    titled,
)
from flows.run_request import SEEDS, make_run
from flows.temporary_server import temporary_server
from tasks.domain.errors import ClockError, ConfigError, GeoriskError
from tasks.domain.run import FEEDS, Run, StepReport, Window
from tasks.plan import run_plan
from tasks.publish import newest_rows
from tasks.storage.files import Home
from tasks.storage.warehouse import writer_lock


@flow(
    name="daily-signals",
    flow_run_name=run_name,
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
)
def daily_signals(
    articles: Annotated[Articles | None, titled("Articles")] = None,
    prices: Annotated[Prices | None, titled("Prices")] = None,
    from_date: FirstSession = None,
    to_date: LastSession = None,
    now: RunClock = None,
    home: HomeFolder = None,
    run_id: RunName = None,
    seeds: Taxonomy = None,
    allow_networks: Annotated[list[str] | None, titled("Networks that may be asked", "10.1.0.0/16")] = None,
    rebuild: Annotated[bool, titled("Build everything again")] = False,
) -> str:
    """Build and publish the signal tables.

    Without `from_date`, a run begins at the first session that something new since the last publication can change:
    a run that was missed, late or killed is made up for by the next one.

    Args:
        articles: One item a line: `seeds` (the embedded demonstration), `feeds` (the live sources), or paths of
            article files and folders on the worker's machine. Default: `seeds`.
        prices: One item a line: `sample` (the embedded prices), `live` (the providers of seeds/instruments.csv), or
            paths of price files and folders. Default: `sample`.
        from_date: `YYYY-MM-DD`. Default: the first one that anything new since the last publication can change.
        to_date: `YYYY-MM-DD`. Default: the last one that has closed, or the last that the demonstration covers.
        now: Nothing after this instant is known; with offset, like `2025-09-30T06:00:00Z`. Default: what the
            demonstration declares, else the scheduled minute. Leave it empty with `feeds`.
        home: Folder of warehouse and publications on the worker's machine. Default: `GEORISK_HOME`.
        run_id: Letters, digits, `.`, `_`, `-`; names the publication's folder. Default: made from the time.
        seeds: Folder of themes, lexicon, instruments and clocks. Default: `seeds/` of the checkout.
        allow_networks: Private networks that feeds may be fetched from, like `10.1.0.0/16`. Default: none.
        rebuild: Also the sessions that nothing new can change; the rows are the same. Default: off.

    Returns:
        The path of the publication's link.
    """
    run = make_run(
        articles=articles or ["seeds"],
        prices=prices or ["sample"],
        from_date=from_date,
        to_date=to_date,
        now=now,
        home=Path(home) if home else None,
        run_id=run_id,
        scheduled_at=flow_run.scheduled_start_time,
        seeds=Path(seeds) if seeds else SEEDS,
        allow_networks=allow_networks or (),
        catch_up=not rebuild,
    )
    with writer_lock(run.home, say=get_run_logger().warning):
        try:
            _publish(run)
        except ClockError as fault:
            if now is not None or run.now != flow_run.scheduled_start_time:
                raise
            get_run_logger().warning("nothing to do, a later run was faster: %s", fault)
    return str(Home(run.home).published)


def _publish(run: Run) -> None:
    """The stations, in their order; whatever ends them leaves a page that says how far they came."""
    reports: list[StepReport] = []
    try:
        reports.append(steps.collect(run))
        reports.append(steps.score(run))
        reports.append(steps.price(run))
        window = reports[-1].window or Window(run.now.date(), run.now.date())
        reports.append(steps.build(run, window))
        reports.append(steps.check(run, window))
        reports.append(steps.publish(run, window))
    except GeoriskError as fault:
        leave_failure(run, reports, fault)
        raise
    leave_page(run, window, reports)
    after_publication(run)


@click.command(
    cls=Command,
    examples=[
        "python -m flows.daily_signals",
        "python -m flows.daily_signals --articles news/ --prices prices.csv \\\n    --home mydata --dry-run",
        "python -m flows.daily_signals --articles feeds --prices live --home live",
    ],
)
@click.option(
    "--articles",
    multiple=True,
    default=["seeds"],
    help="seeds; or feeds (the live sources), or a folder or file of articles. Repeatable.",
)
@click.option(
    "--prices",
    multiple=True,
    default=["sample"],
    help="sample; or live (the providers of seeds/instruments.csv), or a price file or folder. Repeatable.",
)
@click.option("--from", "from_date", type=Day(), help="First session, YYYY-MM-DD.  [default: what is new asks for]")
@click.option("--to", "to_date", type=Day(), help="Last session, YYYY-MM-DD.  [default: the last closed one]")
@click.option("--now", type=Instant(), help="The run's clock, with offset.  [default: declared by the seeds, else now]")
@HOME
@click.option("--run-id", help="Name of the run and of its publication.  [default: made from the time]")
@click.option(
    "--seeds",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the taxonomy.  [default: seeds]",
)
@click.option(
    "--allow-network",
    "allow_networks",
    multiple=True,
    help="A network like 10.1.0.0/16 that may be fetched from although it is not public. Repeatable.",
)
@click.option("--rebuild", is_flag=True, help="Build every session again, also those that nothing new can change.")
@DRY_RUN
def main(
    articles: tuple[str, ...],
    prices: tuple[str, ...],
    from_date: date | None,
    to_date: date | None,
    now: datetime | None,
    home: Path | None,
    run_id: str | None,
    seeds: Path | None,
    allow_networks: tuple[str, ...],
    rebuild: bool,
    dry_run: bool,
) -> None:
    """Read news, score it per theme, join it with prices, publish the day's signal tables.

    Prints the newest row of each theme (scores in [-1, 1], plus raises the theme's risk or demand) and where the
    results are.
    """
    place = (home or georisk_home()).absolute()

    request = make_run(
        articles=articles,
        prices=prices,
        from_date=from_date,
        to_date=to_date,
        now=now,
        home=place,
        run_id=run_id,
        seeds=seeds or SEEDS,
        allow_networks=allow_networks,
        catch_up=not rebuild,
    )
    _refuse_past_sightings(request, now)
    if dry_run:
        print_plan(run_plan(request))
        return
    with temporary_server(place):
        daily_signals(
            articles=list(request.articles),
            prices=list(request.prices),
            from_date=from_date,
            to_date=to_date,
            now=None if FEEDS in articles else request.now,
            home=str(place),
            run_id=request.run_id,
            seeds=str(request.seeds),
            allow_networks=list(allow_networks),
            rebuild=rebuild,
        )
    print_newest(place)


def _refuse_past_sightings(request: Run, now: datetime | None) -> None:
    """What a feed shows now was not seen at another time."""
    if now is not None and FEEDS in request.articles:
        raise ConfigError("feeds are seen when they are asked; leave --now out, or read files with it")


def print_newest(home: Path) -> None:
    """The closing lines of a run: the newest row of each theme, the newest with news, and where everything is."""
    place = Home(home)
    tell("")
    click.echo(f"{'theme':<21} {'session':<10} {'clock':<9} {'status':<12} {'risk':>6} {'escal.':>7} {'stories':>7}")
    for row in newest_rows(place.published):
        risk = "-" if row.risk_score is None else f"{row.risk_score:+.3f}"
        escalation = "-" if row.escalation_score is None else f"{row.escalation_score:+.3f}"
        click.echo(
            f"{row.theme:<21} {row.session_date} {row.clock:<9} {row.status:<12} "
            f"{risk:>6} {escalation:>7} {row.story_count:>7}"
        )
    click.echo(f"\nread    {place.published / 'reports' / 'index.html'}")
    click.echo(f"query   {place.published / 'signals.duckdb'}")
    click.echo(f"load    {place.published / 'exports'}")


if __name__ == "__main__":
    main()
