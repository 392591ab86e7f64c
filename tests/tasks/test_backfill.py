"""A backfill gives the rows of one run and of day-by-day runs with the same clock, and goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.build import build
from tasks.collect import collect
from tasks.domain.articles import Section
from tasks.domain.errors import GeoriskError
from tasks.domain.run import Run, Window
from tasks.domain.scoring import MODEL_VERSION
from tasks.price import price
from tasks.score import score
from tasks.storage.backfills import forget_parts, part_is_built, parts_left
from tasks.storage.score_chunks import (
    ARTICLE_SECTIONS,
    PackedScorer,
    Scored,
    in_process,
    in_processes,
    make_scorer,
    score_elsewhere,
    unpack,
)
from tasks.storage.seeds import Taxonomy, load_taxonomy
from tests.pipeline import SEEDS, STRIKE, TALKS, Pipeline, seeded, small, write_article

DAILY = ("theme_clock_daily", "price_daily", "asset_daily")
SUMMER = {"from_date": date(2025, 5, 1), "to_date": date(2025, 7, 31)}
WEEK = {"from_date": date(2025, 6, 23), "to_date": date(2025, 6, 25)}


def daily_rows(pipeline: Pipeline) -> dict[str, list[tuple[Any, ...]]]:
    tables = {name: pipeline.rows(f"from daily.{name} order by all") for name in DAILY[:2]}
    tables["asset_daily"] = pipeline.rows("from asset.asset_daily order by all")
    tables["receipt"] = pipeline.rows("from measure.sentence_contribution order by all")
    tables["source_session"] = pipeline.rows("from core.source_session order by all")
    return tables


def prepared(run: Run) -> Window:
    """All that comes before the parts."""
    collect(run)
    score(run)
    window = price(run).window
    assert window
    return window


def backfill(run: Run, window: Window, days: int, stop_after: int | None = None) -> list[Window]:
    """Build the parts that are left, as the flow does; return those that were built."""
    parts = parts_left(run, window, days)[:stop_after]
    for part in parts:
        build(run, part, window)
        part_is_built(run, window, part, days)
    return parts


@pytest.fixture(scope="module")
def summer(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Three months of the embedded seeds, built at once."""
    pipeline = seeded(tmp_path_factory.mktemp("summer") / "home", **SUMMER)
    pipeline.build()
    return pipeline


def test_parts_give_the_rows_of_one_run_even_after_a_stop(summer: Pipeline, tmp_path: Path) -> None:
    pipeline = seeded(tmp_path / "home", **SUMMER)
    window = prepared(pipeline.run)
    first = backfill(pipeline.run, window, 25, stop_after=2)
    again = replace(pipeline.run, run_id="second")
    rest = backfill(again, prepared(again), 25)
    assert len(first) == 2
    assert [*first, *rest] == window.chunks(4)
    assert daily_rows(pipeline) == daily_rows(summer)
    assert parts_left(again, window, 25) == []
    forget_parts(again)
    assert parts_left(again, window, 25) == window.chunks(4)


def test_day_by_day_runs_with_the_same_clock_give_the_same_rows(tmp_path: Path) -> None:
    whole, daily = seeded(tmp_path / "whole", **WEEK), seeded(tmp_path / "daily")
    backfill(whole.run, prepared(whole.run), 2)
    day = WEEK["from_date"]
    while day <= WEEK["to_date"]:
        if day.weekday() < 5:
            daily.build(from_date=day, to_date=day)
        day += timedelta(days=1)
    for name, rows in daily_rows(daily).items():
        if name != "source_session":  # what was set aside without a date is told in the last session of each run
            assert rows == daily_rows(whole)[name], name


def test_a_part_that_another_run_builds_over_is_built_anew(tmp_path: Path) -> None:
    """A daily run between two starts of a backfill, of the other lexicon that the checkout had meanwhile."""
    write_article(tmp_path / "articles", "strike", "2025-08-04T10:00:00Z", STRIKE)
    pipeline = small(tmp_path, to_date=date(2025, 8, 8))
    window = prepared(pipeline.run)
    first, second = backfill(pipeline.run, window, 2)
    build(replace(pipeline.run, run_id="daily"), second)
    assert parts_left(pipeline.run, window, 2) == [second]
    build(replace(pipeline.run, run_id="daily"), first)
    assert parts_left(pipeline.run, window, 2) == [first, second]


