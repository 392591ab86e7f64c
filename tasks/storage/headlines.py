"""Write one article file from headline files: an archive's columns taken as ours, labelled titles left out.

A headline archive often says `seen_at`, when its collector first saw the title, and nothing else about time. Both
`published_at` and `first_seen_at` are taken from it: nobody could have read it from this archive earlier.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.domain.articles import Rejected
from tasks.domain.errors import ConfigError, SourceError
from tasks.storage.article_tables import FIELDS, RawItem, read_table
from tasks.storage.files import expand

SEEN = "seen_at"
LABELLED_COLUMNS = ("headline", "title", "text", "sentence")
"""Under which of these names a labelled file keeps its texts."""

SCHEMA = pa.schema([(name, pa.string()) for name in FIELDS])
BATCH = 20_000
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of the rows: `read` = `kept` + `labelled` + `unreadable`."""

    path: Path
    read: int
    kept: int
    labelled: int
    unreadable: int


def labelled_keys(paths: Sequence[Path]) -> frozenset[str]:
    """The texts of labelled files (CSV, also .gz), as keys of `title_key`.

    Raises:
        ConfigError: a file cannot be read or has none of `LABELLED_COLUMNS`.
    """
    found: set[str] = set()
    for path in paths:
        opener = gzip.open if path.suffix == ".gz" else open
        try:
            with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                column = next((name for name in LABELLED_COLUMNS if name in (reader.fieldnames or ())), None)
                if column is None:
                    wanted = ", ".join(LABELLED_COLUMNS)
                    raise ConfigError(f"{path}:1: no text to leave out; name its column one of {wanted}")
                found.update(title_key(row[column] or "") for row in reader)
        except (OSError, UnicodeDecodeError, csv.Error) as fault:
            raise ConfigError(f"{path}: cannot be read ({fault}); give the path of a CSV file") from None
    return frozenset(found - {""})


def title_key(title: str) -> str:
    """The words of a title in lower case: case, marks and spaces make no other title."""
    return " ".join(_WORD.findall(title.lower()))


def needs_preparing(paths: Sequence[Path]) -> bool:
    """Whether a file has a headline archive's columns rather than ours."""
    files = (file for path in paths for file in expand(path) if file.suffix == ".parquet")
    return any(SEEN in _parquet_names(file) and "published_at" not in _parquet_names(file) for file in files)


def prepare_articles(paths: Sequence[Path], labelled: frozenset[str], target: Path) -> Prepared:
    """Write `target`, a Parquet article file, from CSV, JSON Lines or Parquet files.

    Raises:
        SourceError: a file cannot be read.
    """
    files = [file for path in paths for file in expand(path)]
    if not files:
        raise SourceError(f"{', '.join(map(str, paths))} does not exist; give files of headlines")
    target.parent.mkdir(parents=True, exist_ok=True)
    counts = {"kept": 0, "labelled": 0, "unreadable": 0}
    with pq.ParquetWriter(target, SCHEMA) as writer:
        batch: list[dict[str, str | None]] = []
        for item in (item for file in files for item in _items(file)):
            kind = (
                "unreadable" if item is None else "labelled" if title_key(item["title"] or "") in labelled else "kept"
            )
            counts[kind] += 1
            if item is not None and kind == "kept":
                batch.append(item)
            if len(batch) == BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMA))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMA))
    return Prepared(target, sum(counts.values()), **counts)


def _items(path: Path) -> Iterator[dict[str, str | None] | None]:
    """The rows of a file under our names; None for one that cannot be read."""
    if path.suffix == ".parquet" and SEEN in _parquet_names(path):
        yield from _archive_items(path)
        return
    for item in read_table(path):
        yield None if isinstance(item, Rejected) else _own(item)


def _own(item: RawItem) -> dict[str, str | None]:
    fields = {name: item.fields.get(name) for name in FIELDS}
    return {**fields, "title": fields["title"] or "", "body": item.text or None}


def _parquet_names(path: Path) -> list[str]:
    try:
        names: list[str] = pq.read_schema(path).names
    except (OSError, pa.ArrowException) as fault:
        raise SourceError(f"{path} is no Parquet file ({fault}); write it again") from None
    return names


def _archive_items(path: Path) -> Iterator[dict[str, str | None] | None]:
    names = [name for name in (SEEN, "title", "summary", "source") if name in _parquet_names(path)]
    if "title" not in names:
        raise SourceError(f"{path} has no column 'title'; headline files have seen_at, title, summary, source")
    for batch in pq.ParquetFile(path).iter_batches(BATCH, columns=names):
        for row in batch.to_pylist():
            seen, title = row.get(SEEN), row.get("title")
            if not isinstance(seen, datetime) or not title:
                yield None
                continue
            stamp = (seen if seen.tzinfo else seen.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
            yield {
                "published_at": stamp,
                "first_seen_at": stamp,
                "title": title,
                "summary": row.get("summary"),
                "source": row.get("source"),
            }
