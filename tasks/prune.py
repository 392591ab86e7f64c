"""prune: give back what a home no longer needs. History, articles and prices are never touched."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from tasks.domain.errors import SourceError
from tasks.storage.copies import rewrite
from tasks.storage.faults import named
from tasks.storage.files import REPLACED, Home, clear_leftovers, flush, leftovers, superfluous, sweep
from tasks.storage.warehouse import connect, naive_utc, scalar, transaction

DRAFT = "pruned.duckdb"
OLD_LOG = "from raw.run_log where started_at < $before"
OLD_TEXT = "quarantined_at < $before and payload != ''"


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went, and the size of the warehouse before and after, in bytes."""

    log_rows: int
    payloads: int
    folders: int
    bytes_before: int
    bytes_after: int


def prune(home: Path, now: datetime, keep: timedelta) -> Pruned:
    """Drop run-log rows, texts of rejected items and replaced homes older than `keep`; rewrite the file compactly.

    A rejected item keeps its row, reason and place: only the beginning of its text goes, which is most of the row.

    Raises:
        SourceError: the home holds no warehouse.
        WarehouseError: the warehouse is damaged, or there is no room for the new file.
    """
    place = Home(home)
    if not place.warehouse.exists():
        raise SourceError(f"{home} holds no warehouse; name the home with --home")
    before = place.warehouse.stat().st_size
    try:
        log_rows, payloads = _drop_rows(place, now - keep)
        folders = sweep(place) + clear_leftovers(place) + _drop_replaced(home, now - keep)
        draft = home / "tmp" / DRAFT
        draft.unlink(missing_ok=True)
        draft.parent.mkdir(exist_ok=True)
        rewrite(place.warehouse, draft, 2, home / "tmp")
        draft.replace(place.warehouse)
        flush(home)
    except (OSError, duckdb.Error) as fault:
        known = named(fault, home)
        if known:
            raise known from fault
        raise
    return Pruned(log_rows, payloads, folders, before, place.warehouse.stat().st_size)


def prunable(home: Path, now: datetime, keep: timedelta) -> Pruned:
    """What `prune` would drop; nothing is written, so the size afterwards is not known and stands as it is.

    Raises:
        SourceError: the home holds no warehouse.
        WarehouseError: the warehouse cannot be opened.
    """
    place = Home(home)
    if not place.warehouse.exists():
        raise SourceError(f"{home} holds no warehouse; name the home with --home")
    at = {"before": naive_utc(now - keep)}
    db = connect(place.warehouse, 2, temp=home / "tmp", read_only=True)
    try:
        log_rows = int(scalar(db, f"select count(*) {OLD_LOG}", at))
        payloads = int(scalar(db, f"select count(*) from raw.quarantine where {OLD_TEXT}", at))
    finally:
        db.close()
    folders = {*superfluous(place), *leftovers(place), *_old_replaced(home, now - keep)}
    size = place.warehouse.stat().st_size
    return Pruned(log_rows, payloads, len(folders), size, size)


def _drop_rows(place: Home, before: datetime) -> tuple[int, int]:
    db = connect(place.warehouse, 2, temp=place.root / "tmp")
    try:
        with transaction(db):
            at = {"before": naive_utc(before)}
            log_rows = db.execute(f"delete {OLD_LOG}", at).fetchone()
            payloads = db.execute(f"update raw.quarantine set payload = '' where {OLD_TEXT}", at).fetchone()
        db.execute("checkpoint")
    finally:
        db.close()
    return (int(log_rows[0]) if log_rows else 0), (int(payloads[0]) if payloads else 0)


def _drop_replaced(home: Path, before: datetime) -> int:
    doomed = _old_replaced(home, before)
    for path in doomed:
        shutil.rmtree(path)
    return len(doomed)


def _old_replaced(home: Path, before: datetime) -> list[Path]:
    return [
        path
        for path in home.glob(f"{REPLACED}*")
        if path.is_dir() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
    ]
