"""The clock of a run, from whoever gives it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from prefect.types._datetime import parse_datetime

from flows.run_request import make_run


def test_a_scheduled_time_of_prefect_becomes_a_plain_instant(tmp_path: Path) -> None:
    """Prefect's times are a subclass that forgets its zone in `time + timedelta`."""
    scheduled_at = parse_datetime("2025-08-18T18:30:00.000001-04:00")
    assert type(scheduled_at) is not datetime
    run = make_run(articles=("news",), home=tmp_path, scheduled_at=scheduled_at)
    assert type(run.now) is datetime
    assert run.now == datetime(2025, 8, 18, 22, 30, 0, 1, tzinfo=UTC)
    assert (run.now + timedelta(minutes=10)).tzinfo is UTC


def test_a_clock_that_is_given_counts_before_the_schedule(tmp_path: Path) -> None:
    scheduled_at = datetime(2025, 8, 18, 22, 30, tzinfo=UTC)
    given = datetime(2025, 8, 18, 20, 0, tzinfo=timezone(timedelta(hours=2)))
    run = make_run(articles=("news",), home=tmp_path, scheduled_at=scheduled_at, now=given)
    assert (run.now, run.now.tzinfo) == (datetime(2025, 8, 18, 18, 0, tzinfo=UTC), UTC)
