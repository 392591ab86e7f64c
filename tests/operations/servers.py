"""Ask a Prefect server, and run the programs that belong to one, in tests."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.settings import PREFECT_API_URL, temporary_settings

from tasks.storage.files import ROOT
from tests.pipeline import TALKS, write_article, write_prices
from tests.tasks.test_vintages_stateful import small_seeds


def ask(url: str) -> SyncPrefectClient:
    """A client of the server at `url`."""
    with temporary_settings({PREFECT_API_URL: url}):
        return get_client(sync_client=True)


def run_module(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of ours or Prefect's, to its end."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def deployments_file(path: Path, *items: Mapping[str, Any]) -> Path:
    """A file like `prefect.yaml` with other deployments; what they lack is taken from the evening's."""
    given = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    evening = next(item for item in given["deployments"] if item["name"] == "evening")
    given["deployments"] = [{**evening, **item} for item in items]
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    return path


def deployment(client: SyncPrefectClient, name: str) -> DeploymentResponse:
    """The deployment `flow/name`."""
    return client.read_deployment_by_name(name)


def runs_of(client: SyncPrefectClient, found: DeploymentResponse) -> list[FlowRun]:
    """The flow runs of a deployment, in the order of their times."""
    mine = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[found.id]))
    only = DeploymentFilter(id=DeploymentFilterId(any_=[found.id]))
    runs = client.read_flow_runs(flow_run_filter=mine, deployment_filter=only, limit=200)
    return sorted(runs, key=lambda run: run.expected_start_time or run.created)


def wait_for(client: SyncPrefectClient, run: FlowRun, *states: str, seconds: float = 240) -> FlowRun:
    """The run, once it is in one of the states; looks at it twice a second."""
    for _ in range(round(seconds * 2)):
        run = client.read_flow_run(run.id)
        if run.state_name in states:
            return run
        pause(0.5)
    raise AssertionError(f"{run.name} is {run.state_name} after {seconds:.0f} s: {run.state}")


def pause(seconds: float) -> None:
    """Let other processes work: what is waited for happens in them."""
    select.select([], [], [], seconds)


def small_inputs(root: Path, *days: str) -> dict[str, Any]:
    """Parameters of a flow over some articles, one for each day, and a few prices; a run over them is short."""
    for day in days:
        write_article(root / "articles", f"a-{day}", f"{day}T10:00:00Z", TALKS, title=f"Report of {day}")
    write_prices(root / "prices.csv", [("BRENT", day, 66) for day in days])
    return {
        "articles": [str(root / "articles")],
        "prices": [str(root / "prices.csv")],
        "seeds": str(small_seeds(root / "seeds")),
        "home": str(root / "home"),
    }
