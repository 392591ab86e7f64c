"""Articles in tables: CSV, JSON Lines (both also .gz) and Parquet, streamed row by row.

Columns: `published_at`, `title`, and optionally `article_id`, `body`, `summary`, `source`, `url`, `first_seen_at`,
`language`; others are ignored. A row that cannot be read is a `Rejected`; a file that cannot, a `SourceError`.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.domain.articles import Rejected
from tasks.domain.errors import SourceError
from tasks.storage.lines import ROW_LIMIT, BoundedRows, bounded_lines
from tasks.storage.parquet_rows import open_parquet, rows

FIELDS = (
    "article_id", "published_at", "title", "body", "summary", "source", "url", "first_seen_at", "language",
)  # fmt: skip
SUFFIXES = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet")
DEFAULT_SOURCE = "files"
CELL_LIMIT = ROW_LIMIT
"""Characters in one CSV cell. Python stops at 131,072, which is less than a long article."""

_PAYLOAD = 500


class RawItem(NamedTuple):
    """An item before it is judged: its fields as text, its body, and where it was found.

    A tuple, because millions of them travel between processes, and tuples travel ten times faster.
    """

    location: str
    fields: Mapping[str, str]
    text: str


def read_table(path: Path) -> Iterator[RawItem | Rejected]:
    """The rows of one file, by its ending.

    Raises:
        SourceError: the file is not what its ending says, or has neither a title nor a body.
    """
    reader: Callable[[Path], Iterator[RawItem | Rejected]] = _read_parquet
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".csv"):
        reader = _read_csv
    elif name.endswith(".jsonl"):
        reader = _read_jsonl
    try:
        yield from reader(path)
    # ValueError: bytes in Parquet that are no UTF-8, or an instant that no calendar has.
    except (OSError, EOFError, zlib.error, csv.Error, pa.ArrowException, ValueError, OverflowError) as fault:
        raise SourceError(f"{path} cannot be read to its end ({fault}); write the file again") from None


def row_count(path: Path) -> int | None:
    """The number of rows where a file says it beforehand (Parquet), else None."""
    if not path.name.lower().endswith(".parquet"):
        return None
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):  # whoever reads the rows will say what is wrong
        return None


def _open_text(path: Path) -> IO[str]:
    """Bytes that are no UTF-8 become half characters, so that only their own row is lost."""
    opener: Callable[..., IO[str]] = gzip.open if path.suffix.lower() == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")


def _read_csv(path: Path) -> Iterator[RawItem | Rejected]:
    before = csv.field_size_limit(CELL_LIMIT)
    try:
        with _open_text(path) as file:
            lines = BoundedRows(file)
            reader = csv.DictReader(lines, strict=True)
            _check_columns(path, reader.fieldnames or ())
            for cells in _csv_rows(path, reader, lines):
                location = f"{path.name}:{reader.reader.line_num}"
                if cells is None:
                    message = "text stands behind a closing quote; mend the quotes"
                    yield Rejected("bad_row", location, message, DEFAULT_SOURCE)
                elif None in cells or None in cells.values():
                    message = f"{len(reader.fieldnames or ())} cells expected; mend the commas or quotes"
                    shown = ",".join(str(cell) for cell in cells.values())
                    yield Rejected("bad_row", location, message, DEFAULT_SOURCE, payload=shown[:_PAYLOAD])
                else:
                    yield _item(location, cells)
    finally:
        csv.field_size_limit(before)


def _csv_rows(path: Path, reader: csv.DictReader[str], lines: BoundedRows) -> Iterator[dict[str, str] | None]:
    """The rows; None for one whose quotes are wrong, after which the next line is read.

    Not lenient: Python would read `"A" b` as `A b`, and a quote that is never closed as one cell with all the rest.
    """
    while True:
        first_line = reader.reader.line_num + 1
        lines.begin_row()
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            if "unexpected end of data" in str(fault):
                rule = f"the quote of the row at line {first_line} is never closed"
                raise SourceError(f"{path}: {rule}; close it") from None
            if "expected after" not in str(fault):
                raise
            yield None


def _read_jsonl(path: Path) -> Iterator[RawItem | Rejected]:
    with _open_text(path) as file:
        for number, line in enumerate(bounded_lines(file), start=1):
            location = f"{path.name}:{number}"
            if line is None:
                message = f"a line of more than {ROW_LIMIT:,} characters; split the item"
                yield Rejected("oversized", location, message, DEFAULT_SOURCE)
                continue
            if not line.strip():
                continue
            message = "not a JSON object on one line; mend the line"
            try:
                row = json.loads(line, object_pairs_hook=_object)
            except _DoubleKeyError as fault:
                row, message = None, str(fault)
            except (ValueError, RecursionError):
                row = None
            if isinstance(row, dict):
                yield _item(location, row)
            else:
                yield Rejected("bad_json", location, message, DEFAULT_SOURCE, payload=line[:_PAYLOAD])


class _DoubleKeyError(ValueError):
    """Python would take the last of two values without a word."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise _DoubleKeyError(f"key {double!r} stands twice; keep one")
    return made


def _read_parquet(path: Path) -> Iterator[RawItem | Rejected]:
    file = open_parquet(path)
    _check_columns(path, file.schema_arrow.names)
    names = [name for name in FIELDS if name in file.schema_arrow.names]
    check_zones(path, file.schema_arrow, names)
    for number, cells in enumerate(rows(file, names), start=1):
        yield _item(f"{path.name}:{number}", cells)


def _check_columns(path: Path, given: Sequence[str]) -> None:
    if "title" not in given and "body" not in given:
        raise SourceError(f"{path} has neither a column 'title' nor 'body'; article files have {', '.join(FIELDS)}")
    check_unique(path, given, FIELDS)


def check_zones(path: Path, schema: pa.Schema, names: Sequence[str]) -> None:
    """Refuse a Parquet file with instants in a zone that nobody knows, in one of the columns `names`.

    Raises:
        SourceError: with the file, the column and the zone.
    """
    for name in names:
        kind = schema.field(name).type
        zone = kind.tz if pa.types.is_timestamp(kind) else None
        try:
            pa.lib.string_to_tzinfo(zone or "UTC")
        except (LookupError, ValueError):  # LookupError: pytz; ValueError: zoneinfo and pyarrow
            raise SourceError(f"{path} has column {name!r} in zone {zone!r}, which is unknown; use UTC") from None


def check_unique(path: Path, given: Sequence[str], fields: Sequence[str]) -> None:
    """Refuse a file with two columns of one name among the `fields`: which of them counts is not known.

    Raises:
        SourceError: with the file and the column.
    """
    for name in fields:
        if list(given).count(name) > 1:
            raise SourceError(f"{path} has column {name!r} twice; keep one")


def _item(location: str, cells: Mapping[str, object]) -> RawItem | Rejected:
    """The known fields as text; a stamp keeps its zone, a number is no text."""
    fields: dict[str, str] = {}
    for name in FIELDS:
        value = cells.get(name)
        if value is None:
            continue
        if isinstance(value, str):
            fields[name] = value
        elif isinstance(value, datetime | date) and name.endswith("_at"):
            fields[name] = value.isoformat()
        elif type(value) is int and name == "article_id":
            fields[name] = str(value)
        else:
            message = f"{name} is a {type(value).__name__}, not text; write it as text"
            given = cells.get("source")
            source = (given.strip() if isinstance(given, str) else "") or DEFAULT_SOURCE
            return Rejected("wrong_type", location, message, source, payload=str(value)[:_PAYLOAD])
    return RawItem(location, fields, fields.pop("body", ""))
