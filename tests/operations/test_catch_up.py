"""A run begins where the last publication and what has come since ask for, and ends with the rows of a whole run."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tasks.build import build
from tasks.check import check
from tasks.collect import collect
from tasks.domain.errors import CheckFailedError
from tasks.domain.run import Run, Window
from tasks.price import price
from tasks.publish import publish
from tasks.score import score
from tasks.storage.models import SQL
from tests.pipeline import STRIKE, TALKS, Pipeline, query, small, utc, without, write_article, write_prices
from tests.tasks.test_vintages_stateful import failing_checks, small_seeds

SYMBOLS = ("BRENT", "SPY", "ITA", "EZU")
DAYS = [date(2025, 8, day) for day in (4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 18, 19)]
FIRST_NOW, NEXT_NOW = utc("2025-08-14T23:00"), utc("2025-08-15T23:00")
TABLES = ("daily.theme_clock_daily", "daily.price_daily", "asset.asset_daily", "measure.sentence_contribution")
STAMPS = {"fetched_at", "ingested_at"}

NOT_INPUTS = {
    "backfill_part": "what a backfill has built",
    "run_log": "what runs did",
    "publication": "what was published when",
    "published_input": "what is compared here",
    "incoming_article": "empty between two runs",
    "incoming_price": "empty between two runs",
    "article_section": "its texts are in the article's content_hash",
    "sentence": "made from the texts by the lexicon, whose file is compared",
    "sentence_theme": "made from the texts by the lexicon, whose file is compared",
    "theme": "its file is compared",
    "instrument": "its file is compared",
    "expected_sign": "its file is compared",
    "price_ask": "what providers were asked; what they answered is compared",
    "keyword_title": "of the research report alone",
    "placebo_daily": "of the research report alone",
    "public_index": "of the research report alone",
    "research_event": "of the research report alone",
}
"""Tables of raw of which no row decides a published one that is not compared already."""

closes = {(symbol, day): 60.0 + day.day + len(symbol) for symbol in SYMBOLS for day in DAYS[:9]}


def prices(root: Path, **changes: float) -> None:
    """The price file; `BRENT_5` names the close of 5 August."""
    given = {**closes}
    for name, value in changes.items():
        symbol, day = name.rsplit("_", 1)
        given[symbol, date(2025, 8, int(day))] = value
    write_prices(root / "prices.csv", [(*key, close) for key, close in sorted(given.items())])


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Nine sessions, published in the evening of the last."""
    root = tmp_path_factory.mktemp("catch-up") / "first"
    root.mkdir()
    for number, day in enumerate(DAYS[:9]):
        text = TALKS if number % 3 == 0 else STRIKE
        write_article(root / "articles", f"a-{number}", f"{day}T10:00:00Z", text, title=f"Report {number}")
    prices(root)
    seeds = small_seeds(root / "seeds")
    pipeline = small(root, seeds=seeds, catch_up=True)
    pipeline.publish(run_id="evening", now=FIRST_NOW)
    return pipeline


@pytest.fixture
def home(published: Pipeline, tmp_path: Path) -> Pipeline:
    """A copy of it to write to, with its inputs."""
    root = tmp_path / "root"
    shutil.copytree(published.run.home.parent, root, symlinks=True)
    there = {"home": root / "home", "articles": (str(root / "articles"),), "prices": (str(root / "prices.csv"),)}
    return Pipeline(replace(published.run, seeds=root / "seeds", **there))


def rows(pipeline: Pipeline) -> dict[str, list[tuple[Any, ...]]]:
    """The day's rows without stamps."""
    found = {}
    for table in TABLES:
        names = [name for (name, *_) in pipeline.rows(f"describe {table}") if name not in STAMPS]
        found[table] = pipeline.rows(f"select {', '.join(names)} from {table} order by all")
    begun = "(select source, min(available_at)::date as first_date from raw.article group by source)"
    found["coverage"] = pipeline.rows(
        f"select s.* from core.source_session as s left join {begun} as b using (source) "
        "where s.is_declared or s.session_date >= b.first_date order by all"
    )
    return found


def both(pipeline: Pipeline, tmp_path: Path, **changes: Any) -> Window:
    """Build on; compare with a copy of the home that builds everything; return the window that was enough."""
    whole = pipeline.copy(tmp_path / "whole")
    whole.build(**changes, catch_up=False)
    window = pipeline.build(**changes)
    found, wanted = rows(pipeline), rows(whole)
    for name, table in wanted.items():
        assert found[name] == table, name
    return window


