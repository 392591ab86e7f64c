"""Tell somebody: which webhook, and what a run tells when it ends well, fails or dies.

The webhook is `GEORISK_ALERT_WEBHOOK`, else the Prefect block `georisk-alert-webhook` (a Secret). Without either,
alerts are lines in the log.
"""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.settings import PREFECT_API_URL

from flows import georisk_home
from flows.run_request import SEEDS
from tasks.alert import Outlet, late_alerts, publication_alerts
from tasks.domain.alerts import Alert, of_crash, of_failure
from tasks.domain.errors import GeoriskError
from tasks.domain.run import Run

WEBHOOK = "GEORISK_ALERT_WEBHOOK"
BLOCK = "georisk-alert-webhook"
log = logging.getLogger("tasks.alert")


def webhook_url() -> str | None:
    """The address that alerts are sent to, or None; without a server to ask, only the environment counts."""
    if os.environ.get(WEBHOOK):
        return os.environ[WEBHOOK]
    if not (FlowRunContext.get() or PREFECT_API_URL.value()):
        return None  # a client would start a server of its own for one question
    try:
        with get_client(sync_client=True) as client:
            block = client.read_block_document_by_name(BLOCK, "secret", include_secrets=True)
    except ObjectNotFound:  # no such block
        return None
    except (PrefectException, httpx.HTTPError) as fault:
        log.warning("no webhook: the Prefect server did not tell its block %s (%s)", BLOCK, type(fault).__name__)
        return None
    return str(block.data["value"])


def tell(alerts: list[Alert], home: Path, seeds: Path = SEEDS) -> int:
    """Tell the alerts of a home now; return how many were due."""
    if not alerts:
        return 0
    return Outlet.of(home, seeds, webhook_url()).tell(alerts, datetime.now(UTC))


def after_publication(run: Run) -> int:
    """What the new publication gives reason to tell."""
    outlet = Outlet.of(run.home, run.seeds, None)
    return tell(publication_alerts(run, outlet.rules), run.home, run.seeds)


def watch(home: Path, now: datetime, seeds: Path = SEEDS) -> list[Alert]:
    """Tell of publications that are late at `now`, and return them: also those that were told already."""
    alerts = late(home, now, seeds)
    tell(alerts, home, seeds)
    return alerts


def late(home: Path, now: datetime, seeds: Path = SEEDS) -> list[Alert]:
    """The publications that are late at `now`; nobody is told."""
    return late_alerts(home, seeds, Outlet.of(home, seeds, None).rules, now)


def run_failed(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Hook: the run ended with an error."""
    fault = state.result(raise_on_failure=False)
    known = fault if isinstance(fault, BaseException) else GeoriskError(state.message or "no message")
    _tell_of(flow_run, of_failure(_run_name(flow_run), known))


def run_crashed(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Hook: the run's process ended without a word."""
    _tell_of(flow_run, of_crash(_run_name(flow_run)))


def _tell_of(flow_run: FlowRun, alert: Alert) -> None:
    home = flow_run.parameters.get("home")
    seeds = flow_run.parameters.get("seeds")
    try:
        tell([alert], Path(home) if home else georisk_home(), Path(seeds) if seeds else SEEDS)
    except GeoriskError as fault:  # broken rules must not hide what is to be told
        log.error("alert %s: %s (%s)", alert.key, alert.text, fault)


def _run_name(flow_run: FlowRun) -> str:
    return str(flow_run.parameters.get("run_id") or flow_run.name)
