"""`signals.duckdb`, the file that readers open: copied tables, every version of the daily rows, views and macros.

Versions never change but for the instant at which the next one replaced them, so the file goes on from that of the last
publication: its bytes are copied and what has come since is added. The rows are those of a file written anew.
"""

from __future__ import annotations

import hashlib
import logging
import math
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from tasks.domain.errors import WarehouseError
from tasks.domain.run import Window
from tasks.storage.files import flush
from tasks.storage.models import Model, build, create_macros, models
from tasks.storage.progress import Progress
from tasks.storage.warehouse import Connection, connect, literal, scalar, transaction

log = logging.getLogger(__name__)

COPIED = (
    "raw.theme", "raw.session", "raw.instrument", "raw.source", "raw.source_fetch", "raw.article", "raw.price",
    "raw.price_offer", "raw.price_rebase", "raw.price_ask", "raw.quarantine", "raw.run_log", "raw.publication",
    "core.source_session", "quote.price_quote", "provisional.theme_clock_daily", "provisional.asset_daily",
    "provisional.sentence_contribution",
)  # fmt: skip
VINTAGE_LAYER, VIEW_LAYERS = (34, 34), (35, 49)
"""Versions are views over history in the warehouse and tables in a publication, so that what was known at an instant
is one scan there; the views and macros over them are the same in both."""

RECEIPTS = "sentence_contribution"
ROWS_PER_CHUNK = 1_000_000


@dataclass(frozen=True, slots=True)
class Earlier:
    """The last publication of the same home.

    Args:
        folder: with its `signals.duckdb` and `exports`.
        now: clock of the run that goes on from it.
    """

    folder: Path
    now: datetime


def write_signals(path: Path, warehouse: Path, threads: int, earlier: Earlier | None = None) -> frozenset[str] | None:
    """Write `signals.duckdb`: the copied tables, the versions, then the views and macros, with every comment.

    The new file is the main catalog: a view made through `attach ... as p` would name `p` and break in every reader.

    Args:
        path: the file; must not exist.
        warehouse: where the rows are.
        threads: of DuckDB.
        earlier: the publication to go on from, where its versions are those of the warehouse; None = write all.

    Returns:
        the months ("2025-08") whose receipts may differ from those of `earlier`; None = any.
    """
    if earlier and not _continues(earlier, warehouse, threads):
        earlier = None
    if earlier:
        shutil.copyfile(earlier.folder / "signals.duckdb", path)
    db = connect(path, threads, temp=path.parent / "tmp")
    try:
        changed: frozenset[str] | None = None
        if earlier:
            changed = _months_shown(db)
            _clear(db)
        db.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        for table in COPIED:
            db.execute(f"create schema if not exists {table.split('.')[0]}")
            db.execute(f"create table {table} as from warehouse.{table} order by all")
        vintages = models(*VINTAGE_LAYER)
        if changed is None:
            _copy_versions(db, vintages)
        else:
            changed |= _months_shown(db) | frozenset().union(*(_add_versions(db, model) for model in vintages))
        db.execute("detach warehouse")
        with transaction(db):  # a thousand comments, each on disk by itself, would take seconds
            create_macros(db)
            build(db, models(*VIEW_LAYERS), {})
        db.execute("checkpoint")
    finally:
        db.close()
    flush(path)
    return changed


def _copy_versions(db: Connection, vintages: list[Model]) -> None:
    """Every version beside the instant at which it was replaced; by chunks, so that sorting stays within the memory."""
    db.execute("create schema vintage")
    db.execute("create table vintage.layout as select $layout as layout", {"layout": _layout()})
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


# --- going on from the last publication


