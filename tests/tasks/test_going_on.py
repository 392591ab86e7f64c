"""A publication goes on from the last one, and holds what one written anew would hold."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tasks.storage.exports import write_exports
from tasks.storage.signals_file import Earlier, write_signals
from tests.pipeline import STRIKE, TALKS, Pipeline, another_process, exports, query, small, utc, write_article

NOON, EVENING, NEXT_NOON = (utc(f"2025-08-{at}") for at in ("18T12:30", "18T21:30", "19T12:30"))
"""Frankfurt has opened and New York has not closed; all have closed; the next day the same."""


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Four publications: provisional rows, their end, a late article, and provisional rows."""
    root = tmp_path_factory.mktemp("two-days")
    write_article(root / "articles", "strike", "2025-08-15T09:00:00Z", STRIKE)
    write_article(root / "articles", "talks", "2025-08-18T05:00:00Z", TALKS)
    pipeline = small(root, now="2025-08-18T12:30")
    pipeline.publish(run_id="noon")
    pipeline.publish(run_id="evening", now=EVENING)
    write_article(root / "articles", "late", "2025-08-15T08:00:00Z", f"{TALKS} Again.")
    pipeline.publish(run_id="late", now=NEXT_NOON.replace(hour=6))
    write_article(root / "articles", "fresh", "2025-08-19T05:00:00Z", f"{STRIKE} Once more.")
    pipeline.publish(run_id="next", now=NEXT_NOON)
    return pipeline


def everything(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table and view of a published file."""
    names = query(path, "select table_schema || '.' || table_name from information_schema.tables order by all")
    return {name: sorted(query(path, f"from {name}"), key=repr) for (name,) in names}


def test_it_holds_what_one_written_anew_holds(two_days: Pipeline, tmp_path: Path) -> None:
    published = two_days.home.published.resolve()
    write_signals(tmp_path / "anew.duckdb", two_days.home.warehouse, 2)
    write_exports(tmp_path / "anew.duckdb", tmp_path / "exports", 2)
    anew, found = everything(tmp_path / "anew.duckdb"), everything(published / "signals.duckdb")
    last = [row for row in anew["raw.run_log"] if row not in found["raw.run_log"]]
    assert [row[:2] for row in last] == [("next", "publish")], "logged when the file stood"
    for table in anew:
        if table not in ("raw.run_log", "signal.run_log"):
            assert found[table] == anew[table], table
    assert exports(published, "*.csv") == exports(tmp_path, "*.csv")
    assert exports(published, "*.parquet") == exports(tmp_path, "*.parquet")
    comments = "select schema_name, view_name, comment from duckdb_views() where not internal order by all"
    assert query(published / "signals.duckdb", comments) == query(tmp_path / "anew.duckdb", comments)


def test_it_tells_which_months_of_receipts_may_differ(two_days: Pipeline, tmp_path: Path) -> None:
    earlier = Earlier(two_days.home.published.resolve(), NEXT_NOON)
    same = write_signals(tmp_path / "signals.duckdb", two_days.home.warehouse, 1, earlier)
    assert same == {"2025-08"}, "the provisional receipts of the 19th"


def test_a_receipt_of_an_open_session_stands_once_and_goes_when_it_closes(two_days: Pipeline) -> None:
    key = "session_date, theme, clock, article_id, sentence_no"
    table = "provisional.sentence_contribution"
    assert two_days.cell(f"select count(*) = count(distinct ({key})) and not bool_or(is_removed) from {table}")
    assert two_days.rows(f"select distinct session_date from {table}") == [(date(2025, 8, 19),)]


def _nothing(home: Path) -> None:
    """Leave the home as it is."""


def _cut(home: Path) -> None:
    path = home / "published" / "signals.duckdb"
    path.write_bytes(path.read_bytes()[:4096])


def _change(path: Path, sql: str) -> None:
    with duckdb.connect(str(path)) as db:
        db.execute(sql)


WRITTEN_ANEW: dict[str, tuple[Callable[[Path], None], str]] = {
    "a month later": (_nothing, "2025-09-01T00:00"),
    "a clock set back a month": (_nothing, "2025-07-31T00:00"),
    "no file": (lambda home: (home / "published" / "signals.duckdb").unlink(), "2025-08-19T12:30"),
    "a file that was cut": (_cut, "2025-08-19T12:30"),
    "a file of an older version": (
        lambda home: _change(home / "published" / "signals.duckdb", "drop table vintage.layout"), "2025-08-19T12:30",
    ),
    "versions written otherwise": (
        lambda home: _change(home / "published" / "signals.duckdb", "update vintage.layout set layout = 'other'"),
        "2025-08-19T12:30",
    ),
    "versions with other columns": (
        lambda home: _change(
            home / "published" / "signals.duckdb", "alter table vintage.price_daily rename close to other"
        ),
        "2025-08-19T12:30",
    ),
    "a warehouse restored from before": (
        lambda home: _change(home / "warehouse.duckdb", "delete from history.theme_clock_daily where run_id = 'late'"),
        "2025-08-19T12:30",
    ),
    "a warehouse of other runs": (
        lambda home: _change(home / "warehouse.duckdb", "update history.theme_clock_daily set run_id = 'x' where "
                                                        "run_id = 'evening'"), "2025-08-19T12:30",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRITTEN_ANEW)
def test_everything_is_written_anew_where_the_last_file_cannot_be_trusted(
    two_days: Pipeline, tmp_path: Path, what: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(two_days.run.home, home, symlinks=True)
    spoil, now = WRITTEN_ANEW[what]
    spoil(home)
    earlier = Earlier((home / "published").resolve(), utc(now))
    assert write_signals(tmp_path / "signals.duckdb", home / "warehouse.duckdb", 1, earlier) is None
    count = "select count(*) from {}.theme_clock_daily"
    assert query(tmp_path / "signals.duckdb", count.format("vintage")) == query(
        home / "warehouse.duckdb", count.format("history")
    )


def test_everything_is_written_anew_while_somebody_writes_in_the_last_file(two_days: Pipeline, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(two_days.run.home, home, symlinks=True)
    earlier = Earlier((home / "published").resolve(), NEXT_NOON)
    with another_process("db = duckdb.connect(sys.argv[1])", earlier.folder / "signals.duckdb"):
        assert write_signals(tmp_path / "signals.duckdb", home / "warehouse.duckdb", 1, earlier) is None


def test_a_publication_that_was_not_finished_is_made_up_for(two_days: Pipeline, tmp_path: Path) -> None:
    """History was appended, the file was not written: the next one holds both runs' versions."""
    again = two_days.copy(tmp_path / "home")
    again.run = replace(again.run, run_id="unfinished", now=NEXT_NOON.replace(hour=21, minute=30))
    before = again.home.published.resolve()
    unfinished = again.publish()
    again.home.published.unlink()
    again.home.published.symlink_to(Path("publications") / before.name)
    shutil.rmtree(unfinished)
    again.publish(run_id="after")
    write_signals(tmp_path / "anew.duckdb", again.home.warehouse, 1)
    for table in ("vintage.theme_clock_daily", "vintage.sentence_contribution", "signal.restatement"):
        sql = f"from {table} order by all"
        assert query(again.home.published / "signals.duckdb", sql) == query(tmp_path / "anew.duckdb", sql)
