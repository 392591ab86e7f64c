"""The embedded articles against readings written by hand: direction, rough size and why."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.run_request import SEEDS
from tasks.score_files import score_files

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "readings.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, str]]:
    out = tmp_path_factory.mktemp("scores") / "scores.csv"
    score_files(["seeds"], out, None, seeds=SEEDS, now=datetime(2026, 1, 1, tzinfo=UTC))
    return {(row["article_id"], row["theme"]): row for row in rows(out)}


@pytest.mark.parametrize("expected", rows(GOLDEN), ids=lambda row: f"{row['article_id']}-{row['theme']}")
def test_article_reads_as_expected(scores: dict[tuple[str, str], dict[str, str]], expected: dict[str, str]) -> None:
    found = scores[expected["article_id"], expected["theme"]]
    assert found["direction"] in expected["direction"].split(), expected["reason"]
    assert float(expected["low"]) <= float(found["risk_score"]) <= float(expected["high"]), expected["reason"]


def test_at_least_twenty_articles_are_read() -> None:
    assert len({row["article_id"] for row in rows(GOLDEN)}) >= 20
