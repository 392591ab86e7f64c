"""The DuckDB warehouse: one writer at a time, opened for a step, written in transactions, closed again."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import duckdb
from filelock import FileLock, Timeout

from tasks.domain.errors import GeoriskError, WarehouseError, WriterBusyError
from tasks.domain.run import Run, StepReport
from tasks.storage.faults import cannot_open, named
from tasks.storage.files import ROOT, Home, clear_leftovers

MIGRATIONS = ROOT / "sql" / "00_raw"
WAIT_SECONDS = 900.0
MEMORY_LIMIT = "600MB"
"""Of DuckDB; beyond it DuckDB spills to the home's `tmp/`. Python and what DuckDB does not count come on top: a run
over 200,000 articles stays within 1.5 GB (`benchmarks.archive`). With 400 MB a chunk of 20,000 does not fit."""

Connection = duckdb.DuckDBPyConnection
T = TypeVar("T")


def naive_utc(moment: datetime) -> datetime:
    """The same instant as the warehouse stores it: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def connect(path: Path, threads: int, *, temp: Path, read_only: bool = False) -> Connection:
    """Open a DuckDB file with the project's settings: UTC, bounded memory, nothing fetched, no Python names in SQL."""
    config: dict[str, Any] = {
        "threads": threads,
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(temp),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        # Rows of an open transaction are estimated as none: DuckDB would compare each with each.
        "asof_loop_join_threshold": 0,
    }
    try:
        db = duckdb.connect(str(path), config=config, read_only=read_only)
        db.execute("set TimeZone = 'UTC'")
        # Drawn where DuckDB takes the process for a prompt; steps log. A notebook has it off, and refuses to be told.
        if scalar(db, "select current_setting('enable_progress_bar')"):
            db.execute("set enable_progress_bar = false")
    except duckdb.Error as fault:
        raise cannot_open(path, fault) from fault
    return db


@contextmanager
def writer_lock(home: Path, say: Callable[[str], None], wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the home's writer lock; a second run says that it waits, and gives up after `wait_seconds`.

    Raises:
        WriterBusyError: the lock was not free in time.
        ConfigError: nothing may be written in the home.
    """
    place = Home(home)
    place.prepare()
    lock = FileLock(place.lock, is_singleton=True, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"another run is writing in {home}; waiting up to {wait_seconds:.0f} s for it to finish")
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout:
            raise WriterBusyError(
                f"another run still holds {place.lock} after {wait_seconds:.0f} s; run again when it has finished"
            ) from None
    except OSError as fault:
        raise named(fault, home) or fault from None
    try:
        if lock.lock_counter == 1:  # not a second time within a run
            with _naming(home):
                clear_leftovers(place)
        yield
    finally:
        lock.release()


@contextmanager
def open_warehouse(run: Run) -> Iterator[Connection]:
    """The migrated warehouse of the run's home, closed on the way out."""
    home = Home(run.home)
    home.prepare()
    db = connect(home.warehouse, run.threads, temp=run.home / "tmp")
    try:
        migrate(db, run.now)
        yield db
    finally:
        db.close()


@contextmanager
def read_warehouse(home: Path) -> Iterator[Connection | None]:
    """The warehouse to be read, None where there is none."""
    place = Home(home)
    if not place.warehouse.exists():
        yield None
        return
    db = connect(place.warehouse, 2, temp=home / "tmp", read_only=True)
    try:
        with _naming(home):
            yield db
    finally:
        db.close()


@contextmanager
def transaction(db: Connection) -> Iterator[None]:
    """All of it or nothing of it."""
    db.execute("begin")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a database that broke down has nothing left to roll back
            db.execute("rollback")
        raise
    db.execute("commit")


def in_transactions(db: Connection, items: Iterable[T], size: int) -> Iterator[T]:
    """The items, with `size` of them in a transaction: an open one keeps memory by its rows, beyond DuckDB's limit."""
    iterator = iter(items)
    for first in iterator:
        with transaction(db):
            yield first
            yield from islice(iterator, size - 1)


@contextmanager
def emptied(db: Connection, table: str) -> Iterator[None]:
    """The table is empty at the beginning and at the end, and also when the work fails; a killed one leaves it full."""
    db.execute(f"delete from {table}")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):
            db.execute(f"delete from {table}")
        raise
    db.execute(f"delete from {table}")


