"""`python -m flows.serve start|run|stop|status`: a Prefect server, its pool and a worker on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from flows import georisk_home
from flows.commands import DRY_RUN, HOME, Command, Group, print_plan, tell
from flows.server_place import NoServerError, Place, Served, check_port, default_port
from flows.supervisor import START_SECONDS, Chore, Duties, Supervisor, log_to
from tasks.domain.errors import GeoriskError
from tasks.storage.files import ROOT

ANY_PORT = click.option(
    "--port", type=click.IntRange(1, 65_535), help="Port on 127.0.0.1.  [default: GEORISK_PORT or 4200]"
)
RUN_SECONDS = 120.0
DEBUG = click.option("--debug", is_flag=True, help="Show the trace of an error.")
END_SECONDS = RUN_SECONDS + 60.0


@click.group(
    cls=Group,
    examples=[
        "python -m flows.serve start --home live --port 4300",
        "python -m flows.serve status --home live",
        "python -m flows.serve stop --home live",
    ],
)
def main() -> None:
    """Serve the flows on this machine: a page on 127.0.0.1, a pool with room for one run, one worker."""


@main.command(
    cls=Command,
    short_help="Start in the background (20 to 60 s).",
    examples=["python -m flows.serve start", "python -m flows.serve start --port 4300"],
)
@HOME
@ANY_PORT
@DRY_RUN
def start(home: Path | None, port: int | None, dry_run: bool) -> None:
    """Start in the background; returns when the server answers and the worker runs (20 to 60 s)."""
    place = Place((home or georisk_home()).absolute())
    if not dry_run:
        place.prepare()
    served = _served(place)
    if served:
        click.echo(f"{served.url} serves {place.home} already; stop it with `make stop`")
        return
    chosen = port or default_port()
    check_port(chosen)
    if dry_run:
        print_plan([("would serve", f"http://127.0.0.1:{chosen}"), ("would write", f"{place.prefect_home}/")])
        return
    tell(f"starting a Prefect server and a worker for {place.home} (20 to 60 s)")
    options = ["--home", str(place.home), "--port", str(chosen), "--quiet"]
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.serve", "run", *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # the shell that started it may end
    )
    served = _wait_until_served(place, process)
    click.echo(f"page    {served.url}\nlog     {place.log}\nnext    `make deploy`; `make stop` ends it")


@main.command(
    cls=Command,
    short_help="Serve in the foreground, for a service manager.",
    examples=["python -m flows.serve run --home /srv/georisk/data"],
)
@HOME
@ANY_PORT
@click.option("--quiet", is_flag=True, help="Write to the log file only.")
def run(home: Path | None, port: int | None, quiet: bool) -> None:
    """Serve in the foreground until SIGTERM or Ctrl-C, which end it with code 0; what a service manager starts."""
    place = Place((home or georisk_home()).absolute())
    place.prepare()
    log_to(place.log, also_here=not quiet)
    chosen = port or default_port()
    # Before anything imports Prefect: it reads whose Prefect it is while it is imported.
    os.environ.update(place.environment(chosen))
    duties = Duties(_make_pool, _runs_left, _chores(place), lambda served: click.echo(f"page    {served.url}"))
    Supervisor(place, chosen, duties, run_seconds=RUN_SECONDS).run()


@main.command(
    cls=Command,
    short_help="End worker and server; a run may finish (2 minutes).",
    examples=["python -m flows.serve stop"],
)
@HOME
def stop(home: Path | None) -> None:
    """End the worker, then the server; a run in progress gets two minutes to finish."""
    place = Place((home or georisk_home()).absolute())
    try:
        served = place.served()
    except NoServerError as fault:
        click.echo(str(fault))
        return
    os.kill(served.pid, signal.SIGTERM)
    until = time.monotonic() + END_SECONDS
    while _served(place):
        if time.monotonic() > until:
            raise GeoriskError(f"process {served.pid} does not end; its words are in {place.log}")
        time.sleep(0.2)
    click.echo(f"stopped: {served.url}")


@main.command(cls=Command, examples=["python -m flows.serve status --home live"])
@HOME
def status(home: Path | None) -> None:
    """Say whether a server runs; exit code 1 when none does."""
    place = Place((home or georisk_home()).absolute())
    served = place.served()
    click.echo(f"page    {served.url}\nlog     {place.log}\nprocess {served.pid}")


def _served(place: Place) -> Served | None:
    try:
        return place.served()
    except NoServerError:
        return None


def _wait_until_served(place: Place, process: subprocess.Popen[bytes]) -> Served:
    until = time.monotonic() + 2 * START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        served = _served(place)
        if served and served.pid == process.pid:
            return served
        time.sleep(0.2)
    raise GeoriskError(f"the server did not start; its words are in {place.log}")


def _make_pool() -> None:
    from prefect.client.orchestration import get_client

    from flows.work_pool import make_pool

    with get_client(sync_client=True) as client:
        make_pool(client)


def _runs_left() -> list[str]:
    from prefect.client.orchestration import get_client

    from flows.work_pool import living_runs, pause_pool

    with get_client(sync_client=True) as client:
        pause_pool(client)
        return [run.name for run in living_runs(client)]


def _chores(place: Place) -> list[Chore]:
    """What a server looks after: runs without a process, publications that are late."""

    def end_dead_runs() -> None:
        from prefect.client.orchestration import get_client

        from flows.alerts import tell
        from flows.work_pool import end_dead_runs
        from tasks.domain.alerts import of_crash

        with get_client(sync_client=True) as client:
            tell([of_crash(run.name) for run in end_dead_runs(client)], place.home)

    def watch() -> None:
        from flows.alerts import watch

        watch(place.home, datetime.now(UTC))

    return [Chore("looking for dead runs", 30.0, end_dead_runs), Chore("looking for late publications", 300.0, watch)]


if __name__ == "__main__":
    main()
