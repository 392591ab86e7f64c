"""Read labelled files: headlines with directions, coded event sentences, sentences rated for tone. All are CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tasks.domain.errors import ConfigError
from tasks.domain.lexicon import GEO

RATING_COLUMNS = ("valence", "mean_sentiment")
"""Names under which published sets keep the human rating of a text."""
PENTA_CLASSES = ("0", "1", "2", "3", "4")
"""Statement, verbal and material cooperation, verbal and material conflict (CAMEO)."""
ItemT = TypeVar("ItemT")
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled headline; an axis that is missing in `directions` or `relevances` is not labelled."""

    item_id: str
    headline: str
    directions: Mapping[str, int]
    relevances: Mapping[str, bool]


def read_labelled(path: Path, themes: Sequence[str]) -> list[Labelled]:
    """Read `id, headline`, a column per axis and optionally `rel_<theme>`; an empty cell skips that axis.

    Raises:
        ConfigError: the file cannot be read, lacks a column or holds a label that is none.
    """

    def build(line: int, row: Row) -> Labelled:
        directions = {axis: _label(path, line, row, axis, ("-1", "0", "1")) for axis in (GEO, *themes)}
        relevances = {theme: _label(path, line, row, f"rel_{theme}", ("0", "1")) for theme in themes}
        return Labelled(
            row["id"],
            row["headline"],
            {axis: label for axis, label in directions.items() if label is not None},
            {theme: bool(label) for theme, label in relevances.items() if label is not None},
        )

    return _read(path, {"id", "headline", GEO, *themes}, build)


def read_events(path: Path) -> list[tuple[str, int]]:
    """Read `text, penta` (0 statement, 1-2 cooperation, 3-4 conflict).

    Raises:
        ConfigError: as `read_labelled`.
    """

    def build(line: int, row: Row) -> tuple[str, int]:
        penta = _label(path, line, row, "penta", PENTA_CLASSES)
        if penta is None:
            raise ConfigError(f"{path}:{line}: penta is empty; give one of {', '.join(PENTA_CLASSES)}")
        return row["text"], penta

    return _read(path, {"text", "penta"}, build)


def read_ratings(path: Path) -> list[tuple[str, float]]:
    """Read `text` and the rating in `valence` or `mean_sentiment`, on any scale.

    Raises:
        ConfigError: as `read_labelled`; also when a rating is no number.
    """

    def build(line: int, row: Row) -> tuple[str, float]:
        column = next((name for name in RATING_COLUMNS if name in row), None)
        if column is None:
            raise ConfigError(f"{path}:1: no rating; add a column {' or '.join(RATING_COLUMNS)}")
        try:
            return row["text"], float(row[column])
        except ValueError:
            raise ConfigError(f"{path}:{line}: {column} = {row[column]!r} is no number; mend it") from None

    return _read(path, {"text"}, build)


def _read(path: Path, columns: set[str], build: Callable[[int, Row], ItemT]) -> list[ItemT]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = columns - set(reader.fieldnames or ())
            if missing:
                raise ConfigError(f"{path}:1: columns missing: {', '.join(sorted(missing))}; add them")
            return [build(line, row) for line, row in _rows(reader)]
    except OSError as fault:
        raise ConfigError(f"{path}: cannot be read ({fault.strerror}); give the path of a CSV file") from None
    except (UnicodeDecodeError, csv.Error) as fault:
        raise ConfigError(f"{path}: not a UTF-8 CSV file ({fault}); save it as one") from None


def _rows(reader: csv.DictReader[str]) -> Iterator[tuple[int, Row]]:
    """Rows with their line; cells that a short row lacks are empty, cells beyond the header are dropped."""
    for row in reader:
        yield reader.line_num, {name: (cell or "").strip() for name, cell in row.items() if isinstance(name, str)}


def _label(path: Path, line: int, row: Row, column: str, allowed: Sequence[str]) -> int | None:
    cell = row.get(column, "")
    if cell and cell not in allowed:
        raise ConfigError(f"{path}:{line}: {column} = {cell!r}; use one of {', '.join(allowed)} or leave it empty")
    return int(cell) if cell else None
