import csv
import logging
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from tasks.domain.run import Run
from tasks.storage.exports import EXPORTS, EarlierExports, write_exports
from tasks.storage.files import Home
from tasks.storage.models import APPENDED_LAYERS, append_changed, build, create_macros, dictionary, models
from tasks.storage.signals_file import COPIED, VINTAGE_LAYER, write_signals
from tasks.storage.warehouse import connect, naive_utc, open_warehouse

ORDERED = sorted(EXPORTS)
DEFAULTS = {"date": "2025-08-18", "timestamp": "2025-08-18 20:00", "varchar": "x", "boolean": "false"}


@pytest.fixture
def signals(tmp_path: Path) -> Path:
    """A published file whose public tables are empty tables of the dictionary."""
    path = tmp_path / "it's" / "signals.duckdb"
    path.parent.mkdir()
    with connect(path, 1, temp=tmp_path / "tmp") as db:
        db.execute("create schema signal")
        for model in models(40, 40):
            if model.name in EXPORTS:
                cells = ", ".join(f"{column.name} {column.type}" for column in dictionary()[model.columns_of])
                db.execute(f"create table signal.{model.name} ({cells})")
    return path


def put(signals: Path, table: str, rows: Sequence[dict[str, Any]]) -> None:
    with connect(signals, 1, temp=signals.parent / "tmp") as db:
        for changes in rows:
            cells = {c.name: changes.get(c.name, DEFAULTS.get(c.type, 0)) for c in dictionary()[table]}
            assert {*changes} <= {*cells}
            db.execute(f"insert into signal.{table} values ({', '.join('?' * len(cells))})", list(cells.values()))


def exported(signals: Path, table: str) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """The rows of the CSV as text, and those of the Parquet file as values."""
    folder = signals.parent / "exports"
    write_exports(signals, folder, 1)
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), pq.read_table(folder / f"{table}.parquet").to_pylist()


def test_an_empty_publication_has_files_with_columns(signals: Path) -> None:
    folder = signals.parent / "exports"
    assert write_exports(signals, folder, 1) == dict.fromkeys(EXPORTS, 0)
    for table in EXPORTS:
        source = "theme_clock_daily" if table == "theme_daily" else table
        names = [column.name for column in dictionary()[source]]
        assert (folder / f"{table}.csv").read_text(encoding="utf-8") == ",".join(names) + "\n"
        assert pq.read_schema(folder / f"{table}.parquet").names == names
    suffixes = sorted(path.suffix for path in folder.iterdir() if path.is_file())
    assert suffixes == [".csv"] * 6 + [".parquet"] * 5 + [".txt"]
    assert (folder / "README.txt").read_text(encoding="utf-8").splitlines() == [f"{name}: 0 rows" for name in ORDERED]


def test_values_are_written_for_machines(signals: Path) -> None:
    seen = datetime.fromisoformat("2025-08-18T20:00:00.000001")
    values = {"close": 0.1 + 0.2, "beta": None, "is_nonsynchronous": True, "as_of_at": seen, "benchmark_symbol": None}
    put(signals, "price_daily", [values])
    (text,), (parquet,) = exported(signals, "price_daily")
    assert text["session_date"] == "2025-08-18"
    assert text["as_of_at"] == "2025-08-18T20:00:00.000001Z"
    assert text["price_available_at"] == "2025-08-18T20:00:00.000000Z"
    assert (text["close"], float(text["close"])) == ("0.30000000000000004", 0.1 + 0.2)
    assert (text["beta"], text["benchmark_symbol"], text["is_nonsynchronous"]) == ("", "", "true")
    assert {name: parquet[name] for name in values} == values
    assert parquet["session_date"] == date(2025, 8, 18)


def test_rows_stand_in_the_order_of_their_key(signals: Path) -> None:
    days = ("2025-08-19", "2025-08-18")
    put(signals, "price_daily", [{"session_date": day, "symbol": symbol} for day in days for symbol in ("b", "a", "B")])
    text, parquet = exported(signals, "price_daily")
    expected = [(day, symbol) for day in reversed(days) for symbol in ("B", "a", "b")]
    assert [(row["session_date"], row["symbol"]) for row in text] == expected
    assert [(str(row["session_date"]), row["symbol"]) for row in parquet] == expected


