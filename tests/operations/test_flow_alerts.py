"""Runs that fail tell it, through the environment or a block of the server; the address stays unsaid."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from pytest_httpserver import HTTPServer

from flows.alerts import BLOCK, WEBHOOK, watch, webhook_url
from tasks.storage.files import ROOT
from tests.operations.servers import ask, run_module
from tests.pipeline import SEEDS, utc

TOKEN = "T0KEN-that-nobody-may-read"


@pytest.fixture
def receiver(httpserver: HTTPServer) -> str:
    httpserver.expect_request(f"/{TOKEN}").respond_with_data("ok")
    return httpserver.url_for(f"/{TOKEN}")


def failing_run(home: Path, server_url: str, **environment: str) -> str:
    done = run_module(
        "flows.daily_signals", "--home", str(home), "--articles", "nowhere", "--run-id", "broken",
        PREFECT_API_URL=server_url, **environment,
    )  # fmt: skip
    assert done.returncode == 1
    return done.stdout + done.stderr


def texts(server: HTTPServer) -> list[str]:
    return [json.loads(request.get_data())["text"] for request, _ in server.log]


def test_a_failed_run_is_told_and_leaves_a_page(
    server_url: str, httpserver: HTTPServer, receiver: str, tmp_path: Path
) -> None:
    said = failing_run(tmp_path, server_url, **{WEBHOOK: receiver})
    (told,) = texts(httpserver)
    assert told.startswith("georisk-signals run_failed: run broken: nowhere does not exist; give a folder")
    assert told.endswith("the last publication stays")
    assert TOKEN not in said
    with ask(server_url) as client:
        (page,) = [item for item in client.read_artifacts() if item.description == "run broken did not publish"]
    assert "**Nothing was published; the last publication stays.** nowhere does not exist" in str(page.data)
    failing_run(tmp_path, server_url, **{WEBHOOK: receiver})
    assert len(texts(httpserver)) == 1, "the same thing is told once in a cooldown"


def test_a_block_of_the_server_names_the_webhook_too(
    server_url: str, httpserver: HTTPServer, receiver: str, tmp_path: Path
) -> None:
    code = "import sys; from prefect.blocks.system import Secret; Secret(value=sys.argv[1]).save(sys.argv[2])"
    environment = {**os.environ, "PREFECT_API_URL": server_url}
    subprocess.run([sys.executable, "-c", code, receiver, BLOCK], cwd=ROOT, env=environment, check=True)
    said = failing_run(tmp_path, server_url, **{WEBHOOK: ""})
    assert len(texts(httpserver)) == 1
    assert TOKEN not in said
    assert webhook_url() == receiver


def test_a_server_that_cannot_be_asked_is_said_not_taken_for_no_webhook(caplog: pytest.LogCaptureFixture) -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}), caplog.at_level("WARNING"):
        assert webhook_url() is None
    assert f"the Prefect server did not tell its block {BLOCK} (ConnectError)" in caplog.text


def test_looking_for_late_publications_without_any_finds_none(server_url: str, tmp_path: Path) -> None:
    assert watch(tmp_path, utc("2025-08-18T23:00"), SEEDS) == []
