"""Write tables to one CSV or Parquet file, one after the other, under a temporary name until the last is in."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from tasks.domain.errors import ConfigError

FORMULA = r"^[=+@\t\r-]"
"""What a spreadsheet would run; in CSV such a text gets an apostrophe in front."""


class TableWriter:
    """A context that takes tables and leaves a whole file, or, when the block fails, none."""

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

    def __enter__(self) -> TableWriter:
        """Open the draft."""
        kind = pa_csv.CSVWriter if self._path.suffix == ".csv" else pq.ParquetWriter
        self._writer = kind(str(self._draft), self._schema)
        return self

    def write(self, table: pa.Table) -> None:
        """Add the rows of a table of this schema; in Parquet they become a row group.

        Raises:
            ValueError: the table has other columns, or values that do not fit (an ArrowInvalid is one, too).
        """
        table = table.cast(self._schema)  # the writer of CSV would take any table
        self._writer.write_table(_defused(table) if self._path.suffix == ".csv" else table)

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Rename the draft into place, or remove it."""
        is_whole = False
        try:
            self._writer.close()
            is_whole = kind is None
        finally:
            if not is_whole:
                self._draft.unlink(missing_ok=True)
        if is_whole:
            self._draft.replace(self._path)


def _defused(table: pa.Table) -> pa.Table:
    """The table with an apostrophe before each text that is a formula to a spreadsheet."""
    for at, field in enumerate(table.schema):
        if field.type != pa.string():
            continue
        texts = table.column(at)
        is_formula = pc.match_substring_regex(texts, FORMULA)
        if pc.any(is_formula).as_py():
            quoted = pc.binary_join_element_wise(pa.scalar("'"), texts, pa.scalar(""))
            table = table.set_column(at, field, pc.if_else(is_formula, quoted, texts))
    return table