def test_numbers_of_a_key_are_ordered_as_numbers(signals: Path) -> None:
    put(signals, "sentence_contribution", [{"sentence_no": number} for number in (10, 9, 100)])
    text, _ = exported(signals, "sentence_contribution")
    assert [row["sentence_no"] for row in text] == ["9", "10", "100"]


@pytest.mark.parametrize("start", ["=", "+", "@", "-", "\t", "\r"])
def test_csv_text_that_a_spreadsheet_would_run_is_defused(signals: Path, start: str) -> None:
    put(signals, "sentence_contribution", [{"text": f'{start}1+"cmd",\nnext', "score": -0.5}])
    (text,), (parquet,) = exported(signals, "sentence_contribution")
    assert text["text"] == f'\'{start}1+"cmd",\nnext'
    assert float(text["score"]) == -0.5
    assert parquet["text"] == f'{start}1+"cmd",\nnext'


@pytest.mark.parametrize(
    ("most", "held"),
    [
        (6, ["2025-08-18"] * 3 + ["2025-08-19", "2025-08-20", "2025-08-20"]),
        (5, ["2025-08-19", "2025-08-20", "2025-08-20"]),
        (3, ["2025-08-19", "2025-08-20", "2025-08-20"]),
        (2, ["2025-08-20", "2025-08-20"]),
        (1, ["2025-08-20", "2025-08-20"]),
    ],
)
def test_a_large_table_keeps_whole_newest_sessions_in_its_files_and_says_so(
    signals: Path, caplog: pytest.LogCaptureFixture, most: int, held: list[str]
) -> None:
    """The files by month hold every row; the newest session is never cut."""
    caplog.set_level(logging.INFO, "tasks.storage.exports")
    put(signals, "price_daily", [{"session_date": "2025-08-20", "symbol": symbol} for symbol in "AB"])
    put(signals, "price_daily", [{"session_date": "2025-08-19", "symbol": "A"}])
    put(signals, "price_daily", [{"session_date": "2025-08-18", "symbol": symbol} for symbol in "ABC"])
    folder = signals.parent / "exports"
    assert write_exports(signals, folder, 1, most_rows={"price_daily": most})["price_daily"] == 6
    with (folder / "price_daily.csv").open(encoding="utf-8", newline="") as file:
        assert [row["session_date"] for row in csv.DictReader(file)] == held
    assert [str(day) for day in pq.read_table(folder / "price_daily.parquet")["session_date"].to_pylist()] == held
    told = [line for line in (folder / "README.txt").read_text(encoding="utf-8").splitlines() if "price_daily" in line]
    assert told[0] == "price_daily: 6 rows, sessions 2025-08-18 to 2025-08-20"
    files = "price_daily.csv and price_daily.parquet"
    cut = f"{files} hold the sessions from {held[0]} on: all would be more than {most} rows"
    where = "price_daily/*.parquet, a file a month, and signals.duckdb hold all."
    assert told[1:] == ([f"{cut}. {where}"] if most < 6 else [])
    assert caplog.messages == ([f"exports/{cut}; price_daily/ holds all by month"] if most < 6 else [])
    by_month = {path.name: pq.read_table(path).num_rows for path in (folder / "price_daily").glob("*")}
    assert by_month == ({"2025-08.parquet": 6} if most < 6 else {})


