"""The published folder: a DuckDB file that readers open, and CSV and Parquet files of the public tables."""

from __future__ import annotations

import csv
from pathlib import Path

from tasks.storage.files import flush
from tasks.storage.models import Model, build, create_macros, dictionary, models
from tasks.storage.warehouse import Connection, connect, transaction

EXPORTS = ("theme_daily", "theme_clock_daily", "price_daily", "asset_daily", "sentence_contribution")
COPIED = (
    "raw.theme", "raw.session", "raw.instrument", "raw.source", "raw.source_fetch", "raw.article", "raw.price",
    "raw.price_offer", "raw.price_rebase", "raw.price_ask", "raw.quarantine", "raw.run_log", "raw.publication",
    "core.source_session", "quote.price_quote", "history.theme_clock_daily", "history.price_daily",
    "history.asset_daily", "history.sentence_contribution", "provisional.theme_clock_daily",
    "provisional.asset_daily", "provisional.sentence_contribution",
)  # fmt: skip
READER_LAYERS = (33, 49)
"""Views and macros over the copied tables; they are made anew in the published file."""

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
        db.execute("detach warehouse")
        with transaction(db):  # a thousand comments, each on disk by itself, would take seconds
            create_macros(db)
            build(db, models(*READER_LAYERS), {})
        db.execute("checkpoint")
    finally:
        db.close()
    flush(path)


def write_exports(signals: Path, folder: Path, threads: int) -> dict[str, int]:
    """Write each public table as CSV and Parquet, ordered by its key; return the rows of each.

    CSV: ISO dates, UTC instants with Z, shortest round-trip floats, empty for null; text that a spreadsheet would
    run as a formula is prefixed with an apostrophe. Parquet holds the values as they are.
    """
    folder.mkdir()
    rows: dict[str, int] = {}
    db = connect(signals, threads, temp=folder / "tmp", read_only=True)
    try:
        for model in models(40, 40):
            if model.name in EXPORTS:
                rows[model.name] = _export(db, model, folder)
        _write_dictionary(folder / "data_dictionary.csv", [model for model in models(40, 40) if model.write == "view"])
    finally:
        db.close()
    return rows


def _export(db: Connection, model: Model, folder: Path) -> int:
    described = db.execute(f"describe {model.table}").fetchall()
    cells = ", ".join(_csv_cell(name, kind) for name, kind, *_ in described)
    key = ", ".join(model.grain)
    csv_path, parquet_path = folder / f"{model.name}.csv", folder / f"{model.name}.parquet"
    # Ordered inside, formatted outside: the order is that of the values, not of their text.
    ordered = f"select * from {model.table} order by {key}"
    db.execute(f"copy (select {cells} from ({ordered})) to '{_escaped(csv_path)}' (format csv, header, nullstr '')")
    db.execute(f"copy ({ordered}) to '{_escaped(parquet_path)}' (format parquet, compression zstd)")
    flush(csv_path)
    flush(parquet_path)
    count = db.execute(f"select count(*) from {model.table}").fetchone()
    return int(count[0]) if count else 0


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
