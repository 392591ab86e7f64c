"""What the command lines share: option types, one-line errors, exit codes. No Prefect here."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import click

from tasks.domain.errors import CheckFailedError, ConfigError, GeoriskError, WriterBusyError

EXIT_CODES = {CheckFailedError: 3, WriterBusyError: 4, ConfigError: 2, GeoriskError: 1}
"""0 done; 1 a source or the warehouse failed; 2 mend an option or a seed; 3 a check failed; 4 another run writes."""


class Day(click.ParamType[date]):
    """`YYYY-MM-DD`."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse the date, or end with a sentence."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write YYYY-MM-DD", param, ctx)


class Instant(click.ParamType[datetime]):
    """ISO 8601 with an offset."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse the instant, or end with a sentence."""
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            instant = moment.astimezone(UTC)
        except (ValueError, OverflowError):  # OverflowError: an offset takes year 1 or 9999 out of the calendar
            self.fail(f"{value!r} is not an instant; write it like 2025-09-08T06:00:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no zone; write it like 2025-09-08T06:00:00Z", param, ctx)
        return instant


@contextmanager
def lines_on_stderr() -> Iterator[None]:
    """Show what the tasks log (progress, what was thrown away) on stderr, for commands without Prefect."""
    tasks, handler = logging.getLogger("tasks"), logging.StreamHandler(sys.stderr)
    before = tasks.level
    tasks.addHandler(handler)
    tasks.setLevel(logging.INFO)
    try:
        yield
    finally:
        tasks.removeHandler(handler)
        tasks.setLevel(before)


def write_text(path: Path, text: str) -> None:
    """Write what a command was asked to write.

    Raises:
        ConfigError: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise ConfigError(f"{path} cannot be written ({fault.strerror}); name another file") from None


def run_command(command: Callable[[], None], *, debug: bool) -> None:
    """Run a command; an error raised on purpose becomes one line on stderr and an exit code."""
    try:
        command()
    except GeoriskError as fault:
        if debug:
            raise
        click.echo(f"error: {fault}", err=True)
        sys.exit(next(code for kind, code in EXIT_CODES.items() if isinstance(fault, kind)))