def test_an_ordinary_evening_builds_the_last_session_again_and_the_new_one(home: Pipeline, tmp_path: Path) -> None:
    """Of prices that are published days later the sessions stay open until then: Brent's for a week."""
    write_article(tmp_path / "root" / "articles", "new", "2025-08-15T09:00:00Z", title="Report of the day")
    prices(tmp_path / "root", SPY_15=71.0)
    window = both(home, tmp_path, run_id="next", now=NEXT_NOW)
    pending = home.cell("select min(session_date) from daily.price_daily where price_status = 'pending'")
    assert window == Window(date(2025, 8, 8), date(2025, 8, 15))
    assert pending == date(2025, 8, 11)


def test_without_anything_new_nothing_changes(home: Pipeline, tmp_path: Path) -> None:
    window = both(home, tmp_path, run_id="again", now=FIRST_NOW)
    assert publish(home.run, window).counts["changed"] == 0


def test_runs_that_were_missed_are_made_up_for(home: Pipeline, tmp_path: Path) -> None:
    articles = tmp_path / "root" / "articles"
    for day in DAYS[9:]:
        write_article(articles, f"missed-{day}", f"{day}T10:00:00Z", TALKS, title=f"Missed {day}")
    window = both(home, tmp_path, run_id="next", now=utc("2025-08-19T23:00"))
    assert window.to_date == DAYS[-1]
    publish(home.run, window)
    told = home.rows(
        "select distinct session_date from signal.theme_daily where session_date > '2025-08-14' order by 1"
    )
    assert [day for (day,) in told] == [date(2025, 8, 15), *DAYS[10:]]


def late_article(root: Path) -> None:
    write_article(root / "articles", "late", "2025-08-05T12:00:00Z", TALKS, title="A late report")


def restated_price(root: Path) -> None:
    prices(root, SPY_6=99.0)


def copied_article(root: Path) -> None:
    write_article(root / "articles", "copy", "2025-08-06T12:00:00Z", STRIKE, title="Report 1")


def first_dividend(root: Path) -> None:
    (root / "dividends.csv").write_text("symbol,ex_date,amount,currency\nSPY,2025-08-12,0.5,USD\n", encoding="utf-8")


def changed_lexicon(root: Path) -> None:
    path = root / "seeds" / "lexicon.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("struck")), encoding="utf-8")


def changed_sign(root: Path) -> None:
    path = root / "seeds" / "clocks.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("16:30,15", "16:00,15"), encoding="utf-8")


@pytest.mark.parametrize(
    ("event", "first"),
    [
        (late_article, date(2025, 8, 4)),
        (restated_price, date(2025, 8, 5)),
        (copied_article, date(2025, 8, 5)),
        (first_dividend, date(2025, 8, 4)),
        (changed_lexicon, date(2025, 8, 4)),
        (changed_sign, date(2025, 8, 4)),
    ],
)
def test_what_changes_the_past_opens_it(
    home: Pipeline, tmp_path: Path, event: Callable[[Path], None], first: date
) -> None:
    root = tmp_path / "root"
    home.run = replace(home.run, prices=(str(root),))
    event(root)
    window = both(home, tmp_path, run_id="next", now=NEXT_NOW)
    assert window == Window(first, date(2025, 8, 15))


@pytest.mark.parametrize("station", ["collect", "price", "chunk", "check"])
def test_what_a_broken_run_left_is_made_up_for(home: Pipeline, tmp_path: Path, station: str) -> None:
    """The run of the 15th ends after a station, or amid the chunks of one; the run of the 18th knows nothing of it."""
    late_article(tmp_path / "root")
    broken = replace(home.run, run_id="broken", now=NEXT_NOW)
    run_until(broken, station, tmp_path)
    window = both(home, tmp_path, run_id="next", now=utc("2025-08-18T23:00"))
    assert window == Window(date(2025, 8, 4), date(2025, 8, 18))


def test_what_time_alone_settles_is_published_also_after_a_run_that_built_and_did_not_publish(
    home: Pipeline, tmp_path: Path
) -> None:
    """Brent's closes were due a week later. The run that saw them overdue ended in a failed check."""
    whole = home.copy(tmp_path / "whole")
    newest = "select * exclude (as_of_at, run_id, fetched_at) from signal.price_daily order by all"
    assert "pending" in {status for (status,) in home.rows("select price_status from signal.price_daily")}
    run_until(replace(home.run, run_id="broken", now=utc("2025-08-26T23:00")), "check", tmp_path)
    later = utc("2025-08-27T23:00")
    home.publish(run_id="next", now=later)
    whole.publish(run_id="next", now=later, catch_up=False)
    assert home.rows(newest) == whole.rows(newest)


