"""Price providers: rows of text as the provider gives them; the SQL of `incoming.price_verdict` judges them.

`sample` reads `seeds/prices/`, `files` the user's own CSV (.gz) or Parquet files. A provider is a function from
paths to rows; a live one only has to give the same rows.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from tasks.domain.errors import SourceError
from tasks.domain.run import Run
from tasks.storage.article_tables import check_unique, check_zones
from tasks.storage.files import expand
from tasks.storage.lines import BoundedRows, RowTooLongError
from tasks.storage.parquet_rows import open_parquet, rows

FIELDS = ("symbol", "date", "open", "high", "low", "close", "adj_close", "volume", "currency")
DIVIDEND_FIELDS = ("symbol", "ex_date", "amount", "currency")
REQUIRED = {FIELDS: ("symbol", "date", "close"), DIVIDEND_FIELDS: DIVIDEND_FIELDS[:3]}
SUFFIXES = (".csv", ".csv.gz", ".parquet")
DIVIDENDS = "dividends"
"""How the name of a file of ex-dividends starts."""

ROW_LIMIT = 1_000_000
"""Characters of a row of prices; a longer one is no price."""

PriceRow = tuple[str, Mapping[str, str | None]]
"""(location, field -> text as given, None where the file has no such field)."""


def read_prices(paths: Sequence[Path]) -> Iterator[PriceRow]:
    """Every row of the price files: files, folders of files, or patterns; in the order of the sorted names.

    Raises:
        SourceError: a path does not exist, is of no known kind, lacks a required column, or is not readable.
    """
    for path in paths:
        for file in _price_files(path):
            yield from _rows(file, FIELDS)


def price_paths(run: Run) -> list[Path]:
    """The files, folders and patterns of prices that a run reads; none in a live run without files."""
    return [run.seeds / "prices" if name == "sample" else Path(name) for name in run.files]


def check_price_files(paths: Sequence[Path]) -> None:
    """Open every price file and look at its columns, so that hours of scoring do not end at a wrong file.

    Raises:
        SourceError: as `read_prices` and `read_dividends` do, as far as the first row of each file tells.
    """
    for path in paths:
        for file in _price_files(path):
            next(_rows(file, FIELDS), None)
        for file in filter(_is_dividends, _files(path)):
            next(_rows(file, DIVIDEND_FIELDS), None)


def read_dividends(paths: Sequence[Path]) -> Iterator[PriceRow]:
    """Every row of the files among the paths whose name starts with `dividends`; none need exist.

    Raises:
        SourceError: as for prices.
    """
    for path in paths:
        for file in _files(path):
            if _is_dividends(file):
                yield from _rows(file, DIVIDEND_FIELDS)


def _price_files(path: Path) -> list[Path]:
    files = [file for file in _files(path) if not _is_dividends(file)]
    if not files:
        raise SourceError(f"{path} holds no price file; they end in {', '.join(SUFFIXES)}")
    return files


def _is_dividends(file: Path) -> bool:
    return file.name.lower().startswith(DIVIDENDS)


def _rows(file: Path, fields: tuple[str, ...]) -> Iterator[PriceRow]:
    read = _read_parquet if file.suffix.lower() == ".parquet" else _read_csv
    return read(file, fields)


def _files(path: Path) -> list[Path]:
    places = expand(path)
    if not places:
        raise SourceError(f"{path} does not exist; give a price file, a folder of them or a pattern")
    children = [child for place in places for child in (sorted(place.iterdir()) if place.is_dir() else [place])]
    return [child for child in children if child.name.lower().endswith(SUFFIXES)]


def _read_csv(path: Path, fields: tuple[str, ...]) -> Iterator[PriceRow]:
    opener: Callable[..., IO[str]] = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            # Strict: a quote that is never closed would else swallow all the rows after it.
            lines = BoundedRows(file, ROW_LIMIT)
            reader = csv.DictReader(lines, strict=True)
            _check_columns(path, reader.fieldnames or (), fields)
            lines.begin_row()
            for cells in reader:
                lines.begin_row()
                yield f"{path.name}:{reader.line_num}", _row(cells, fields)
    except UnicodeDecodeError as fault:
        raise SourceError(f"{path} is not valid UTF-8 (byte {fault.start}); save it as UTF-8") from None
    except (csv.Error, OSError, EOFError, zlib.error, RowTooLongError) as fault:
        raise SourceError(f"{path} is not a readable CSV file ({fault}); write it again") from None


def _row(cells: Mapping[str | None, Any], fields: tuple[str, ...]) -> dict[str, str | None]:
    """The fields of a row; the value of a row with more or fewer cells than the header is the whole row.

    Such a row (an unquoted `1,234.5`, a file that was cut short) is cut in the wrong place; so it is refused as no
    number, not taken for 1.
    """
    row: dict[str, str | None] = {name: cells.get(name) for name in fields}
    value = REQUIRED[fields][-1]
    if None in cells or (row[value] is not None and None in cells.values()):
        given = [str(cell) for name, cell in cells.items() if name and cell is not None]
        row[value] = ",".join([*given, *cells.get(None, ())])
    return row


def _read_parquet(path: Path, fields: tuple[str, ...]) -> Iterator[PriceRow]:
    try:
        file = open_parquet(path)
        _check_columns(path, file.schema_arrow.names, fields)
        names = [name for name in fields if name in file.schema_arrow.names]
        check_zones(path, file.schema_arrow, names)
        for number, cells in enumerate(rows(file, names), start=1):
            yield f"{path.name}:{number}", {name: _text(cells.get(name)) for name in fields}
    # ValueError: bytes that are no UTF-8, or an instant that no calendar has.
    except (pa.ArrowException, OSError, ValueError, OverflowError) as fault:
        raise SourceError(f"{path} is not a readable Parquet file ({fault}); write it again") from None


def _text(value: object) -> str | None:
    """The cell as a CSV would give it; a Parquet timestamp at midnight, in its own zone, is its date."""
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    return None if value is None else str(value)


def _check_columns(path: Path, given: Sequence[str], fields: tuple[str, ...]) -> None:
    missing = [name for name in REQUIRED[fields] if name not in given]
    if missing:
        raise SourceError(f"{path} lacks column {missing[0]!r}; such files have {', '.join(REQUIRED[fields])}")
    check_unique(path, given, fields)
