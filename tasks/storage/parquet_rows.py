"""Rows of a Parquet file within bounded memory: some kilobytes of Parquet can stand for gigabytes of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

BUDGET = 64_000_000
"""Bytes of text that are unpacked at a time."""

BATCH = 10_000


def open_parquet(path: Any) -> pq.ParquetFile:
    """Open a file so that a text that is stored once for many rows stays stored once until its row is due.

    Raises:
        OSError, pyarrow.ArrowException: it is no readable Parquet file.
    """
    plain = pq.ParquetFile(path)
    return pq.ParquetFile(path, read_dictionary=_shared_texts(plain))


def rows(file: pq.ParquetFile, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows as name -> Python value, `names` only, in the file's order; about `BUDGET` bytes are held at a time."""
    for batch in file.iter_batches(batch_size=_batch_size(file, names), columns=list(names)):
        step = max(1, min(batch.num_rows, BUDGET // max(1, _longest_row(batch))))
        for start in range(0, batch.num_rows, step):
            part = batch.slice(start, step)
            columns = [c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in part.columns]
            yield from pa.RecordBatch.from_arrays(columns, names=part.schema.names).to_pylist()


def _shared_texts(file: pq.ParquetFile) -> list[str]:
    """The text columns that the file stores as a list of values and a place in it for each row."""
    kinds = {field.name: field.type for field in file.schema_arrow}
    found = set()
    for group in range(file.metadata.num_row_groups):
        about = file.metadata.row_group(group)
        for number in range(about.num_columns):
            column = about.column(number)
            kind = kinds.get(column.path_in_schema)
            is_text = kind is not None and (pa.types.is_string(kind) or pa.types.is_binary(kind))
            if is_text and any("DICTIONARY" in encoding for encoding in column.encodings):
                found.add(column.path_in_schema)
    return sorted(found)


def _batch_size(file: pq.ParquetFile, names: Sequence[str]) -> int:
    """Rows that unpack to about `BUDGET` bytes where the file stores each text for itself."""
    size = BATCH
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        columns = (group.column(place) for place in range(group.num_columns))
        unpacked = sum(c.total_uncompressed_size for c in columns if c.path_in_schema.split(".")[0] in names)
        size = min(size, BUDGET * max(1, group.num_rows) // max(1, unpacked))
    return max(1, size)


def _longest_row(batch: pa.RecordBatch) -> int:
    """Bytes that a row of the batch unpacks to at most, over the texts that are stored once for many rows."""
    shared = [column.dictionary for column in batch.columns if pa.types.is_dictionary(column.type)]
    return sum(pc.max(pc.binary_length(texts)).as_py() or 0 for texts in shared)