@pytest.mark.parametrize("change", ["clock", "article", "length"])
def test_parts_of_another_input_are_built_anew(tmp_path: Path, change: str) -> None:
    write_article(tmp_path / "articles", "strike", "2025-08-04T10:00:00Z", STRIKE)
    pipeline = small(tmp_path, to_date=date(2025, 8, 8))
    window = prepared(pipeline.run)
    assert len(backfill(pipeline.run, window, 2)) == 2
    assert parts_left(pipeline.run, window, 2) == []
    run, days = pipeline.run, 2
    if change == "clock":
        run = replace(run, now=run.now + timedelta(hours=1))
    elif change == "article":
        write_article(tmp_path / "articles", "second", "2025-08-05T10:00:00Z", TALKS)
        prepared(run)
    else:
        days = 1
    assert parts_left(run, window, days)[0].from_date == window.from_date


def rows_of(pipeline: Pipeline) -> list[list[tuple[Any, ...]]]:
    tables = ("raw.sentence", "raw.sentence_theme", "raw.article_story")
    return [pipeline.rows(f"from {table} order by all") for table in tables]


def test_processes_give_the_same_rows_as_this_one(tmp_path: Path) -> None:
    homes = []
    for name, fan_out in {"here": in_process, "there": in_processes(2)}.items():
        pipeline = seeded(tmp_path / name)
        collect(pipeline.run)
        score(pipeline.run, fan_out)
        homes.append(rows_of(pipeline))
    assert homes[0] == homes[1]


def test_a_stop_while_scoring_keeps_what_is_scored(tmp_path: Path) -> None:
    """Long texts make several chunks; the first is kept, the second try scores only the rest."""
    text = " ".join([STRIKE] * 15_000)
    for number in range(3):
        write_article(tmp_path / "articles", f"long-{number}", f"2025-08-04T1{number}:00:00Z", f"{number}. {text}")
    pipeline = small(tmp_path)
    collect(pipeline.run)

    def stops(taxonomy: Taxonomy, chunks: Iterable[bytes]) -> Iterator[Scored]:
        yield next(in_process(taxonomy, chunks))
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="power"):
        score(pipeline.run, stops)
    kept = pipeline.cell("select count(distinct article_id) from raw.sentence")
    assert kept == 2, "the first chunk ends with the article that reaches the limit"
    assert score(pipeline.run).counts["articles"] == 1
    assert score(pipeline.run).counts["articles"] == 0


def test_a_chunk_that_travels_stays_small(tmp_path: Path) -> None:
    """Articles of the greatest length that is read: each travels alone, far below 64 MB there and back."""
    text = " ".join([STRIKE] * 19_000)
    for number in range(2):
        write_article(tmp_path / "articles", f"long-{number}", f"2025-08-04T1{number}:00:00Z", f"{number}. {text}")
    pipeline = small(tmp_path)
    collect(pipeline.run)
    sizes = []

    def measured(taxonomy: Taxonomy, chunks: Iterable[bytes]) -> Iterator[Scored]:
        for chunk in chunks:
            for scored in in_process(taxonomy, [chunk]):
                sizes.extend((len(chunk), len(scored.sentences), len(scored.themes)))
                yield scored

    score(pipeline.run, measured)
    assert len(sizes) == 3 * 1, "one chunk: the second article begins below the limit"
    assert max(sizes) < 64_000_000


def test_a_packed_scorer_reads_as_the_scorer_itself() -> None:
    import pyarrow as pa

    from tasks.storage.score_chunks import pack

    taxonomy = load_taxonomy(SEEDS)
    rows = {"article_id": ["a", "a", "b"], "section": ["title", "body", "title"], "text": [STRIKE, STRIKE, "Calm."]}
    scored = PackedScorer(taxonomy).score(pack(pa.table(rows, schema=ARTICLE_SECTIONS)))
    assert scored == score_elsewhere(f"{MODEL_VERSION} v", taxonomy, pack(pa.table(rows, schema=ARTICLE_SECTIONS)))
    direct = make_scorer(taxonomy).score([Section("title", STRIKE), Section("body", STRIKE)]).sentences
    sentences = [row for row in unpack(scored.sentences).to_pylist() if row["article_id"] == "a"]
    assert [row["vader_score"] for row in sentences] == [sentence.vader_score for sentence in direct]
    assert scored.article_count == 2


def test_a_worker_with_other_code_refuses() -> None:
    """Two models in one table would be found out by nobody."""
    with pytest.raises(GeoriskError, match="restart the workers"):
        score_elsewhere("0.1.0 v", load_taxonomy(SEEDS), b"")
