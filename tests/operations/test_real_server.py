"""`make server` for real: a schedule fires, processes are killed, and the next run has everything published."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled

from flows.server_place import Place
from tests.operations.servers import (
    ask,
    deployment,
    deployments_file,
    pause,
    run_module,
    runs_of,
    small_inputs,
    wait_for,
)
from tests.pipeline import query

pytestmark = pytest.mark.slow
ENDED = ("Completed", "Failed", "Crashed", "Cancelled")


@dataclass
class Served:
    """A home whose server runs."""

    root: Path
    port: int
    environment: dict[str, str]
    parameters: dict[str, Any]

    @property
    def home(self) -> Path:
        return self.root / "home"

    def module(self, *arguments: str) -> str:
        done = run_module(*arguments, **self.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def client(self) -> SyncPrefectClient:
        return ask(f"http://127.0.0.1:{self.port}/api")

    def deploy(self, *items: dict[str, Any]) -> str:
        return self.module("flows.deploy", "--file", str(deployments_file(self.root / "prefect.yaml", *items)))

    def process_of(self, name: str) -> int | None:
        """The number of the child that serves under this name (server or worker), if it runs."""
        supervisor = Place(self.home).served().pid
        for child in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split():
            if f" {name} start" in Path(f"/proc/{child}/cmdline").read_text().replace("\0", " "):
                return int(child)
        return None

    def begin(self, client: SyncPrefectClient, run_id: str, now: str) -> FlowRun:
        """A run of the deployment, waited for until its steps run."""
        found = deployment(client, "daily-signals/small")
        run = client.create_flow_run_from_deployment(found.id, parameters={"now": now, "run_id": run_id})
        return wait_for(client, run, "Running", *ENDED)

    def published(self) -> tuple[str, list[tuple[Any, ...]]]:
        """The newest publication's name, and the energy row of each session."""
        place = self.home / "published"
        sql = "select session_date, status from signal.theme_daily where theme = 'energy' order by all"
        return place.resolve().name, query(place / "signals.duckdb", sql)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("served")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "GEORISK_HOME": str(root / "home"),
        "GEORISK_PORT": str(port),
        "PREFECT_API_URL": "",
        "PREFECT_HOME": "",
        # The scheduler looks every minute, the worker every 10 seconds; a test need not wait that long.
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
    }
    place = Served(root, port, environment, small_inputs(root, "2025-08-04", "2025-08-05"))
    told = place.module("flows.serve", "start")
    assert f"http://127.0.0.1:{port}" in told
    place.deploy({"name": "small", "schedules": [], "parameters": place.parameters})
    yield place
    place.module("flows.serve", "stop")


def test_a_second_start_says_that_it_is_served_already(served: Served) -> None:
    assert "already; stop it with `make stop`" in served.module("flows.serve", "start")
    told = run_module("flows.serve", "run", **served.environment)
    assert (told.returncode, "already" in told.stderr) == (4, True)
    assert f"process {Place(served.home).served().pid}" in served.module("flows.serve", "status")


def test_another_home_is_told_that_the_port_is_taken(served: Served, tmp_path: Path) -> None:
    told = run_module("flows.serve", "start", "--home", str(tmp_path), **served.environment)
    assert told.returncode == 2
    assert f"port {served.port} cannot be used" in told.stderr


def test_a_schedule_fires_and_the_day_is_published(served: Served, tmp_path: Path) -> None:
    """The clock of the run is the minute for which it was scheduled; the sessions are those closed by then."""
    days = [f"{datetime.now(UTC).date() - timedelta(days=back):%Y-%m-%d}" for back in range(9, 1, -1)]
    inputs = small_inputs(tmp_path, *days)
    every_minute = {"cron": "* * * * *", "timezone": "Europe/Berlin", "slug": "every-minute"}
    served.deploy(
        {"name": "small", "schedules": [], "parameters": served.parameters},
        {"name": "fires", "schedules": [every_minute], "parameters": inputs},
    )
    with served.client() as client:
        found = deployment(client, "daily-signals/fires")
        for _ in range(120):
            runs = runs_of(client, found)
            if runs:
                break
            pause(0.5)
        assert runs, "the server made no run of the schedule within a minute"
        run = wait_for(client, runs[0], *ENDED)
        assert run.auto_scheduled
        assert run.state_name == "Completed"
        told = served.deploy({"name": "small", "schedules": [], "parameters": served.parameters})
        assert "removed deployment fires" in told
    scheduled = run.expected_start_time
    assert scheduled is not None
    assert (scheduled.second, scheduled.microsecond) == (0, 0)
    assert run.name == f"signals-{scheduled:%Y-%m-%dT%H%MZ}"
    published = tmp_path / "home" / "published" / "signals.duckdb"
    ((stamp,),) = query(published, "select min(as_of_at) from raw.publication")
    assert stamp.replace(tzinfo=UTC) == scheduled
    for theme, clock in query(published, "select theme, clock from raw.theme"):
        closed = "select max(session_date) from raw.session where clock = $clock and cutoff_at <= $at"
        ((last,),) = query(published, closed, {"clock": clock, "at": stamp})
        newest = "select max(session_date) from signal.theme_daily where theme = $theme and not is_provisional"
        assert query(published, newest, {"theme": theme}) == [(last,)]


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def process_of(run: FlowRun) -> int:
    assert run.infrastructure_pid
    return int(run.infrastructure_pid.rpartition(":")[2])


