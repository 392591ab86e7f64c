"""Two GDELT batches through the verbs: what is stored, set aside and remembered, from a local server."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tasks.collect import collect
from tasks.domain.fetching import FetchPolicy
from tasks.domain.run import FEEDS
from tasks.storage.web import Fetcher
from tests.gdelt import gkg_row, gkg_zip, listing
from tests.pipeline import SEEDS, Pipeline, query, small

ONE, TWO = "20250818161500", "20250818163000"
NOW = datetime(2025, 8, 18, 16, 20, tzinfo=UTC)
LATER = datetime(2025, 8, 18, 16, 40, tzinfo=UTC)
SOURCES = """gdelt:
  kind: live
  publisher: The GDELT Project
  language: en
  terms: https://www.gdeltproject.org/about.html#termsofuse
  feed: {feed}
  format: gdelt
  tier: 3
  cadence_minutes: 15
  domains: [reuters.com, lemonde.fr]
"""
FIRST = [
    gkg_row(ONE, 0, url="https://www.reuters.com/a", title="Russian missiles strike a gas pipeline | Reuters"),
    gkg_row(ONE, 1, url="https://www.reuters.com/b", title="Ceasefire talks collapse in Geneva", stamp=None, tone=""),
    gkg_row(ONE, 2, url="https://www.lemonde.fr/c", title="Le gouvernement chute après un vote de défiance"),
    gkg_row(ONE, 3, url="https://www.reuters.com/2023/05/01/d", title="Tanker seized off Oman", stamp="20230501120000"),
    gkg_row(ONE, 4, url="https://www.reuters.com/e", title=None),
    gkg_row(ONE, 5, url="https://elsewhere.example/f", title="Bakery opens"),
    gkg_row(ONE, 6) + "\t",
]
SECOND = [
    gkg_row(TWO, 0, url="https://www.reuters.com/a", title="Russian missiles strike a gas pipeline"),
    gkg_row(TWO, 1, url="https://www.reuters.com/g", title="Ceasefire talks collapse in Geneva", stamp=None),
    gkg_row(TWO, 2, url="https://www.reuters.com/h", title="NATO allies raise spending", stamp="20250818162900"),
]


@pytest.fixture
def pipeline(tmp_path: Path, httpserver: HTTPServer) -> Pipeline:
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS, seeds)
    host = httpserver.url_for("/gdeltv2")
    (seeds / "sources.yaml").write_text(SOURCES.format(feed=f"{host}/lastupdate.txt"), encoding="utf-8")
    bodies = {ONE: gkg_zip(FIRST, ONE), TWO: gkg_zip(SECOND, TWO)}
    shown: list[str] = []

    def answer(request: Request) -> Response:
        name = request.path.removeprefix("/gdeltv2/")
        if name == "lastupdate.txt":
            shown.append(ONE if not shown else TWO)
            return Response(listing({shown[-1]: bodies[shown[-1]]}, host))
        return Response(bodies[name[:14]])

    httpserver.expect_request(re.compile("/gdeltv2/.*")).respond_with_handler(answer)
    policy = FetchPolicy(allowed_networks=("127.0.0.0/8", "::1"), host_gap_seconds=0.0)
    return small(tmp_path / "root", seeds=seeds, articles=(FEEDS,), fetching=policy)


def run_twice(pipeline: Pipeline) -> tuple[dict[str, int], dict[str, int]]:
    counts = []
    for number, now in enumerate((NOW, LATER)):
        run = replace(pipeline.run, run_id=f"run-{number}", now=now)
        counts.append(dict(collect(run, Fetcher(run.fetching, sleep=lambda seconds: None)).counts))
    return counts[0], counts[1]


def test_pages_become_articles_with_their_tone_and_the_rest_is_set_aside(pipeline: Pipeline) -> None:
    first, second = run_twice(pipeline)
    assert first == {"read": 6, "new": 2, "unchanged": 0, "quarantined": 4, "feeds": 1, "feeds_failed": 0}
    assert second == {"read": 3, "new": 1, "unchanged": 1, "quarantined": 1, "feeds": 1, "feeds_failed": 0}
    stored = "select title, published_precision, gdelt_tone, source, source_kind from raw.article order by title"
    live = ("gdelt", "live")
    assert pipeline.rows(stored) == [
        ("Ceasefire talks collapse in Geneva", "day", None, *live),
        ("NATO allies raise spending", "minute", Decimal("-5.263158"), *live),
        ("Russian missiles strike a gas pipeline", "minute", Decimal("-5.263158"), *live),
    ]
    aside = "select reason, parse_filename(location) from raw.quarantine order by all"
    assert pipeline.rows(aside) == [
        ("bad_row", "20250818161500.gkg.csv:7"),
        ("duplicate", "20250818163000.gkg.csv:2"),
        ("empty", "20250818161500.gkg.csv:5"),
        ("language", "20250818161500.gkg.csv:3"),
        ("stale_item", "20250818161500.gkg.csv:4"),
    ]


def test_a_page_is_available_when_we_saw_it_not_when_it_says(pipeline: Pipeline) -> None:
    run_twice(pipeline)
    seen = "select title, available_at, first_seen_at from raw.article order by title"
    for title, available_at, first_seen_at in pipeline.rows(seen):
        expected = LATER if title.startswith("NATO") else NOW
        assert abs((first_seen_at - expected.replace(tzinfo=None)).total_seconds()) < 60
        assert available_at == first_seen_at


def test_the_label_is_remembered(pipeline: Pipeline) -> None:
    run_twice(pipeline)
    rows = pipeline.rows("select outcome, etag, item_count, new_count from raw.source_fetch order by seen_at")
    assert rows == [("ok", ONE, 6, 2), ("ok", TWO, 3, 1)]


def test_the_tone_is_published_beside_the_scores(pipeline: Pipeline) -> None:
    run_twice(pipeline)
    folder = pipeline.publish(now=datetime(2025, 8, 20, 6, tzinfo=UTC))
    sql = (Path(__file__).parents[2] / "sql/queries/beside_gdelt_tone.sql").read_text(encoding="utf-8")
    found = {theme: (pages, tone) for theme, _, pages, tone, *_ in query(folder / "signals.duckdb", sql)}
    assert found["energy"] == (1, pytest.approx(0.526))