def test_a_month_that_did_not_change_is_the_earlier_publication_s_file(signals: Path) -> None:
    months = ("2025-06", "2025-07", "2025-08")
    put(signals, "price_daily", [{"session_date": f"{month}-18", "symbol": "A"} for month in months])
    first, second = signals.parent / "first", signals.parent / "second"
    write_exports(signals, first, 1, most_rows={"price_daily": 1})
    (first / "price_daily" / "2025-06.parquet").unlink()
    earlier = EarlierExports(first, frozenset({"2025-08"}))
    write_exports(signals, second, 1, earlier, most_rows={"price_daily": 1})
    links = {path.name: path.stat().st_nlink for path in sorted((second / "price_daily").iterdir())}
    assert links == {"2025-06.parquet": 1, "2025-07.parquet": 2, "2025-08.parquet": 1}
    shutil.rmtree(first)
    assert [pq.read_table(second / "price_daily" / name).num_rows for name in links] == [1, 1, 1]


def test_the_dictionary_tells_every_column_of_every_public_view(signals: Path) -> None:
    write_exports(signals, signals.parent / "exports", 1)
    with (signals.parent / "exports" / "data_dictionary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = {table: [row["column"] for row in rows if row["table"] == table] for table in (row["table"] for row in rows)}
    assert told["theme_daily"] == [column.name for column in dictionary()["theme_clock_daily"]]
    assert told["price_daily_vintage"] == [*told["price_daily"], "is_removed", "superseded_at"]
    assert {*EXPORTS, "coverage", "run_log", "restatement", "theme_latest"} <= {*told}
    assert all(row["comment"] and row["unit"] and row["nullable"] in ("true", "false") for row in rows)


# --- signals.duckdb


@pytest.fixture
def published(run: Run) -> Path:
    """The published file of a warehouse that holds no news: every table exists and is empty."""
    with open_warehouse(run) as db:
        create_macros(db)
        for schema, table in (("core", "source_session"), ("quote", "price_quote")):
            db.execute(f"create schema {schema}")
            cells = ", ".join(f"{column.name} {column.type}" for column in dictionary()[table])
            db.execute(f"create table {schema}.{table} ({cells})")
        for model in models(*APPENDED_LAYERS):
            empty = ", ".join(f"null as {column.name}" for column in dictionary()[model.columns_of])
            stamps = {"as_of_at": naive_utc(run.now), "run_id": run.run_id}
            window = {"from_date": date(2025, 8, 18), "to_date": date(2025, 8, 18)}
            append_changed(db, replace(model, body=f"select {empty} limit 0"), {**window, **stamps})
        build(db, models(*VINTAGE_LAYER), {})
    path = run.home / "it's" / "signals.duckdb"
    path.parent.mkdir()
    write_signals(path, Home(run.home).warehouse, 1)
    return path


def test_a_published_file_is_one_file_that_opens_anywhere(published: Path) -> None:
    assert [path.name for path in published.parent.iterdir()] == ["signals.duckdb"]
    moved = published.rename(published.with_name("copy.duckdb"))
    with duckdb.connect(str(moved), read_only=True) as db:
        tables = {f"{schema}.{name}" for schema, name in db.execute(
            "select schema_name, table_name from duckdb_tables()").fetchall()}  # fmt: skip
        assert tables == {*COPIED, *(model.table for model in models(*VINTAGE_LAYER)), "vintage.layout"}
        assert db.execute("select count(*) from signal.theme_daily").fetchone() == (0,)


def test_every_view_and_macro_reads_also_through_attach(published: Path) -> None:
    views = [model for model in models(40, 40) if model.write == "view"]
    macros = [model for model in models(40, 40) if model.write.startswith("macro")]
    assert len(views) > 10
    assert len(macros) == 3
    calls = [*(view.table for view in views), *(f"{macro.table}(timestamp '2025-09-01')" for macro in macros)]
    with duckdb.connect() as db:
        path = str(published).replace("'", "''")
        db.execute(f"attach '{path}' as elsewhere (read_only)")
        db.execute("use elsewhere")
        for call in calls:
            db.execute(f"from {call}").fetchall()


def test_tables_columns_and_views_carry_their_comments(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as db:
        bare = db.execute("select view_name from duckdb_views() where not internal and comment is null").fetchall()
        assert bare == []
        columns = db.execute(
            "select column_name from duckdb_columns() where schema_name = 'signal' and table_name = 'theme_daily' "
            "and comment is null"
        ).fetchall()
        assert columns == []