@pytest.mark.parametrize("station", ["chunk", "check"])
def test_what_a_broken_run_of_another_lexicon_left_is_built_again(home: Pipeline, tmp_path: Path, station: str) -> None:
    """Then the lexicon is put back, and nothing is left that differs from what was published."""
    other = tmp_path / "seeds"
    shutil.copytree(home.run.seeds, other)
    lines = (other / "lexicon.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (other / "lexicon.csv").write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")
    undisturbed = home.copy(tmp_path / "undisturbed")
    run_until(replace(home.run, run_id="broken", now=NEXT_NOW, seeds=other), station, tmp_path)
    home.build(run_id="next", now=NEXT_NOW)
    undisturbed.build(run_id="next", now=NEXT_NOW)
    for table in ("core.voice", "measure.theme_score", "pressure.theme_pressure"):
        assert home.rows(f"from {table} order by all") == undisturbed.rows(f"from {table} order by all"), table
    assert rows(home) == rows(undisturbed)


def test_sessions_that_were_built_and_not_published_have_no_coverage(home: Pipeline, tmp_path: Path) -> None:
    """The clock of the broken run was eleven days ahead."""
    run_until(replace(home.run, run_id="broken", now=utc("2025-08-26T23:00")), "chunk", tmp_path)
    signals = home.publish(run_id="next", now=NEXT_NOW) / "signals.duckdb"
    newest = "select max(session_date) from signal."
    assert query(signals, f"{newest}coverage") == query(signals, f"{newest}theme_daily") == [(date(2025, 8, 15),)]


def run_until(run: Run, station: str, tmp_path: Path) -> None:
    collect(run)
    if station == "collect":
        return
    score(run)
    window = price(run).window
    assert window is not None
    if station == "price":
        return
    if station == "chunk":
        with without(run, "theme"), pytest.raises(duckdb.CatalogException, match="theme"):
            build(run, window, articles_per_chunk=1)
        return
    build(run, window)
    with pytest.raises(CheckFailedError):
        check(run, window, failing_checks(tmp_path / "checks"))


def test_a_part_that_was_asked_for_settles_only_what_it_covers(home: Pipeline, tmp_path: Path) -> None:
    """Published up to the 8th alone, the sessions after it still follow from the late article."""
    late_article(tmp_path / "root")
    home.publish(run_id="part", now=NEXT_NOW, from_date=DAYS[0], to_date=date(2025, 8, 8))
    home.run = replace(home.run, from_date=None, to_date=None)
    window = both(home, tmp_path, run_id="next", now=NEXT_NOW + timedelta(hours=1))
    assert window.from_date == date(2025, 8, 4)


def test_a_new_lexicon_published_from_a_chosen_date_stays_so(home: Pipeline, tmp_path: Path) -> None:
    """The person who asked for `--from` decided what is restated; the next run does not undo it."""
    changed_lexicon(tmp_path / "root")
    home.publish(run_id="restated", now=NEXT_NOW, from_date=date(2025, 8, 12))
    home.publish(run_id="next", now=utc("2025-08-18T23:00"), from_date=None)
    window = home.reports["price"].window
    assert window is not None
    assert window.from_date >= date(2025, 8, 7)
    versions = home.rows("select min(session_date) from history.theme_clock_daily where run_id in ('restated', 'next')")
    assert versions == [(window.from_date,)]


def test_an_earlier_first_article_lengthens_the_range(home: Pipeline, tmp_path: Path) -> None:
    write_article(tmp_path / "root" / "articles", "older", "2025-08-01T10:00:00Z", TALKS, title="An older report")
    assert both(home, tmp_path, run_id="next", now=NEXT_NOW).from_date == date(2025, 8, 1)


def test_every_table_that_is_loaded_is_compared_or_no_input() -> None:
    """A new table belongs into sql/catch_up/input_digest.sql, or, with a reason, into the list above."""
    made = "".join(path.read_text(encoding="utf-8") for path in sorted((SQL / "00_raw").glob("*.sql")))
    tables = set(re.findall(r"create table raw\.(\w+)", made))
    compared = set(re.findall(r"raw\.(\w+)", (SQL / "catch_up" / "input_digest.sql").read_text(encoding="utf-8")))
    assert tables - compared == set(NOT_INPUTS)
