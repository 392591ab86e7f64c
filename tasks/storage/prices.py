"""Price providers: rows of text as the provider gives them; the SQL of `incoming.price_verdict` judges them.

`sample` reads `seeds/prices/`, `files` the user's own CSV (.gz) or Parquet files. A provider is a function from
paths to rows; a live one only has to give the same rows.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.domain.errors import SourceError

FIELDS = ("symbol", "date", "open", "high", "low", "close", "adj_close", "volume", "currency")
REQUIRED = ("symbol", "date", "close")
SUFFIXES = (".csv", ".csv.gz", ".parquet")
NOT_PRICES = ("dividends",)
"""Files of the sample folder that are no price files."""

PriceRow = tuple[str, Mapping[str, str | None]]
"""(location, field -> text as given, None where the file has no such field)."""


def read_prices(paths: Sequence[Path]) -> Iterator[PriceRow]:
    """Every row of the price files, in the order of the sorted names.

    Raises:
        SourceError: a path does not exist, is of no known kind, lacks a required column, or is not readable.
    """
    for path in paths:
        if not path.exists():
            raise SourceError(f"{path} does not exist; give a price file or a folder of them")
        children = sorted(path.iterdir()) if path.is_dir() else [path]
        files = [child for child in children if child.name.endswith(SUFFIXES)]
        files = [child for child in files if child.name.split(".")[0] not in NOT_PRICES]
        if not files:
            raise SourceError(f"{path} holds no price file; they end in {', '.join(SUFFIXES)}")
        for file in files:
            yield from _read_parquet(file) if file.suffix == ".parquet" else _read_csv(file)


def _read_csv(path: Path) -> Iterator[PriceRow]:
    opener: Callable[..., IO[str]] = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            _check_columns(path, reader.fieldnames or ())
            for cells in reader:
                yield f"{path.name}:{reader.line_num}", {name: cells.get(name) for name in FIELDS}
    except UnicodeDecodeError as fault:
        raise SourceError(f"{path} is not valid UTF-8 (byte {fault.start}); save it as UTF-8") from None
    except (csv.Error, OSError, EOFError) as fault:
        raise SourceError(f"{path} is not a readable CSV file ({fault}); write it again") from None


def _read_parquet(path: Path) -> Iterator[PriceRow]:
    try:
        file = pq.ParquetFile(path)
        _check_columns(path, file.schema_arrow.names)
        names = [name for name in FIELDS if name in file.schema_arrow.names]
        number = 0
        for batch in file.iter_batches(columns=names):
            for cells in batch.to_pylist():
                number += 1
                yield f"{path.name}:{number}", {name: _text(cells.get(name)) for name in FIELDS}
    except (pa.ArrowException, OSError) as fault:
        raise SourceError(f"{path} is not a readable Parquet file ({fault}); write it again") from None


def _text(value: object) -> str | None:
    """The cell as a CSV would give it; a Parquet timestamp at midnight is its date."""
    return None if value is None else str(value).removesuffix(" 00:00:00")


def _check_columns(path: Path, given: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in given]
    if missing:
        raise SourceError(f"{path} lacks column {missing[0]!r}; price files have {', '.join(REQUIRED)}")
