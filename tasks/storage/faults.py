"""What went wrong with the machine or its files, as a sentence with a remedy instead of a trace.

Only faults that a person can mend are named: a full disk, a place that may not be written, a damaged warehouse, too
little memory. Anything else stays the exception that it was.
"""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import duckdb

from tasks.domain.errors import ConfigError, GeoriskError, WarehouseError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
_FULL_TEXTS = ("no space left on device", "disk quota exceeded", "file too large")
_CLOSED_TEXTS = ("read-only file system", "permission denied", "operation not permitted")
_DAMAGED_TEXTS = (
    "corrupt database file", "not a valid duckdb database", "could not read enough bytes", "corrupted", "wal file",
)  # fmt: skip
_HELD_TEXT = "could not set lock on file"
RESTORE = "put the last backup back with `python -m flows.admin restore`, or move the file away and run again"


def named(fault: BaseException, home: Path) -> GeoriskError | None:
    """The error to show instead of `fault`, or None where there is nothing better to say.

    Args:
        fault: what was raised below a step.
        home: the home that the step works in.
    """
    if isinstance(fault, GeoriskError):
        return None
    number = fault.errno if isinstance(fault, OSError) else None
    text = str(fault).lower() if isinstance(fault, duckdb.Error) else ""
    if number in FULL or any(part in text for part in _FULL_TEXTS):
        return WarehouseError(
            f"the disk of {home} is full ({_free(home)}); what was published before stays; make room "
            "(`python -m flows.admin prune` helps) and run again"
        )
    if number in CLOSED or any(part in text for part in _CLOSED_TEXTS):
        return not_writable(home, fault)
    if isinstance(fault, duckdb.OutOfMemoryException | MemoryError):
        return WarehouseError(f"memory ran out in {home} ({first_line(fault)}); stop other programs and run again")
    if any(part in text for part in _DAMAGED_TEXTS) or isinstance(fault, duckdb.FatalException):
        return WarehouseError(f"the warehouse in {home} is damaged ({first_line(fault)}); {RESTORE}")
    return None


def not_writable(home: Path, fault: BaseException) -> ConfigError:
    """A home in which nothing may be written."""
    reason = (fault.strerror if isinstance(fault, OSError) else None) or first_line(fault)
    return ConfigError(f"{home} cannot be used as home ({reason}); name another folder, or let this user write there")


def cannot_open(path: Path, fault: duckdb.Error) -> GeoriskError:
    """Why a DuckDB file does not open: somebody holds it, the machine does not let us, or it is damaged."""
    reason = first_line(fault)
    if _HELD_TEXT in str(fault).lower():
        return WarehouseError(f"{path} is open in another program ({reason}); close it and run again")
    if any(part in str(fault).lower() for part in (*_FULL_TEXTS, *_CLOSED_TEXTS)):
        return named(fault, path.parent) or WarehouseError(reason)
    return WarehouseError(f"{path} cannot be opened ({reason}); {RESTORE}")


def first_line(fault: BaseException) -> str:
    """The beginning of an exception's message, on one line."""
    lines = str(fault).splitlines()
    return " ".join(lines[0].split())[:200] if lines else type(fault).__name__


def _free(home: Path) -> str:
    """How much room is left, of the nearest folder that exists."""
    place = next((path for path in (home, *home.parents) if path.exists()), home)
    return f"{shutil.disk_usage(place).free / 1e6:,.0f} MB free"