def test_a_killed_run_is_named_and_the_next_one_makes_up_for_it(served: Served) -> None:
    with served.client() as client:
        run = served.begin(client, "killed-run", "2025-08-05T22:45:00Z")
        kill(process_of(run))
        assert wait_for(client, run, *ENDED).state_name == "Crashed"
        after = served.begin(client, "after-run", "2025-08-05T22:46:00Z")
        assert wait_for(client, after, *ENDED).state_name == "Completed"
    assert served.published() == ("after-run", [(date(2025, 8, 4), "ok"), (date(2025, 8, 5), "ok")])


def test_a_run_that_is_started_after_a_later_one_has_nothing_left_to_do(served: Served) -> None:
    """A queue may turn two scheduled runs round; the earlier clock would unpublish what the later one published."""
    with served.client() as client:
        found = deployment(client, "daily-signals/small")
        late = Scheduled(scheduled_time=datetime(2025, 8, 5, 20, 0, tzinfo=UTC))
        run = client.create_flow_run_from_deployment(found.id, parameters={"run_id": "overtaken"}, state=late)
        assert wait_for(client, run, *ENDED).state_name == "Completed"
    assert served.published()[0] == "after-run"
    assert "nothing to do, a later run was faster" in Place(served.home).log.read_text(encoding="utf-8")


def test_a_worker_killed_with_its_run_is_replaced_and_frees_its_place(served: Served) -> None:
    """Nobody is left to say that the run died: the supervisor finds it, or the pool of one would wait for ever."""
    with served.client() as client:
        worker = served.process_of("worker")
        run = served.begin(client, "killed-worker", "2025-08-05T22:47:00Z")
        kill(worker)
        kill(process_of(run))
        dead = wait_for(client, run, *ENDED)
        assert (dead.state_name, dead.state and dead.state.message) == (
            "Crashed",
            "its process is gone; the next run makes up for it",
        )
        after = served.begin(client, "after-worker", "2025-08-05T22:48:00Z")
        assert wait_for(client, after, *ENDED).state_name == "Completed"
    assert served.process_of("worker") != worker
    assert served.published()[0] == "after-worker"
    assert "alert run_crashed:process" in Place(served.home).log.read_text(encoding="utf-8")


def test_a_server_that_dies_under_a_run_is_replaced_and_the_run_ends_well(served: Served) -> None:
    with served.client() as client:
        server = served.process_of("server")
        run = served.begin(client, "under-restart", "2025-08-05T22:49:00Z")
        kill(server)
        for _ in range(240):
            pause(0.5)
            if served.process_of("server") not in (server, None) and client.api_healthcheck() is None:
                break
        assert wait_for(client, run, *ENDED).state_name == "Completed"
    assert served.published()[0] == "under-restart"


def test_a_stop_lets_the_run_in_progress_end_and_leaves_no_process(served: Served) -> None:
    with served.client() as client:
        children = [served.process_of("server"), served.process_of("worker")]
        run = served.begin(client, "before-stop", "2025-08-05T22:50:00Z")
    assert "stopped" in served.module("flows.serve", "stop")
    assert served.published()[0] == "before-stop"
    assert not any(Path(f"/proc/{pid}").exists() for pid in (*children, process_of(run)))
    assert "no server runs" in served.module("flows.serve", "stop")
    assert run_module("flows.serve", "status", **served.environment).returncode == 1
    served.module("flows.serve", "start")
    with served.client() as client:
        assert client.read_flow_run(run.id).state_name == "Completed"
        after = served.begin(client, "after-stop", "2025-08-05T22:51:00Z")
        assert wait_for(client, after, *ENDED).state_name == "Completed"


def test_nothing_is_written_outside_the_home(served: Served) -> None:
    """The user's own profile of Prefect is neither read nor written."""
    names = {path.name for path in (served.home / "prefect").iterdir()}
    assert {"prefect.db", "serve.log", "serve.json"} <= names
