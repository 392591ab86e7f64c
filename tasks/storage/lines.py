"""Lines of a text file within bounds: a small archive can hold one line of gigabytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

ROW_LIMIT = 64_000_000
"""Characters of one row: more than any article, and little enough to hold in memory."""


class RowTooLongError(ValueError):
    """A row of a table is longer than `ROW_LIMIT`; nobody wrote that by hand."""


class BoundedRows:
    """Iterates over the lines of a file that make the rows of a table; a row of too many characters is an error."""

    def __init__(self, file: IO[str], limit: int = ROW_LIMIT) -> None:
        """Read from `file`; a row may have `limit` characters, over all its lines."""
        self._file, self._limit, self._left = file, limit, limit

    def begin_row(self) -> None:
        """The lines that follow belong to the next row."""
        self._left = self._limit

    def __iter__(self) -> BoundedRows:
        """Itself: it can be read once."""
        return self

    def __next__(self) -> str:
        """The next line, with its end.

        Raises:
            RowTooLongError: the row has more characters than the limit.
        """
        line = self._file.readline(self._left + 1)
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left < 0:
            raise RowTooLongError(f"a row is longer than {self._limit:,} characters")
        return line


def bounded_lines(file: IO[str], limit: int = ROW_LIMIT) -> Iterator[str | None]:
    """The lines of a file; None in the place of one that is longer than `limit`, whose rest is skipped unseen."""
    while line := file.readline(limit + 1):
        if len(line) <= limit:
            yield line
            continue
        while line and not line.endswith("\n"):
            line = file.readline(limit + 1)
        yield None
