"""What orchestration costs: Prefect's own empty flow beside the daily flow, first and unchanged, under one server.

python -m benchmarks.flow [--rounds 3]

A temporary server is started first and its start is timed apart. The verbs alone, without Prefect, are the floor.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from prefect import flow
from prefect.settings import PREFECT_HOME, temporary_settings

from flows.daily_signals import daily_signals
from flows.run_request import make_run
from tasks.build import build
from tasks.check import check
from tasks.collect import collect
from tasks.price import price
from tasks.publish import publish
from tasks.score import score


@flow(name="empty")
def empty() -> None:
    """Nothing."""


def verbs(home: Path) -> None:
    """The six verbs in a row."""
    run = make_run(home=home)
    collect(run)
    score(run)
    window = price(run).window
    assert window is not None
    build(run, window)
    check(run, window)
    publish(run, window)


def seconds_of(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@click.command()
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="Rounds; the least counts.")
def main(rounds: int) -> None:
    """Time the empty flow, the daily flow, an unchanged rerun, and the verbs without Prefect."""
    click.echo(f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "prefect").mkdir()
        with temporary_settings({PREFECT_HOME: root / "prefect"}):
            rows = {"start of the temporary server and an empty flow": seconds_of(empty)}
            bare = min(seconds_of(empty) for _ in range(rounds))
            rows["empty flow, warm"] = bare
            homes = [root / f"home-{number}" for number in range(rounds)]
            rows["daily flow, first"] = min(seconds_of(lambda at=at: daily_signals(home=str(at))) for at in homes)
            rows["daily flow, unchanged rerun"] = min(
                seconds_of(lambda: daily_signals(home=str(homes[0]))) for _ in range(rounds)
            )
        plain = [root / f"plain-{number}" for number in range(rounds)]
        rows["verbs without Prefect, first"] = min(seconds_of(lambda at=at: verbs(at)) for at in plain)
        rows["verbs without Prefect, unchanged rerun"] = min(seconds_of(lambda: verbs(plain[0])) for _ in range(rounds))
    for name, seconds in rows.items():
        click.echo(f"{name:<48}{seconds:>8.2f} s{seconds / bare:>8.1f} x")


if __name__ == "__main__":
    main()
