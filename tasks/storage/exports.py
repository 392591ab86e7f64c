"""The published folder: a DuckDB file that readers open, and CSV and Parquet files of the public tables."""

from __future__ import annotations

import csv
import logging
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

from tasks.domain.run import Window
from tasks.storage.files import flush
from tasks.storage.models import Model, build, create_macros, dictionary, models
from tasks.storage.progress import Progress
from tasks.storage.warehouse import Connection, connect, scalar, transaction

log = logging.getLogger(__name__)

EXPORTS = ("theme_daily", "theme_clock_daily", "price_daily", "asset_daily", "sentence_contribution")
COPIED = (
    "raw.theme", "raw.session", "raw.instrument", "raw.source", "raw.source_fetch", "raw.article", "raw.price",
    "raw.price_offer", "raw.price_rebase", "raw.price_ask", "raw.quarantine", "raw.run_log", "raw.publication",
    "core.source_session", "quote.price_quote", "provisional.theme_clock_daily", "provisional.asset_daily",
    "provisional.sentence_contribution",
)  # fmt: skip
VINTAGE_LAYER, VIEW_LAYERS = (34, 34), (35, 49)
"""Versions are views over history in the warehouse and tables in a publication, so that what was known at an instant
is one scan there; the views and macros over them are the same in both."""

ROWS_PER_CHUNK = 1_000_000
CSV_ROWS = 2_000_000
"""More rows than a notebook loads from CSV, about 0.8 GB of receipts (docs/decisions)."""

INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"
_FORMULA = "^[=+@\\t\\r-]"


def write_signals(path: Path, warehouse: Path, threads: int) -> None:
    """Write `signals.duckdb`: the copied tables, then the views and macros, with every comment.

    The new file is the main catalog: a view made through `attach ... as p` would name `p` and break in every reader.
    """
    db = connect(path, threads, temp=path.parent / "tmp")
    try:
        db.execute(f"attach '{_escaped(warehouse)}' as warehouse (read_only)")
        for table in COPIED:
            schema = table.split(".")[0]
            db.execute(f"create schema if not exists {schema}")
            db.execute(f"create table {table} as from warehouse.{table} order by all")
        _copy_vintages(db, models(*VINTAGE_LAYER))
        db.execute("detach warehouse")
        with transaction(db):  # a thousand comments, each on disk by itself, would take seconds
            create_macros(db)
            build(db, models(*VIEW_LAYERS), {})
        db.execute("checkpoint")
    finally:
        db.close()
    flush(path)


def _copy_vintages(db: Connection, vintages: list[Model]) -> None:
    """Every version beside the instant at which it was replaced; by chunks, so that sorting stays within the memory."""
    db.execute("create schema vintage")
    parts: list[tuple[Model, Window]] = []
    for model in vintages:
        db.execute(f"create table {model.table} as from warehouse.{model.table} limit 0")
        extent = f"select count(*), min(session_date), max(session_date) from warehouse.history.{model.name}"
        count, first, last = db.execute(extent).fetchall()[0]
        chunks = Window(first, last).chunks(math.ceil(count / ROWS_PER_CHUNK)) if count else []
        parts += [(model, chunk) for chunk in chunks]
    progress = Progress(log, "copied", "parts", len(parts))
    for model, chunk in parts:
        db.execute(
            f"insert into {model.table} from warehouse.{model.table} "
            f"where session_date between $from_date and $to_date order by {', '.join(model.grain)}",
            {"from_date": chunk.from_date, "to_date": chunk.to_date},
        )
        progress.advance(1)


def write_exports(signals: Path, folder: Path, threads: int, csv_rows: int = CSV_ROWS) -> dict[str, int]:
    """Write each public table as CSV and Parquet, ordered by its key; return the rows of each.

    CSV: ISO dates, UTC instants with Z, shortest round-trip floats, empty for null; text that a spreadsheet would
    run as a formula is prefixed with an apostrophe. Parquet holds the values as they are. A table of more than
    `csv_rows` rows is whole in the Parquet file; its CSV holds the newest sessions. `README.txt` says which.
    """
    folder.mkdir()
    exported = [model for model in models(40, 40) if model.name in EXPORTS]
    progress = Progress(log, "exported", "files", 2 * len(exported))
    rows: dict[str, int] = {}
    db = connect(signals, threads, temp=folder / "tmp", read_only=True)
    try:
        contents = ""
        for model in exported:
            rows[model.name], line = _export(db, model, folder, csv_rows, lambda: progress.advance(1))
            contents += line
        (folder / "README.txt").write_text(contents, encoding="utf-8")
        flush(folder / "README.txt")
        _write_dictionary(folder / "data_dictionary.csv", [model for model in models(40, 40) if model.write == "view"])
    finally:
        db.close()
    return rows


def _export(db: Connection, model: Model, folder: Path, csv_rows: int, tell: Callable[[], None]) -> tuple[int, str]:
    """Write both files; return the table's rows and the lines that say what the files hold."""
    table, name, key = model.table, model.name, ", ".join(model.grain)
    extent = f"select count(*), min(session_date), max(session_date) from {table}"
    count, first, last = db.execute(extent).fetchall()[0]
    about, chosen = f"{name}: {count:,} rows" + (f", sessions {first} to {last}\n" if count else "\n"), ""
    if count > csv_rows:
        first = _first_in_csv(db, table, csv_rows)
        chosen = f"where session_date >= date '{first}'"
        cut = f"{name}.csv holds the sessions from {first} on, since all would be more than {csv_rows:,} rows"
        log.warning("exports/%s; %s.parquet holds all", cut, name)
        about += f"{cut}. {name}.parquet and signals.duckdb hold all.\n"
    # Ordered inside, formatted outside: the order is that of the values, not of their text.
    cells = ", ".join(_csv_cell(name, kind) for name, kind, *_ in db.execute(f"describe {table}").fetchall())
    files = {
        "csv": (f"select {cells} from (from {table} {chosen} order by {key})", "format csv, header, nullstr ''"),
        "parquet": (f"from {table} order by {key}", "format parquet, compression zstd"),
    }
    for ending, (rows, options) in files.items():
        path = folder / f"{name}.{ending}"
        db.execute(f"copy ({rows}) to '{_escaped(path)}' ({options})")
        flush(path)
        tell()
    return int(count), about


def _first_in_csv(db: Connection, table: str, csv_rows: int) -> date:
    """The first of the newest sessions that fit into the CSV together; the newest one in any case."""
    first: date = scalar(
        db,
        "select coalesce(min(session_date) filter (where row_count <= $most), max(session_date)) from (select "
        f"session_date, sum(count(*)) over (order by session_date desc) as row_count from {table} group by 1)",
        {"most": csv_rows},
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


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
