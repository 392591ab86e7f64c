"""export: every table of the warehouse as Parquet, for whoever wants to go on without this project."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from tasks.domain.errors import ConfigError, SourceError
from tasks.storage.copies import write_parquet
from tasks.storage.faults import named
from tasks.storage.files import Home
from tasks.storage.warehouse import connect


def export(home: Path, target: Path) -> dict[str, int]:
    """Write all tables into the new folder `target`, with `load.sql` and `tables.csv`; hold the lock meanwhile.

    Returns:
        The rows of each table.

    Raises:
        SourceError: the home holds no warehouse.
        ConfigError: the folder exists already, or cannot be made.
        WarehouseError: the warehouse is damaged, or the disk is full.
    """
    place = Home(home)
    if not place.warehouse.exists():
        raise SourceError(f"{home} holds no warehouse; name the home with --home")
    if target.exists():
        raise ConfigError(f"{target} exists already; name another folder")
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True)
        db = connect(place.warehouse, 2, temp=home / "tmp", read_only=True)
        try:
            counts = write_parquet(db, draft)
        finally:
            db.close()
        draft.rename(target)
    except (OSError, duckdb.Error) as fault:
        known = named(fault, target)
        if known:
            raise known from fault
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return counts
