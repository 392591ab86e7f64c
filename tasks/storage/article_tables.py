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
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.domain.articles import Rejected
from tasks.domain.errors import SourceError

FIELDS = (
    "article_id", "published_at", "title", "body", "summary", "source", "url", "first_seen_at", "language",
)  # fmt: skip
SUFFIXES = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet")
DEFAULT_SOURCE = "files"
CELL_LIMIT = 64_000_000
"""Characters in one CSV cell. Python stops at 131,072, which is less than a long article; beyond this the file is
no table of articles."""

_PAYLOAD = 500


@dataclass(frozen=True, slots=True)
class RawItem:
    """An item before it is judged: its fields as text, its body, and where it was found."""

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
    except (OSError, EOFError, zlib.error, csv.Error, pa.ArrowException, UnicodeDecodeError) as fault:
        raise SourceError(f"{path} cannot be read to its end ({fault}); write the file again") from None


def _open_text(path: Path) -> IO[str]:
    """Bytes that are no UTF-8 become half characters, so that only their own row is lost."""
    opener: Callable[..., IO[str]] = gzip.open if path.suffix.lower() == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")


def _read_csv(path: Path) -> Iterator[RawItem | Rejected]:
    before = csv.field_size_limit(CELL_LIMIT)
    try:
        with _open_text(path) as file:
            reader = csv.DictReader(file)
            _check_columns(path, reader.fieldnames or ())
            for cells in reader:
                location = f"{path.name}:{reader.line_num}"
                if None in cells or None in cells.values():
                    message = f"{len(reader.fieldnames or ())} cells expected; mend the commas or quotes"
                    shown = ",".join(str(cell) for cell in cells.values())
                    yield Rejected("bad_row", location, message, DEFAULT_SOURCE, payload=shown[:_PAYLOAD])
                else:
                    yield _item(location, cells)
    finally:
        csv.field_size_limit(before)


def _read_jsonl(path: Path) -> Iterator[RawItem | Rejected]:
    with _open_text(path) as file:
        for number, line in enumerate(file, start=1):
            location = f"{path.name}:{number}"
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if isinstance(row, dict):
                yield _item(location, {str(name): value for name, value in row.items()})
            else:
                message = "not a JSON object on one line; mend the line"
                yield Rejected("bad_json", location, message, DEFAULT_SOURCE, payload=line[:_PAYLOAD])


def _read_parquet(path: Path) -> Iterator[RawItem | Rejected]:
    file = pq.ParquetFile(path)
    _check_columns(path, file.schema_arrow.names)
    names = [name for name in FIELDS if name in file.schema_arrow.names]
    number = 0
    for batch in file.iter_batches(batch_size=10_000, columns=names):
        for cells in batch.to_pylist():
            number += 1
            yield _item(f"{path.name}:{number}", cells)


def _check_columns(path: Path, given: Sequence[str]) -> None:
    if "title" not in given and "body" not in given:
        raise SourceError(f"{path} has neither a column 'title' nor 'body'; article files have {', '.join(FIELDS)}")


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
            return Rejected("wrong_type", location, message, DEFAULT_SOURCE, payload=str(value)[:_PAYLOAD])
    return RawItem(location, fields, fields.pop("body", ""))
