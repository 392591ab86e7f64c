"""The files beside `signals.duckdb`: CSV and Parquet of the public tables, and what their columns mean."""

from __future__ import annotations

import csv
import logging
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tasks.storage.files import flush
from tasks.storage.models import Model, dictionary, models
from tasks.storage.progress import Progress
from tasks.storage.signals_file import RECEIPTS
from tasks.storage.warehouse import Connection, connect, literal, scalar

log = logging.getLogger(__name__)

EXPORTS = ("theme_daily", "theme_clock_daily", "price_daily", "asset_daily", RECEIPTS)
MOST_ROWS: Mapping[str, int] = {RECEIPTS: 100_000}
"""Of the one table that grows with the news, what its two files hold: about 40 MB of CSV (docs/decisions)."""

INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"
_FORMULA = "^[=+@\\t\\r-]"
PARQUET = "format parquet, compression zstd"


@dataclass(frozen=True, slots=True)
class EarlierExports:
    """The exports of an earlier publication.

    Args:
        folder: its `exports`.
        changed: months ("2025-08") whose receipts may be others now.
    """

    folder: Path
    changed: frozenset[str]


def write_exports(
    signals: Path,
    folder: Path,
    threads: int,
    earlier: EarlierExports | None = None,
    most_rows: Mapping[str, int] = MOST_ROWS,
) -> dict[str, int]:
    """Write each public table as CSV and Parquet, ordered by its key; return the rows of each.

    CSV: ISO dates, UTC instants with Z, shortest round-trip floats, empty for null; text that a spreadsheet would
    run as a formula is prefixed with an apostrophe. Parquet holds the values as they are. Of a table with more rows
    than `most_rows` says, both hold the newest sessions, and a folder of its name holds all, a Parquet file a month;
    months that did not change are links to the files of `earlier`. `README.txt` says what is where.
    """
    folder.mkdir()
    exported = [model for model in models(40, 40) if model.name in EXPORTS]
    progress = Progress(log, "exported", "files", 2 * len(exported))
    rows: dict[str, int] = {}
    db = connect(signals, threads, temp=folder / "tmp", read_only=True)
    try:
        contents = ""
        for model in exported:
            most = most_rows.get(model.name)
            rows[model.name], line = _export(db, model, folder, most, earlier, lambda: progress.advance(1))
            contents += line
        (folder / "README.txt").write_text(contents, encoding="utf-8")
        flush(folder / "README.txt")
        _write_dictionary(folder / "data_dictionary.csv", [model for model in models(40, 40) if model.write == "view"])
    finally:
        db.close()
    return rows


def _export(
    db: Connection,
    model: Model,
    folder: Path,
    most: int | None,
    earlier: EarlierExports | None,
    tell: Callable[[], None],
) -> tuple[int, str]:
    """Write the table's files; return its rows and the lines that say what the files hold."""
    table, name, key = model.table, model.name, ", ".join(model.grain)
    extent = f"select count(*), min(session_date), max(session_date) from {table}"
    count, first, last = db.execute(extent).fetchall()[0]
    about, chosen = f"{name}: {count:,} rows" + (f", sessions {first} to {last}\n" if count else "\n"), ""
    if most is not None and count > most:
        first = _first_that_fits(db, table, most)
        chosen = f"where session_date >= date '{first}'"
        cut = f"{name}.csv and {name}.parquet hold the sessions from {first} on: all would be more than {most:,} rows"
        log.info("exports/%s; %s/ holds all by month", cut, name)
        about += f"{cut}. {name}/*.parquet, a file a month, and signals.duckdb hold all.\n"
        _export_months(db, model, folder / name, earlier)
    # Ordered inside, formatted outside: the order is that of the values, not of their text.
    cells = ", ".join(_csv_cell(name, kind) for name, kind, *_ in db.execute(f"describe {table}").fetchall())
    files = {
        "csv": (f"select {cells} from (from {table} {chosen} order by {key})", "format csv, header, nullstr ''"),
        "parquet": (f"from {table} {chosen} order by {key}", PARQUET),
    }
    for ending, (rows, options) in files.items():
        path = folder / f"{name}.{ending}"
        db.execute(f"copy ({rows}) to {literal(path)} ({options})")
        flush(path)
        tell()
    return int(count), about


def _export_months(db: Connection, model: Model, folder: Path, earlier: EarlierExports | None) -> None:
    """One Parquet file a month; a month as it was is the earlier publication's file under another name."""
    folder.mkdir()
    table, key = model.table, ", ".join(model.grain)
    months = db.execute(
        f"select strftime(session_date, '%Y-%m') as month, min(session_date), max(session_date) from {table} "
        "group by month order by month"
    ).fetchall()
    for month, first, last in months:
        path = folder / f"{month}.parquet"
        known = earlier.folder / model.name / path.name if earlier and month not in earlier.changed else None
        if known and known.exists():
            _link(known, path)
            continue
        rows = f"from {table} where session_date between date '{first}' and date '{last}' order by {key}"
        db.execute(f"copy ({rows}) to {literal(path)} ({PARQUET})")
        flush(path)


def _link(known: Path, path: Path) -> None:
    """Give a finished file a second name, or copy it where the disk knows no such thing."""
    try:
        os.link(known, path)
    except OSError:
        shutil.copyfile(known, path)
        flush(path)


def _first_that_fits(db: Connection, table: str, most: int) -> date:
    """The first of the newest sessions that fit together; the newest one in any case."""
    first: date = scalar(
        db,
        "select coalesce(min(session_date) filter (where row_count <= $most), max(session_date)) from (select "
        f"session_date, sum(count(*)) over (order by session_date desc) as row_count from {table} group by 1)",
        {"most": most},
    )
    return first


def _csv_cell(name: str, kind: str) -> str:
    if kind == "TIMESTAMP":
        return f"strftime({name}, '{INSTANT}') as {name}"
    if kind == "VARCHAR":
        return f"if(regexp_matches({name}, '{_FORMULA}'), '''' || {name}, {name}) as {name}"
    return name


def _write_dictionary(path: Path, views: list[Model]) -> None:
    """`data_dictionary.csv`: every column of every public view, with type, unit and meaning."""
    tables = dictionary()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["table", "column", "type", "unit", "nullable", "comment"])
        for view in views:
            columns = [*tables[view.columns_of], *(tables["*"] if view.name.endswith("_vintage") else ())]
            for column in columns:
                nullable = str(column.nullable).lower()
                writer.writerow([view.name, column.name, column.type, column.unit, nullable, column.comment])
    flush(path)
