"""The backfill flow under a real Prefect server, and its command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb

from tasks.storage.files import ROOT
from tests.pipeline import SEED_NOW, Pipeline

TABLES = ("theme_clock_daily", "price_daily", "asset_daily", "sentence_contribution")


def rows(published: Path, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(published / "signals.duckdb"), read_only=True) as db:
        stamps = [
            name for name, *_ in db.execute(f"describe signal.{table}").fetchall() if name in ("as_of_at", "run_id")
        ]
        dropped = f"exclude ({', '.join(stamps)})" if stamps else ""
        return db.execute(f"select * {dropped} from signal.{table} order by all").fetchall()


def test_parts_and_processes_publish_what_the_daily_flow_publishes(
    server_url: str, demo: Pipeline, tmp_path: Path
) -> None:
    from flows.backfill_signals import backfill_signals

    arguments = {"articles": ["seeds"], "prices": ["sample"], "now": SEED_NOW, "home": str(tmp_path)}
    published = Path(backfill_signals(**arguments, workers=2, part_days=100))
    for table in TABLES:
        assert rows(published, table) == rows(demo.home.published, table), table


def test_an_option_out_of_range_ends_with_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flows.backfill_signals", "--articles", "seeds", "--prices", "sample"]
    more = ["--now", "2025-10-08T06:00Z", "--home", str(tmp_path), "--part-days", "0"]
    done = subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--part-days" in done.stderr
    assert "Traceback" not in done.stderr
