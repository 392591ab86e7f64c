"""`make deploy`: the server holds what `prefect.yaml` holds, and a worker runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL

from flows.deploy import read_wanted
from flows.server_place import POOL
from flows.work_pool import living_runs, make_pool, pause_pool
from tasks.domain.errors import ConfigError
from tasks.storage.files import ROOT
from tests.operations.servers import ask, deployment, deployments_file, run_module, runs_of, small_inputs
from tests.pipeline import query

FRIDAY = {"cron": "0 19 * * 5", "timezone": "Europe/Berlin", "slug": "friday"}
MONDAY = {"cron": "0 19 * * 1", "timezone": "Europe/Berlin", "slug": "monday"}


@pytest.fixture(scope="module")
def server(server_url: str) -> str:
    with ask(server_url) as client:
        make_pool(client)
    return server_url


def deploy(server: str, tmp_path: Path, *items: dict[str, object]) -> str:
    arguments = ["--file", str(deployments_file(tmp_path / "prefect.yaml", *items))] if items else []
    done = run_module("flows.deploy", "--home", str(tmp_path), *arguments, PREFECT_API_URL=server)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_pool_has_room_for_one_run_whatever_it_had(server: str) -> None:
    with ask(server) as client:
        pause_pool(client)
        assert client.read_work_pool(POOL).is_paused
        make_pool(client)
        pool = client.read_work_pool(POOL)
        assert (pool.type, pool.concurrency_limit, pool.is_paused) == ("process", 1, False)
        assert living_runs(client) == []


def test_our_file_is_registered_whole(server: str, tmp_path: Path) -> None:
    assert "4 deployments" in deploy(server, tmp_path)
    with ask(server) as client:
        evening = deployment(client, "daily-signals/evening")
        pre_open = deployment(client, "daily-signals/pre-open")
        backfill = deployment(client, "backfill-signals/backfill")
        weekly = deployment(client, "weekly-research/weekly")
    assert [(s.schedule.cron, s.schedule.timezone, s.slug) for s in evening.schedules] == [
        ("30 18 * * 1-5", "America/New_York", "after-new-york-close")
    ]
    assert [(s.schedule.cron, s.schedule.timezone, s.slug) for s in pre_open.schedules] == [
        ("47 8 * * 1-5", "Europe/Berlin", "before-frankfurt-opens")
    ]
    assert [(s.schedule.cron, s.schedule.timezone) for s in weekly.schedules] == [("0 7 * * 6", "Europe/Berlin")]
    assert backfill.schedules == []
    assert all(found.enforce_parameter_schema for found in (evening, pre_open, weekly, backfill))
    assert evening.parameters == {"articles": ["seeds"], "prices": ["sample"]}
    for found in (evening, pre_open, weekly, backfill):
        assert len(found.description or "") > 100, found.name
        assert set(found.tags) >= {"georisk"}, found.name
        for name, schema in found.parameter_openapi_schema["properties"].items():
            assert schema["title"] != name, "words, not the name of a variable"
            assert schema["title"][0].isupper(), name
            assert schema["description"][0].isupper() or schema["description"][0] == "`", name
            is_required = name in found.parameter_openapi_schema.get("required", [])
            assert is_required or "Default: " in schema["description"], name


def test_deploy_tells_the_next_run_of_each_schedule(server: str, tmp_path: Path) -> None:
    """With SQLAlchemy 2.1 the server made no run of any schedule, and only its log said so."""
    told = deploy(server, tmp_path, {"name": "monday", "schedules": [MONDAY]}, {"name": "by-hand", "schedules": []})
    with ask(server) as client:
        runs = runs_of(client, deployment(client, "daily-signals/monday"))
    assert len(runs) >= 2
    first = runs[0].expected_start_time
    assert first
    assert first.weekday() == 0
    assert f"monday: next run {first:%Y-%m-%dT%H:%MZ}" in told
    assert "by-hand:" not in told


def test_what_the_file_no_longer_holds_is_removed_from_the_server(server: str, tmp_path: Path) -> None:
    first = {"name": "one", "schedules": [FRIDAY, MONDAY]}
    deploy(server, tmp_path, first, {"name": "two", "schedules": [FRIDAY]})
    told = deploy(server, tmp_path, {"name": "one", "schedules": [{**MONDAY, "cron": "5 20 * * 1"}]})
    assert "removed schedule friday of one" in told
    assert "removed deployment two (flows.daily_signals:daily_signals)" in told
    with ask(server) as client:
        (schedule,) = deployment(client, "daily-signals/one").schedules
        assert (schedule.slug, schedule.schedule.cron) == ("monday", "5 20 * * 1")
        with pytest.raises(ObjectNotFound):
            deployment(client, "daily-signals/two")
    assert "removed" not in deploy(server, tmp_path, {"name": "one", "schedules": [{**MONDAY, "cron": "5 20 * * 1"}]})


def test_deployments_of_other_pools_are_left_alone(server: str, tmp_path: Path) -> None:
    with ask(server) as client:
        flow_id = deployment(client, "daily-signals/one").flow_id
        stranger = client.create_deployment(flow_id=flow_id, name="stranger")
        deploy(server, tmp_path, {"name": "one", "schedules": []})
        assert client.read_deployment(stranger).name == "stranger"


@pytest.mark.parametrize(
    "parameters",
    [
        {"from_date": "not-a-date"},
        {"to_date": "01.02.2025"},
        {"now": "2025-09-01"},
        {"now": "2025-09-01T06:00:00"},
        {"run_id": "../elsewhere"},
        {"rebuild": "perhaps"},
        {"articles": "seeds"},
    ],
)
def test_a_wrong_parameter_is_refused_where_it_is_given(
    server: str, tmp_path: Path, parameters: dict[str, object]
) -> None:
    """Not an hour later, in the run."""
    with ask(server) as client:
        one = deployment(client, "daily-signals/one")
        with pytest.raises(PrefectHTTPStatusError, match="409") as caught:
            client.create_flow_run_from_deployment(one.id, parameters=parameters)
        assert "Validation failed for field" in caught.value.response.json()["detail"]


def test_a_worker_runs_a_deployment_and_the_rows_are_published(server: str, tmp_path: Path) -> None:
    parameters = small_inputs(tmp_path, "2025-08-04", "2025-08-05")
    deploy(server, tmp_path, {"name": "small", "schedules": [], "parameters": parameters})
    asked = {"now": "2025-08-05T22:45:00Z", "run_id": "by-worker"}
    with ask(server) as client:
        small = deployment(client, "daily-signals/small")
        client.create_flow_run_from_deployment(small.id, parameters=asked)
        worked = run_module(
            "prefect", "--no-prompt", "worker", "start", "--pool", POOL, "--type", "process", "--run-once",
            PREFECT_API_URL=server,
        )  # fmt: skip
        (run,) = runs_of(client, small)
        assert (run.state_name, run.name) == ("Completed", "signals-by-worker"), worked.stdout + worked.stderr
        (page,) = [item for item in client.read_artifacts() if item.flow_run_id == run.id]
    rows = query(
        tmp_path / "home" / "published" / "signals.duckdb",
        "select session_date, status from signal.theme_daily where theme = 'energy' order by all",
    )
    assert [(str(day), status) for day, status in rows] == [("2025-08-04", "ok"), ("2025-08-05", "ok")]
    assert page.key == "daily-signals"
    assert "| session | 2025-08-05 | 2025-08-05 | 2025-08-05 |" in str(page.data)
    assert "| clock | XNYS | LON_BRENT | XETR |" in str(page.data)
    assert f"query `{tmp_path / 'home' / 'published' / 'signals.duckdb'}`" in str(page.data)
    assert "| publish |" in str(page.data)


def test_our_file_names_what_it_says_it_names() -> None:
    wanted = read_wanted(ROOT / "prefect.yaml")
    assert {name for name, _ in wanted} == {"evening", "pre-open", "weekly", "backfill"}


@pytest.mark.parametrize(
    ("schedules", "rule"),
    [
        ([{"cron": "0 1 * * *"}], "deployment one: every schedule needs a slug of its own"),
        ([FRIDAY, FRIDAY], "deployment one: every schedule needs a slug of its own"),
    ],
)
def test_a_schedule_that_cannot_be_told_apart_is_refused(
    tmp_path: Path, schedules: list[dict[str, str]], rule: str
) -> None:
    with pytest.raises(ConfigError, match=rule):
        read_wanted(deployments_file(tmp_path / "p.yaml", {"name": "one", "schedules": schedules}))


@pytest.mark.parametrize("text", ["", "a: [", "deployments: 1", "deployments: [{name: x}]"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"p.yaml cannot be read as deployments"):
        read_wanted(tmp_path / "p.yaml")


def test_a_file_that_prefect_refuses_ends_in_one_line(server: str, tmp_path: Path) -> None:
    file = deployments_file(tmp_path / "p.yaml", {"name": "x", "schedules": [], "entrypoint": "flows.nowhere:flow"})
    done = run_module("flows.deploy", "--home", str(tmp_path), "--file", str(file), PREFECT_API_URL=server)
    assert done.returncode == 1
    assert done.stderr.startswith("error: prefect deploy failed:")
    assert "Traceback" not in done.stderr


def test_without_a_server_deploy_says_how_to_start_one(tmp_path: Path) -> None:
    done = run_module("flows.deploy", "--home", str(tmp_path), PREFECT_API_URL="")
    assert done.returncode == 1
    assert done.stderr == f"error: no server runs for {tmp_path}; start one with `make server`\n"


def test_the_tests_talk_to_their_own_server(server: str) -> None:
    assert PREFECT_API_URL.value() == server


def test_a_dry_run_tells_the_difference_and_changes_nothing(server: str, tmp_path: Path) -> None:
    deploy(server, tmp_path, {"name": "one", "schedules": [FRIDAY, MONDAY]}, {"name": "two", "schedules": []})
    file = deployments_file(tmp_path / "next.yaml", {"name": "one", "schedules": [MONDAY]})
    arguments = ["--home", str(tmp_path / "none"), "--file", str(file), "--dry-run"]
    done = run_module("flows.deploy", *arguments, PREFECT_API_URL=server)
    assert (done.returncode, done.stderr) == (0, "")
    assert "would change removed schedule friday of one" in done.stdout
    assert "would change removed deployment two" in done.stdout
    assert not (tmp_path / "none").exists()
    with ask(server) as client:
        assert len(deployment(client, "daily-signals/one").schedules) == 2
        assert deployment(client, "daily-signals/two").name == "two"
