"""The pool of the worker, with room for one run; and runs whose process is gone, which would keep that room."""

from __future__ import annotations

import logging
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed
from prefect.workers.process import ProcessWorker

from flows.server_place import POOL

log = logging.getLogger("tasks.serve")

PATIENCE = timedelta(minutes=10)
"""A run that was handed to a worker and has no process by then never gets one."""

UNFINISHED = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]


def make_pool(client: SyncPrefectClient) -> None:
    """Create the pool or set it right: processes on this machine, one at a time.

    The template of a job comes from the installed worker; Prefect's own command would ask GitHub for it.
    """
    template = ProcessWorker.get_default_base_job_template()
    pool = WorkPoolCreate(name=POOL, type="process", base_job_template=template, concurrency_limit=1)
    client.create_work_pool(pool, overwrite=True)


def pause_pool(client: SyncPrefectClient) -> None:
    """Let no further run begin; `make_pool` ends the pause."""
    client.update_work_pool(POOL, WorkPoolUpdate(is_paused=True))


def living_runs(client: SyncPrefectClient) -> list[FlowRun]:
    """The unfinished runs whose process is there."""
    now = datetime.now(UTC)
    return [run for run in _unfinished(client) if run.infrastructure_pid and not is_dead(run, now)]


def _unfinished(client: SyncPrefectClient) -> list[FlowRun]:
    states = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNFINISHED)))
    mine = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    return client.read_flow_runs(flow_run_filter=states, work_pool_filter=mine)


def end_dead_runs(client: SyncPrefectClient, now: datetime | None = None) -> list[FlowRun]:
    """Mark the unfinished runs as crashed whose process on this machine is gone; return them."""
    dead = [run for run in _unfinished(client) if is_dead(run, now or datetime.now(UTC))]
    for run in dead:
        client.set_flow_run_state(run.id, Crashed(message="its process is gone; the next run makes up for it"), True)
        log.warning("run %s: its process is gone; it is marked as crashed", run.name)
    return dead


def is_dead(run: FlowRun, now: datetime) -> bool:
    """Whether an unfinished run has no process any more; one on another machine is left alone."""
    if not run.infrastructure_pid:
        since = run.state.timestamp if run.state else run.created
        return since is not None and now - since > PATIENCE
    host, _, pid = run.infrastructure_pid.rpartition(":")
    return host in ("", socket.gethostname()) and not _serves(int(pid), str(run.id))


def _serves(pid: int, run_id: str) -> bool:
    """Whether the process lives and is of that run: numbers are given anew, Prefect's variable tells them apart."""
    try:
        return run_id.encode() in Path(f"/proc/{pid}/environ").read_bytes()
    except FileNotFoundError:
        if Path("/proc/self/environ").exists():
            return False
    except OSError:
        return True  # somebody else's process: not ours to judge
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
