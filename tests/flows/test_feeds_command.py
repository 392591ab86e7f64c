"""Feeds through the flow and its command line, on local servers."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from tasks.storage.files import ROOT
from tests.feed_cases import item, rss
from tests.pipeline import STRIKE
from tests.servers import LOOPBACK, always, answer, serving

ENTRY = """wire:
  kind: live
  publisher: The Wire
  language: en
  terms: https://wire.example/terms
  feed: {feed}
  format: rss
  tier: 1
  cadence_minutes: 60
"""


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    shutil.copytree(ROOT / "seeds", folder, ignore=shutil.ignore_patterns("articles"))
    return folder


def test_the_flow_publishes_what_a_feed_brings_and_keeps_it_when_the_feed_is_gone(
    server_url: str, tmp_path: Path, seeds: Path
) -> None:
    from flows.daily_signals import daily_signals

    def run(now: datetime) -> Path:
        published = daily_signals(
            articles=["feeds"], prices=["sample"], now=now, home=str(tmp_path / "home"), run_id=f"r{now:%d}",
            seeds=str(seeds), allow_networks=[LOOPBACK],
        )  # fmt: skip
        return Path(published)

    body = rss(item("Strike", summary=STRIKE, date="Mon, 18 Aug 2025 10:00:00 GMT")).encode()
    with serving(always(answer(body, content_type="application/rss+xml"), answer(status="404 Not Found"))) as server:
        (seeds / "sources.yaml").write_text(ENTRY.format(feed=f"{server.url}/feed"), encoding="utf-8")
        published = run(datetime(2025, 8, 18, 12, tzinfo=UTC))
        before = published.resolve()
        with pytest.raises(Exception, match=r"not one of 1 live sources answered.*\n  wire: .* HTTP status 404"):
            run(datetime(2025, 8, 19, 12, tzinfo=UTC))
    assert published.resolve() == before
    with duckdb.connect(str(published / "signals.duckdb"), read_only=True) as db:
        rows = db.execute("select theme, article_count from signal.theme_latest order by 1").fetchall()
        fetches = db.execute("select source, outcome from raw.source_fetch").fetchall()
    assert rows == [("defense", 1), ("energy", 1), ("european_risk_premium", 1)]
    assert fetches == [("wire", "ok")]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--articles", "feeds", "--now", "2025-08-18T12:00:00Z"],
            "feeds are seen when they are asked; leave --now out",
        ),
        (["--articles", "feeds", "--allow-network", "here"], "write it like 10.1.0.0/16 or 10.1.2.3"),
    ],
)
def test_options_that_cannot_be_stop_before_anything_starts(tmp_path: Path, options: list[str], told: str) -> None:
    from flows.daily_signals import main

    done = CliRunner().invoke(main, [*options, "--home", str(tmp_path / "home")])
    assert done.exit_code == 2
    assert told in done.stderr
    assert not (tmp_path / "home").exists()
