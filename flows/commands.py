"""What the command lines share: help, options, one-line errors, exit codes, when to be quiet. No Prefect here.

A command is a function under `click.command(cls=Command, ...)`; a group of them stands under `cls=Group`. Results go
to stdout, everything else to stderr; what only tells how far a run is, is shown where somebody watches.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from tasks.domain.errors import CheckFailedError, ConfigError, GeoriskError, WriterBusyError

EXIT_CODES = {CheckFailedError: 3, WriterBusyError: 4, ConfigError: 2, GeoriskError: 1}
INTERRUPTED, PIPE_CLOSED = 130, 141
ENDINGS = {
    0: "done",
    1: "a source, the warehouse or the machine failed; what was published before stays",
    2: "an option, a seed or a setting has to be mended; nothing was written",
    3: "a check failed, or a publication is late",
    4: "somebody else writes in this home, or serves it",
    INTERRUPTED: "interrupted with Ctrl-C; the same command goes on",
    PIPE_CLOSED: "the program that read the output ended before it, as `head` does",
}
"""Every exit code and what it means; docs/operations.md and each `--help` print them."""

WIDTH = 80
_DEBUG, _VERBOSE = "georisk.debug", "georisk.verbose"


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


ANY_PATH = click.Path(path_type=Path)
HOME = click.option("--home", type=ANY_PATH, help="Folder of the results.  [default: GEORISK_HOME or data/]")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would be read and written; write nothing.")


class _Manners(click.Command):
    """Examples and exit codes in the help, one line for an error, an exit code for every ending."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        settings = {"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": WIDTH}
        super().__init__(*args, **{"context_settings": settings, **kwargs})
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples as they are typed, and the exit codes."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write("".join(f"  {line}\n" for line in example.splitlines()))
        with formatter.section("Exit codes (docs/operations.md)"):
            formatter.write_dl([(str(code), meaning) for code, meaning in ENDINGS.items()])

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run as a program, to its exit code."""
        extra.pop("standalone_mode", None)
        try:
            code = super().main(args, prog_name, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as fault:
            fault.show()
            code = fault.exit_code
        except click.ClickException as fault:
            context = getattr(fault, "ctx", None)
            hint = f"; see {context.command_path} --help" if context else ""
            _tell_error(f"{fault.format_message().rstrip('.')}{hint}")
            code = fault.exit_code
        sys.exit(code if isinstance(code, int) else 0)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse the options; where they ask for help, it is printed here."""
        with _endings():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Do it."""
        with _endings():
            done = super().invoke(ctx)
            sys.stdout.flush()
            return done


class Command(_Manners):
    """One command; every one has --verbose and --debug."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As click's; the two options come last."""
        super().__init__(*args, **kwargs)
        self.params += [
            _flag("--verbose", _VERBOSE, "Tell of progress also where stderr is no terminal."),
            _flag("--debug", _DEBUG, "Show the trace of an error."),
        ]


class Group(_Manners, click.Group):
    """Commands under one name."""

    command_class = Command


def _flag(name: str, key: str, text: str) -> click.Option:
    def keep(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
        ctx.meta[key] = value

    return click.Option([name], is_flag=True, expose_value=False, callback=keep, help=text)


def _is_set(key: str) -> bool:
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(key))


def is_debugging() -> bool:
    """Whether traces are wanted."""
    return _is_set(_DEBUG)


def is_watched() -> bool:
    """Whether somebody wants to know how far a run is: at a terminal, or because they said --verbose."""
    return _is_set(_VERBOSE) or sys.stderr.isatty()


def tell(line: str) -> None:
    """Say how far a run is, where somebody watches."""
    if is_watched():
        click.echo(line, err=True)


def warn(line: str) -> None:
    """Say on stderr what has to be known."""
    click.echo(line, err=True)


@contextmanager
def lines_on_stderr() -> Iterator[None]:
    """Show what the tasks log on stderr, for commands without Prefect: warnings always, progress where it is wanted."""
    tasks, handler = logging.getLogger("tasks"), logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.INFO if is_watched() else logging.WARNING)
    before = tasks.level
    tasks.addHandler(handler)
    tasks.setLevel(logging.INFO)
    try:
        yield
    finally:
        tasks.removeHandler(handler)
        tasks.setLevel(before)


def print_plan(lines: Iterable[tuple[str, str]]) -> None:
    """The result of a `--dry-run`: (what, about it) in two columns."""
    for head, text in lines:
        click.echo(f"{head:<12} {text}")
    click.echo("dry run      nothing was written")


def write_text(path: Path, text: str) -> None:
    """Write what a command was asked to write.

    Raises:
        ConfigError: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise ConfigError(f"{path} cannot be written ({fault.strerror}); name another file") from None


@contextmanager
def _endings() -> Iterator[None]:
    """Turn what ends a command into one line on stderr and an exit code; --debug adds the trace."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise  # click's own, for `main`
    except GeoriskError as fault:
        _end(next(code for kind, code in EXIT_CODES.items() if isinstance(fault, kind)), str(fault))
    except KeyboardInterrupt:
        _end(INTERRUPTED, "interrupted; what was published before stays, the same command goes on")
    except BrokenPipeError:
        with suppress(OSError):  # else Python complains again when it flushes at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PIPE_CLOSED)
    except Exception as fault:
        words = f"{type(fault).__name__}: {fault}".rstrip(": ")
        _end(1, f"{words} (not foreseen: run it again with --debug and report the trace)")


def _end(code: int, words: str) -> NoReturn:
    if is_debugging():
        traceback.print_exc()
    _tell_error(words)
    sys.exit(code)


def _tell_error(words: str) -> None:
    """One line, whatever the words bring along; after it the indented lines of a message that lists what failed."""
    head, *listed = words.split("\n  ")
    click.echo("\n  ".join([f"error: {_one_line(head)}", *map(_one_line, listed)]), err=True)


def _one_line(words: str) -> str:
    return " ".join(words.split())