def _continues(earlier: Earlier, warehouse: Path, threads: int) -> bool:
    """Whether the publication holds what the warehouse had at its instant, row for row, and is of this month.

    Rows are counted by stamp and run: a warehouse that was restored, or another one, has other runs. Once a month all
    is written anew, which sorts and packs the file and ends whatever a disk may have done to it.
    """
    path = earlier.folder / "signals.duckdb"
    try:
        db = connect(path, threads, temp=warehouse.parent / "tmp", read_only=True)
    except WarehouseError:
        return False
    try:
        db.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        if db.execute("select layout from vintage.layout").fetchall() != [(_layout(),)]:
            return False
        last = scalar(db, "select max(as_of_at) from raw.publication")
        if last is None or (last.year, last.month) != (earlier.now.year, earlier.now.month):
            return False
        return all(_holds_the_same(db, model) for model in models(*VINTAGE_LAYER))
    except duckdb.Error as fault:
        log.warning("%s cannot be gone on from, everything is written anew: %s", path, fault)
        return False
    finally:
        db.close()


def _holds_the_same(db: Connection, model: Model) -> bool:
    """Whether columns and versions are the warehouse's up to the newest of them, and what came since is not much."""
    if _columns(db, model.table) != [*_columns(db, f"warehouse.history.{model.name}"), "superseded_at"]:
        return False
    counts = "select as_of_at, run_id, count(*) from {} group by all order by all"
    held = db.execute(counts.format(model.table)).fetchall()
    known = db.execute(counts.format(f"warehouse.history.{model.name}")).fetchall()
    more = sum(count for _, _, count in known[len(held) :])
    return known[: len(held)] == held and more <= ROWS_PER_CHUNK


def _layout() -> str:
    """A hash of what decides how versions are written: their models, and the format of the file."""
    texts = "".join(model.path.read_text(encoding="utf-8") for model in models(*VINTAGE_LAYER))
    return hashlib.sha256((texts + duckdb.__version__).encode()).hexdigest()


def _clear(db: Connection) -> None:
    """Drop all but the versions; what is dropped is written anew into the same blocks."""
    schemas = "select schema_name from duckdb_schemas() where database_name = current_database() and not internal"
    for (schema,) in db.execute(schemas).fetchall():
        if schema not in ("main", "vintage"):
            db.execute(f'drop schema "{schema}" cascade')
    macros = "select function_name from duckdb_functions() where schema_name = 'main' and not internal"
    for (macro,) in db.execute(macros).fetchall():
        db.execute(f'drop macro "{macro}"')
    db.execute("checkpoint")


def _add_versions(db: Connection, model: Model) -> frozenset[str]:
    """Add what history has beyond the newest version, end what that replaces; return the receipts' months in it."""
    names = _columns(db, model.table)
    key = ", ".join(name for name in model.grain if name != "as_of_at")
    since = scalar(db, f"select max(as_of_at) from {model.table}")
    db.execute(
        f"create temp table added as select *, lead(as_of_at) over (partition by {key} order by as_of_at) "
        f"as superseded_at from warehouse.history.{model.name} where $since is null or as_of_at > $since",
        {"since": since},
    )
    matching = " and ".join(f"t.{name} = a.{name}" for name in key.split(", "))
    db.execute(
        f"update {model.table} as t set superseded_at = a.as_of_at "
        f"from (select {key}, min(as_of_at) as as_of_at from added group by all) as a "
        f"where t.superseded_at is null and {matching}"
    )
    db.execute(f"insert into {model.table} select {', '.join(names)} from added order by {', '.join(model.grain)}")
    months = _months(db, "added") if model.name == RECEIPTS else frozenset()
    db.execute("drop table added")
    return months


def _columns(db: Connection, table: str) -> list[str]:
    return [name for name, *_ in db.execute(f"describe {table}").fetchall()]


def _months_shown(db: Connection) -> frozenset[str]:
    """The months of the receipts that stand only until their clock closes."""
    return _months(db, f"provisional.{RECEIPTS}")


def _months(db: Connection, table: str) -> frozenset[str]:
    rows = db.execute(f"select distinct strftime(session_date, '%Y-%m') from {table}").fetchall()
    return frozenset(month for (month,) in rows)
