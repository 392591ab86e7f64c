"""plan_home: what backup, restore, export and prune would read and write, for their `--dry-run`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from tasks.backup import archive_path, packed_files, refuse_full
from tasks.domain.errors import ConfigError, SourceError
from tasks.domain.run import Plan
from tasks.prune import prunable
from tasks.storage.archives import unpack
from tasks.storage.copies import table_counts
from tasks.storage.files import REPLACED, Home
from tasks.storage.warehouse import Connection, read_warehouse


def backup_plan(home: Path, target: Path, now: datetime, *, is_folder: bool) -> Plan:
    """What a backup would pack; every block of the warehouse is read.

    Raises:
        GeoriskError: what would end the backup.
    """
    archive = archive_path(target, now) if target.exists() or not is_folder else target
    with read_warehouse(home) as db:
        counts = table_counts(_required(db, home))
    files, publication = packed_files(Home(home))
    size = sum(path.stat().st_size for path in files) / 1e6
    return [
        ("would read", f"{len(counts)} tables, {sum(counts.values()):,} rows, publication {publication or 'none'}"),
        ("would write", f"{archive}{'/georisk-<time>.tar.gz' if archive == target and is_folder else ''}"),
        ("", f"{len(files)} files, {size:,.1f} MB before they are packed"),
    ]


def restore_plan(archive: Path, home: Path, *, replace: bool) -> Plan:
    """What a restore would put back; the archive is compared with its manifest, every byte.

    Raises:
        GeoriskError: what would end the restore.
    """
    refuse_full(home, replace)
    manifest = unpack(archive, None)
    rows = manifest.about.get("rows") or {}
    size = sum(entry.size for entry in manifest.entries) / 1e6
    lines = [
        ("would read", f"{archive}: made {manifest.about.get('made_at')}, whole"),
        ("", f"{len(rows)} tables, {sum(rows.values()):,} rows, publication {manifest.about.get('publication')}"),
        ("would write", f"{home}: {len(manifest.entries)} files, {size:,.1f} MB"),
    ]
    if Home(home).warehouse.exists():
        lines.append(("would move", f"what the home holds, to {home / REPLACED}<time>"))
    return lines


def export_plan(home: Path, target: Path) -> Plan:
    """What an export would write.

    Raises:
        GeoriskError: what would end the export.
    """
    if target.exists():
        raise ConfigError(f"{target} exists already; name another folder")
    with read_warehouse(home) as db:
        counts = table_counts(_required(db, home))
    return [
        ("would read", f"{len(counts)} tables, {sum(counts.values()):,} rows of {Home(home).warehouse}"),
        ("would write", f"{target}: {len(counts)} Parquet files, load.sql, tables.csv"),
    ]


def prune_plan(home: Path, now: datetime, keep: timedelta) -> Plan:
    """What a prune would drop.

    Raises:
        GeoriskError: what would end the prune.
    """
    found = prunable(home, now, keep)
    return [
        ("clock", f"{now:%Y-%m-%dT%H:%M:%SZ}, older than {keep.days} days is before {now - keep:%Y-%m-%d}"),
        ("would drop", f"{found.log_rows:,} log rows, {found.payloads:,} rejected texts, {found.folders} folders"),
        ("would write", f"{Home(home).warehouse} anew, without holes ({found.bytes_before / 1e6:,.1f} MB now)"),
    ]


def _required(db: Connection | None, home: Path) -> Connection:
    if db is None:
        raise SourceError(f"{home} holds no warehouse; name the home with --home")
    return db
