"""The flow under a real Prefect server, and its command line in real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName

from tasks.domain.run import STEPS
from tasks.storage.files import ROOT

COMMAND = [sys.executable, "-m", "flows.daily_signals"]


def run_flow(home: Path, run_id: str) -> str:
    from flows.daily_signals import daily_signals

    return daily_signals(home=str(home), run_id=run_id)


@pytest.fixture(scope="module")
def published(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("flow")
    return Path(run_flow(home, "first"))


def query(published: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(published / "signals.duckdb"), read_only=True) as db:
        return db.execute(sql).fetchall()


def test_flow_publishes_a_row_for_every_theme_and_clock(published: Path) -> None:
    rows = query(published, "select count(distinct theme), count(distinct clock) from signal.theme_clock_daily")
    assert rows == [(3, 9)]


def test_every_station_is_one_task_run_of_its_name_in_order(published: Path) -> None:
    with get_client(sync_client=True) as client:
        name = FlowRunFilterName(any_=["signals-first"])
        (flow_run,) = client.read_flow_runs(flow_run_filter=FlowRunFilter(name=name))
        task_runs = client.read_task_runs()
    mine = sorted((run.start_time, run.name.rsplit("-", 1)[0]) for run in task_runs if run.flow_run_id == flow_run.id)
    assert flow_run.state_name == "Completed"
    assert tuple(name for _, name in mine) == STEPS


def test_run_log_says_what_each_step_did(published: Path) -> None:
    warehouse = published.parent / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as db:
        rows = db.execute("select step, status from raw.run_log order by started_at").fetchall()
    assert rows == [(step, "ok") for step in STEPS]


def test_exports_load_in_pandas_with_their_types(published: Path) -> None:
    frame = pd.read_csv(published / "exports" / "theme_daily.csv", parse_dates=["session_date", "cutoff_at"])
    assert str(frame["cutoff_at"].dt.tz) == "UTC"
    assert frame["session_date"].is_monotonic_increasing
    assert frame["risk_score"].dropna().between(-1, 1).all()
    assert set(frame["status"]) <= {"ok", "no_news", "low_coverage", "stale_source"}


def test_two_runs_at_once_both_end_right_while_a_reader_reads(published: Path, server_url: str) -> None:
    """One waits for the other; a third process reads the publication all the while and is never kept waiting."""
    home = published.parent
    before = (published / "exports" / "theme_clock_daily.csv").read_bytes()
    environment = {**os.environ, "PREFECT_API_URL": server_url}
    runs = [
        subprocess.Popen(
            [*COMMAND, "--home", str(home), "--run-id", f"twin-{number}"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in (1, 2)
    ]
    reads = 0
    while any(run.poll() is None for run in runs):
        assert query(published, "select count(*) from signal.theme_latest") == [(3,)]
        reads += 1
    told = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], told
    assert sum("another run is writing" in errors for _, errors in told) == 1
    assert all("european_risk_premium" in text for text, _ in told)
    assert reads > 10
    for number in (1, 2):
        exports = home / "publications" / f"twin-{number}" / "exports"
        assert (exports / "theme_clock_daily.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--articles", "nowhere"], 1, "nowhere does not exist"),
        (["--from", "2025-08-20", "--to", "2025-08-10"], 2, "--from 2025-08-20 is after --to 2025-08-10"),
        (["--now", "2025-08-20T10:00:00"], 2, "has no zone"),
        (["--from", "yesterday"], 2, "is not a date"),
    ],
)
def test_a_wrong_option_ends_in_one_sentence(
    server_url: str, tmp_path: Path, options: list[str], code: int, sentence: str
) -> None:
    done = subprocess.run(
        [*COMMAND, "--home", str(tmp_path), *options],
        cwd=ROOT,
        env={**os.environ, "PREFECT_API_URL": server_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
