"""prefect.yaml against a real server: it deploys, and what it deploys can be loaded and called."""

from __future__ import annotations

import os
import subprocess
import sys

from prefect.client.orchestration import get_client

from tasks.storage.files import ROOT


def prefect(server_url: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
        cwd=ROOT,
        env={**os.environ, "PREFECT_API_URL": server_url, "PROJECT_DIR": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_evening_deployment_is_registered_with_its_schedule(server_url: str) -> None:
    prefect(server_url, "work-pool", "create", "georisk", "--type", "process")
    prefect(server_url, "deploy", "--all")
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("daily-signals/evening")
    (schedule,) = deployment.schedules
    assert (schedule.schedule.cron, schedule.schedule.timezone) == ("30 18 * * 1-5", "America/New_York")
    assert deployment.entrypoint == "flows.daily_signals:daily_signals"
    parameters = deployment.parameter_openapi_schema["properties"]
    assert set(parameters) >= {"articles", "prices", "from_date", "to_date", "now"}
