"""digest: the newest publication in a few rows, for the page of a run and for whoever asks how things stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.storage.files import Home
from tasks.storage.models import SQL
from tasks.storage.warehouse import connect


@dataclass(frozen=True, slots=True)
class Digest:
    """Rows as text.

    `signals`: a row a theme, as in `sql/digest/signals.sql`; `coverage`: a row a reference clock.
    """

    publication: Path
    signals: tuple[tuple[str, ...], ...]
    coverage: tuple[tuple[str, ...], ...]


def read_digest(home: Path) -> Digest:
    """The digest of what the home has published."""
    publication = Home(home).published.resolve()
    db = connect(publication / "signals.duckdb", 1, temp=publication / "tmp", read_only=True)
    try:
        found = {
            name: db.execute((SQL / "digest" / f"{name}.sql").read_text(encoding="utf-8")).fetchall()
            for name in ("signals", "coverage")
        }
    finally:
        db.close()
    signals, coverage = (tuple(tuple(map(_text, row)) for row in found[name]) for name in ("signals", "coverage"))
    return Digest(publication, signals, coverage)


def _text(cell: Any) -> str:
    """The cell with two decimals and its sign, or a dash."""
    if isinstance(cell, float):
        return f"{cell:+.2f}"
    return "-" if cell is None else str(cell)
