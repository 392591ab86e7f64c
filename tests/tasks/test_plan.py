"""A dry run says what the run then does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tasks.collect import collect
from tasks.domain.errors import ClockError, ConfigError, GeoriskError, SourceError
from tasks.domain.run import Run
from tasks.plan import planned_window, run_plan
from tasks.price import price
from tasks.storage.seeds import load_taxonomy
from tests.pipeline import SEEDS, TALKS, Pipeline, utc, write_article, write_prices

DAYS = ("2025-08-14", "2025-08-15", "2025-08-18", "2025-08-19")
NEW_YORK_IS_CLOSED = utc("2025-08-19T21:30:00")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    write_article(tmp_path / "news", "one", "2025-08-14T10:00:00Z")
    write_article(tmp_path / "news", "two", "2025-08-16T10:00:00Z", TALKS)
    prices = write_prices(tmp_path / "prices.csv", [("BRENT", day, 66 + number) for number, day in enumerate(DAYS)])
    return Run(
        "planned", NEW_YORK_IS_CLOSED, tmp_path / "home", (str(tmp_path / "news"),), (str(prices),), SEEDS
    )  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"from_date": date(2025, 8, 15)},
        {"to_date": date(2025, 8, 16)},
        {"from_date": date(2025, 8, 1), "to_date": date(2025, 8, 18)},
        {"now": utc("2025-08-16T12:00:00")},
        {"now": utc("2025-08-15T12:00:00")},
        {"now": utc("2025-08-18T06:00:00"), "to_date": date(2025, 12, 31)},
    ],
    ids=str,
)
def test_the_planned_sessions_are_those_of_the_run(run: Run, asked: dict[str, date]) -> None:
    run = replace(run, **asked)  # type: ignore[arg-type]
    planned = planned_window(run, load_taxonomy(run.seeds), date(2025, 8, 14))
    assert f"sessions {planned.from_date} to {planned.to_date}," in dict(run_plan(run))["would build"]
    assert not run.home.exists()
    told = [text for _, text in run_plan(run)]
    counts = collect(run).counts
    assert f"2 article files: {counts['new']} articles, {counts['quarantined']} set aside" in told
    assert price(run).window == planned


def test_a_window_that_holds_no_session_is_refused_by_both(run: Run) -> None:
    run = replace(run, from_date=date(2025, 8, 16), to_date=date(2025, 8, 17))
    with pytest.raises(ConfigError, match="no session has closed between") as planned:
        run_plan(run)
    collect(run)
    with pytest.raises(ConfigError) as done:
        price(run)
    assert str(done.value) == str(planned.value)


@pytest.mark.parametrize(
    ("change", "kind", "rule"),
    [
        ({"articles": ("seeds", "more")}, ConfigError, "need a --home each"),
        ({"articles": ("nowhere",)}, SourceError, "nowhere does not exist"),
        ({"prices": ("nowhere.csv",)}, SourceError, "nowhere.csv does not exist"),
    ],
)
def test_what_ends_the_run_ends_the_plan(
    run: Run, change: dict[str, tuple[str, ...]], kind: type[GeoriskError], rule: str
) -> None:
    with pytest.raises(kind, match=rule):
        run_plan(replace(run, **change))  # type: ignore[arg-type]


def test_nothing_readable_is_told_with_the_first_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "x.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(SourceError, match=r"no article could be read, 1 set aside; the first one: .*x.txt"):
        run_plan(replace(run, articles=(str(tmp_path / "bad"),)))


def test_a_home_that_is_there_counts(demo: Pipeline, run: Run) -> None:
    told = run_plan(replace(demo.run, catch_up=True))
    words = " ".join(text for _, text in told)
    assert "133 articles are stored in the home already" in words
    assert "begins at the first session that anything new can change" in words
    assert "MB now" in words
    with pytest.raises(ConfigError, match="holds the embedded demonstration"):
        run_plan(replace(run, home=demo.run.home))
    with pytest.raises(ClockError, match="lies before the newest publication"):
        run_plan(replace(demo.run, now=utc("2025-08-01T00:00:00")))


def test_live_sources_are_named_and_not_asked(run: Run) -> None:
    told = run_plan(replace(run, articles=("feeds",), prices=("live",)))
    words = " ".join(text for _, text in told)
    assert "live sources (not asked now)" in words
    assert "instruments (not asked now)" in words
    assert ("would build", "from the first item that the live sources bring") in told
