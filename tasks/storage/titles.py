"""Read large files of dated titles, and the published index to compare with."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.domain.errors import ConfigError

DATE_COLUMNS = ("published_date", "published_at", "seen_at")
BATCH = 50_000


def read_titles(path: Path, source: str | None = None) -> Iterator[tuple[date, str]]:
    """Yield (day, title) of a Parquet file with `title` and one of `DATE_COLUMNS`, in batches, in file order.

    Raises:
        ConfigError: the file cannot be read or lacks a column.
    """
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowInvalid) as fault:
        raise ConfigError(f"{path}: not a Parquet file ({fault}); give the path of one") from None
    names = file.schema_arrow.names
    day_column = next((name for name in DATE_COLUMNS if name in names), None)
    wanted = [day_column, "title", *(["source"] if source else [])]
    missing = [name or " or ".join(DATE_COLUMNS) for name in wanted if name not in names]
    if missing:
        raise ConfigError(f"{path}: columns missing: {', '.join(missing)}; add them")
    for batch in file.iter_batches(BATCH, columns=wanted):
        columns = [batch.column(name).to_pylist() for name in wanted]
        for row in zip(*columns, strict=True):
            if row[0] is not None and row[1] and (source is None or row[2] == source):
                yield row[0].date() if isinstance(row[0], datetime) else row[0], row[1]


def read_index(path: Path, column: str = "gpr") -> dict[str, float]:
    """ISO date -> value of a CSV (or .csv.gz) with `date` and `column`; empty cells are left out.

    Raises:
        ConfigError: the file cannot be read, lacks a column or holds no number.
    """
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if not {"date", column} <= set(reader.fieldnames or ()):
                raise ConfigError(f"{path}:1: columns date and {column} expected; add them")
            return {row["date"]: float(row[column]) for row in reader if row[column]}
    except OSError as fault:
        raise ConfigError(f"{path}: cannot be read ({fault}); give the path of a CSV file") from None
    except ValueError as fault:
        raise ConfigError(f"{path}: {fault}; mend the value") from None
