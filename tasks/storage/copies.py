"""Copy every table of a warehouse: into Parquet files that any tool reads, or into a fresh file without free blocks."""

from __future__ import annotations

import csv
from pathlib import Path

from tasks.storage.files import flush
from tasks.storage.warehouse import Connection, connect, literal


def user_tables(db: Connection, database: str) -> list[tuple[str, str, str]]:
    """(schema, name, create statement) of every table that is no temporary one."""
    rows = db.execute(
        "select schema_name, table_name, sql from duckdb_tables() "
        "where not temporary and database_name = $name order by all",
        {"name": database},
    ).fetchall()
    return [(str(schema), str(name), str(sql)) for schema, name, sql in rows]


def table_counts(db: Connection) -> dict[str, int]:
    """Rows of every table; each value is read, so that a damaged block is found.

    Raises:
        duckdb.Error: one is.
    """
    counts = {}
    for schema, name, _ in user_tables(db, _database(db)):
        table = f"{_quoted(schema)}.{_quoted(name)}"
        row = db.execute(f"select count(*), sum(hash(t)) from {table} as t").fetchone()
        counts[f"{schema}.{name}"] = int(row[0]) if row else 0
    return counts


def write_parquet(db: Connection, folder: Path) -> dict[str, int]:
    """Write every table to `<schema>.<table>.parquet`, and `load.sql`, which makes a DuckDB file of them again.

    Returns:
        The rows of each table.
    """
    database = _database(db)
    lines, counts = [], {}
    for schema, name, sql in user_tables(db, database):
        path = folder / f"{schema}.{name}.parquet"
        table = f"{_quoted(schema)}.{_quoted(name)}"
        db.execute(f"copy (from {table}) to {literal(path)} (format parquet, compression zstd)")
        flush(path)
        row = db.execute(f"select count(*) from {table}").fetchone()
        counts[f"{schema}.{name}"] = int(row[0]) if row else 0
        lines += [f"create schema if not exists {_quoted(schema)};", sql]
        lines.append(f"insert into {table} select * from '{path.name}';")
    (folder / "load.sql").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (folder / "tables.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("table", "rows"), *counts.items()])
    return counts


def rewrite(source: Path, target: Path, threads: int, temp: Path) -> None:
    """Write every table of a DuckDB file into a new one; views and macros are made anew by the next run."""
    db = connect(target, threads, temp=temp)
    try:
        db.execute(f"attach {literal(source)} as source (read_only)")
        for schema, name, sql in user_tables(db, "source"):
            table = f"{_quoted(schema)}.{_quoted(name)}"
            db.execute(f"create schema if not exists {_quoted(schema)}")
            db.execute(sql)
            db.execute(f"insert into {table} from source.{table}")
        db.execute("detach source")
        db.execute("checkpoint")
    finally:
        db.close()
    flush(target)


def _database(db: Connection) -> str:
    row = db.execute("select current_database()").fetchone()
    return str(row[0]) if row else ""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
