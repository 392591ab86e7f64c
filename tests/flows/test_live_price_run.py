"""Live prices from the command line, in real processes; the providers are mirrors on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from pytest_httpserver import HTTPServer

from tasks.storage.files import ROOT
from tests.live_home import HISTORY, NOW, make_market, make_seeds, value
from tests.markets import Market
from tests.pipeline import write_article

PROVIDERS = ("yahoo", "fred", "ecb", "cboe", "eia")


@pytest.fixture
def market(httpserver: HTTPServer) -> Market:
    return make_market(httpserver)


def run(market: Market, root: Path, run_id: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable, "-m", "flows.daily_signals", "--articles", str(root / "articles"), "--prices", "live",
        "--seeds", str(root / "seeds"), "--home", str(root / "home"), "--from", "2025-08-18", "--run-id", run_id,
        "--allow-network", "127.0.0.1", "--verbose", *options,
    ]  # fmt: skip
    mirrors = {f"GEORISK_{name.upper()}_URL": market.server.url_for(f"/{name}") for name in PROVIDERS}
    environment = {**os.environ, **mirrors, "GEORISK_EIA_KEY": "secret-key"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_live_run_and_one_without_a_network(market: Market, tmp_path: Path) -> None:
    make_seeds(tmp_path / "seeds")
    write_article(tmp_path / "articles", "only", "2025-08-18T10:00:00Z")
    good = run(market, tmp_path, "good", "--now", f"{NOW}:00Z")
    assert good.returncode == 0, good.stderr
    assert "yahoo: 7 series answered" in good.stderr
    published = (tmp_path / "home" / "published").resolve()
    with duckdb.connect(str(published / "signals.duckdb"), read_only=True) as db:
        shown = db.execute(
            "select symbol, provider, close from signal.price_daily where session_date = $day and close is not null "
            "and symbol in ('SPY', 'VIX', 'ECB_EURUSD') order by symbol",
            {"day": HISTORY[-1]},
        ).fetchall()
    assert shown == [
        ("ECB_EURUSD", "ecb", value(1.16, HISTORY[-1])),
        ("SPY", "yahoo", value(640, HISTORY[-1])),
        ("VIX", "cboe", value(15, HISTORY[-1])),
    ]
    market.server.stop()
    offline = run(market, tmp_path, "offline", "--now", "2025-08-23T08:00:00Z")
    market.server.start()
    assert offline.returncode == 1
    (error,) = [line for line in offline.stderr.splitlines() if line.startswith("error: ")]
    assert error.startswith("error: no price provider answered: cboe: 0 series answered, 1 unreachable")
    assert all(f"{name}: 0 series answered" in error for name in PROVIDERS)
    assert "secret-key" not in good.stderr + offline.stderr
    assert (tmp_path / "home" / "published").resolve() == published
