"""Write rows to one CSV or Parquet file, bit by bit, under a temporary name until the last row is in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from tasks.domain.errors import ConfigError

BATCH = 20_000
FORMULA = re.compile(r"^[=+@\t\r-]")
"""What a spreadsheet would run; in CSV such a text gets an apostrophe in front."""


class TableWriter:
    """A context that takes rows and leaves a whole file, or, when the block fails, none."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Choose the format by the ending.

        Raises:
            ConfigError: `path` ends neither in .csv nor in .parquet, or its folder does not exist.
        """
        if path.suffix not in (".csv", ".parquet"):
            raise ConfigError(f"{path} ends neither in .csv nor in .parquet; name the output so")
        if not path.absolute().parent.is_dir():
            raise ConfigError(f"the folder of {path} does not exist; make it first")
        self._path, self._schema = path, schema
        self._draft = path.with_name(f".{path.name}.part")
        self._rows: list[Mapping[str, Any]] = []

    def __enter__(self) -> TableWriter:
        """Open the draft."""
        kind = pa_csv.CSVWriter if self._path.suffix == ".csv" else pq.ParquetWriter
        self._writer = kind(str(self._draft), self._schema)
        return self

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take rows; they reach the draft in batches."""
        self._rows += rows
        if len(self._rows) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        rows = self._rows
        if self._path.suffix == ".csv":
            rows = [{name: _defused(value) for name, value in row.items()} for row in rows]
        self._writer.write_table(pa.Table.from_pylist(list(rows), schema=self._schema))
        self._rows = []

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Rename the draft into place, or remove it."""
        is_whole = False
        try:
            if kind is None:
                self._flush()
                is_whole = True
        finally:
            self._writer.close()
            if not is_whole:
                self._draft.unlink(missing_ok=True)
        if is_whole:
            self._draft.replace(self._path)


def _defused(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value
