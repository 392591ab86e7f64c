"""`python -m flows.deploy`: make the server's deployments those of `prefect.yaml`, no more and no fewer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from flows import georisk_home
from flows.commands import ANY_PATH, DRY_RUN, HOME, Command, print_plan
from flows.server_place import POOL, Place
from tasks.domain.errors import ConfigError, GeoriskError
from tasks.storage.files import ROOT

DEFAULTS = {"GEORISK_ARTICLES": "seeds", "GEORISK_PRICES": "sample"}
"""What the scheduled runs read, unless the environment says something else."""

Wanted = Mapping[tuple[str, str], set[str]]
"""(name, entrypoint) of a deployment -> slugs of its schedules."""


@click.command(
    cls=Command,
    examples=[
        "python -m flows.deploy --dry-run",
        "GEORISK_ARTICLES=feeds GEORISK_PRICES=live python -m flows.deploy --home live",
    ],
)
@HOME
@click.option(
    "--file",
    "path",
    type=ANY_PATH,
    default=ROOT / "prefect.yaml",
    show_default="prefect.yaml",
    help="File of the deployments.",
)
@DRY_RUN
def main(home: Path | None, path: Path, dry_run: bool) -> None:
    """Register the deployments of the file, and remove deployments and schedules that it no longer holds.

    PREFECT_API_URL names another server than the one that `make server` started. GEORISK_ARTICLES and GEORISK_PRICES
    say what the scheduled runs read: seeds and sample, or feeds and live, or paths.
    """
    wanted = read_wanted(path)
    place = Place((home or georisk_home()).absolute())
    api = os.environ.get("PREFECT_API_URL") or place.served().api
    # Before anything imports Prefect: it reads which server it talks to while it is imported.
    os.environ.update({"PREFECT_API_URL": api, "PREFECT_HOME": str(place.prefect_home), "DO_NOT_TRACK": "1"})
    if dry_run:
        found = [("would read", str(path)), ("would write", f"{len(wanted)} deployments at {api}")]
        found += [
            ("", f"{name} ({entrypoint}), schedules: {len(slugs)}") for (name, entrypoint), slugs in wanted.items()
        ]
        print_plan([*found, *(("would change", line) for line in _remove_others(wanted, dry_run=True))])
        return
    _register(path)
    for line in _remove_others(wanted):
        click.echo(line)
    for line in _next_runs():
        click.echo(line)
    click.echo(f"{len(wanted)} deployments at {api}")


def read_wanted(path: Path) -> Wanted:
    """The deployments of a file and the slugs of their schedules.

    Raises:
        ConfigError: the file cannot be read, or a schedule has no slug by which it could be told from others.
    """
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        items = {(item["name"], item["entrypoint"]): item.get("schedules") or [] for item in given["deployments"]}
    except (OSError, yaml.YAMLError, KeyError, TypeError) as fault:
        raise ConfigError(f"{path} cannot be read as deployments ({type(fault).__name__}); mend it") from None
    for (name, _), schedules in items.items():
        slugs = [schedule.get("slug") for schedule in schedules]
        if None in slugs or len(set(slugs)) < len(slugs):
            raise ConfigError(f"{path}: deployment {name}: every schedule needs a slug of its own")
    return {key: {schedule["slug"] for schedule in schedules} for key, schedules in items.items()}


def _register(path: Path) -> None:
    """Prefect's own command, which knows its file; what it says is shown only when it fails."""
    environment = {"PROJECT_DIR": str(ROOT), **DEFAULTS, **os.environ}
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = " ".join((done.stdout + done.stderr).split())
        raise GeoriskError(f"prefect deploy failed: {words[-600:]}")


def _deployments(client: Any) -> list[Any]:
    """The pool's deployments on the server."""
    from prefect.client.schemas.filters import WorkPoolFilter, WorkPoolFilterName

    found: list[Any] = client.read_deployments(work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL])))
    return found


def _remove_others(wanted: Wanted, *, dry_run: bool = False) -> list[str]:
    """Remove from the pool what the file does not hold, unless it is a dry run; return a line for each."""
    from prefect.client.orchestration import get_client

    lines = []
    with get_client(sync_client=True) as client:
        for deployment in _deployments(client):
            slugs = wanted.get((deployment.name, deployment.entrypoint))
            if slugs is None:
                if not dry_run:
                    client.delete_deployment(deployment.id)
                lines.append(f"removed deployment {deployment.name} ({deployment.entrypoint})")
                continue
            for schedule in deployment.schedules:
                if schedule.slug not in slugs:
                    if not dry_run:
                        client.delete_deployment_schedule(deployment.id, schedule.id)
                    lines.append(f"removed schedule {schedule.slug or schedule.id} of {deployment.name}")
    return lines


def _next_runs() -> list[str]:
    """Have the server make the runs of every schedule, as it does each minute; return a line for the next of each.

    Raises:
        GeoriskError: it cannot. Its own scheduler would say so in the server's log only, and no run would ever begin.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterDeploymentId,
        FlowRunFilterState,
        FlowRunFilterStateName,
    )
    from prefect.exceptions import PrefectHTTPStatusError

    lines = []
    with get_client(sync_client=True) as client:
        scheduled = [found for found in _deployments(client) if found.schedules]
        for deployment in sorted(scheduled, key=lambda found: str(found.name)):
            try:
                client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment.id}, json={})
            except PrefectHTTPStatusError as fault:
                status = fault.response.status_code
                raise GeoriskError(
                    f"the server makes no runs of {deployment.name}'s schedules (HTTP {status}); see its log"
                ) from None
            waiting = client.read_flow_runs(
                flow_run_filter=FlowRunFilter(
                    deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]),
                    state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Scheduled"])),
                ),
                limit=200,
            )
            times = sorted(run.expected_start_time for run in waiting if run.expected_start_time)
            next_run = f"next run {times[0]:%Y-%m-%dT%H:%MZ}" if times else "no run, its schedules are paused"
            lines.append(f"{deployment.name}: {next_run}")
    return lines


if __name__ == "__main__":
    main()