def migrate(db: Connection, now: datetime, folder: Path = MIGRATIONS) -> list[str]:
    """Apply the numbered migrations that this file has not seen, each in one transaction.

    Raises:
        WarehouseError: an applied migration was edited, or the file was written by a newer version.
    """
    db.execute("create schema if not exists raw")
    db.execute("create table if not exists raw.migration (name varchar, sha256 varchar, applied_at timestamp)")
    applied = dict(db.execute("select name, sha256 from raw.migration").fetchall())
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("[0-9]*.sql"))}
    for name, digest in applied.items():
        if name not in files:
            raise WarehouseError(f"the warehouse knows migration {name}, this version does not; update the checkout")
        if hashlib.sha256(files[name].encode()).hexdigest() != digest:
            raise WarehouseError(f"migration {name} was changed after it was applied; restore it and add a new one")
    fresh = [name for name in files if name not in applied]
    for name in fresh:
        with transaction(db):
            db.execute(files[name])
            row = [name, hashlib.sha256(files[name].encode()).hexdigest(), naive_utc(now)]
            db.execute("insert into raw.migration values (?, ?, ?)", row)
    return fresh


@contextmanager
def logged(run: Run, step: str) -> Iterator[dict[str, int]]:
    """Give the step a dict for its counts; counts, duration and end go to `raw.run_log`, also when it fails.

    The row is written after the step has closed the warehouse, so put this before `open_warehouse` in a `with`.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    counts: dict[str, int] = {}
    try:
        yield counts
    except Exception as fault:
        known = named(fault, run.home)
        # What cannot be logged must not hide the fault itself.
        with suppress(GeoriskError, duckdb.Error), open_warehouse(run) as db:
            log_row(db, run, step, "failed", started, time.perf_counter() - clock, counts, str(known or fault))
        if known:
            raise known from fault
        raise
    with _naming(run.home), open_warehouse(run) as db:
        log_row(db, run, step, "ok", started, time.perf_counter() - clock, counts, None)


@contextmanager
def _naming(home: Path) -> Iterator[None]:
    """Raise the named fault instead of what the machine says, where there is one."""
    try:
        yield
    except (OSError, duckdb.Error) as fault:
        known = named(fault, home)
        if known:
            raise known from fault
        raise


def log_row(
    db: Connection,
    run: Run,
    step: str,
    status: str,
    started: datetime,
    seconds: float,
    counts: dict[str, int],
    message: str | None,
) -> None:
    """Append one row to `raw.run_log`."""
    row = [run.run_id, step, status, naive_utc(started), round(seconds, 3), json.dumps(counts), message]
    db.execute("insert into raw.run_log values (?, ?, ?, ?, ?, ?, ?)", row)


def timed(report: StepReport, clock: float) -> StepReport:
    """The report with the seconds since `clock` (a `time.perf_counter` reading)."""
    return replace(report, seconds=time.perf_counter() - clock)


def insert_rows(db: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert Python rows in bulk, through one Arrow table; `executemany` is a thousand times slower."""
    import pyarrow as pa

    if not rows:
        return
    arrays = {name: pa.array([row[position] for row in rows]) for position, name in enumerate(columns)}
    db.register("incoming_rows", pa.table(arrays))
    try:
        names = ", ".join(f'"{name}"' for name in columns)
        db.execute(f"insert into {table} ({names}) select {names} from incoming_rows")
    finally:
        db.unregister("incoming_rows")


def next_stamp(db: Connection, now: datetime) -> datetime:
    """When something is stored or published: the run's clock, or a microsecond after the last publication if later.

    Stamps thus tell what came before a publication and what after it, also within one instant of the clock.
    """
    last = scalar(db, "select max(as_of_at) from raw.publication")
    return max(naive_utc(now), last + timedelta(microseconds=1)) if last else naive_utc(now)


def literal(text: Path | str) -> str:
    """The text as SQL writes it, within quotes: for statements that take no parameter, like `attach` and `copy`."""
    return "'" + str(text).replace("'", "''") + "'"


def scalar(db: Connection, sql: str, parameters: dict[str, Any] | None = None) -> Any:
    """The only cell of a query's only row."""
    row = db.execute(sql, parameters or {}).fetchone()
    return row[0] if row else None
