"""What every command does alike: help, one-line errors, exit codes, dry runs, silence where nobody watches."""

from __future__ import annotations

import os
import pty
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from flows.commands import ENDINGS, Command
from tasks.domain.errors import CheckFailedError, ConfigError, GeoriskError, LateError, SeedError, WriterBusyError
from tasks.storage.files import ROOT
from tests.flows.cli import commands, fingerprint, invoke, program
from tests.pipeline import Pipeline

COMMANDS = commands()
LEAVES = {name: command for name, command in COMMANDS.items() if not isinstance(command, click.Group)}
READ_ONLY = {"explain", "evaluate", "world_index", "serve run", "serve stop", "serve status"}
"""Without --dry-run: they write nothing, or what they write is all that they are for."""


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_how_and_how_it_ends(name: str) -> None:
    done = invoke(name, "--help")
    assert (done.exit_code, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80
    purpose = lines(done.stdout)[1].strip()
    assert purpose[0].isupper()
    assert "\nExamples:\n  python -m flows." in done.stdout or "\nExamples:\n  GEORISK_" in done.stdout
    told = " ".join(done.stdout.split())
    for code, meaning in ENDINGS.items():
        assert f"{code} {meaning}" in told
    for option in COMMANDS[name].params:
        assert not isinstance(option, click.Option) or option.help, option.name
    assert str(ROOT) not in done.stdout, "a path of this machine"


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_command_lines_that_are_accepted(name: str) -> None:
    examples = COMMANDS[name].examples  # type: ignore[attr-defined]
    assert examples
    for example in examples:
        words = [word for word in shlex.split(example) if word.strip()]
        start = words.index("python")
        assert words[start + 1] == "-m"
        module = words[start + 2].removeprefix("flows.")
        assert module == name.split()[0]
        command, arguments = program(module), words[start + 3 :]
        if isinstance(command, click.Group):
            command, arguments = command.commands[arguments[0]], arguments[1:]
        command.make_context(module, arguments)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_option_ends_in_one_line_that_says_where_to_look(name: str) -> None:
    done = invoke(name, "--no-such-option")
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = lines(done.stderr)
    assert line.startswith("error: No such option '--no-such-option'")
    assert line.endswith(f"; see python -m flows.{name} --help")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (GeoriskError("x"), 1),
        (ConfigError("x"), 2),
        (SeedError("f", 1, "r", "x"), 2),
        (CheckFailedError("x"), 3),
        (LateError("x"), 3),
        (WriterBusyError("x"), 4),
        (GeoriskError("two\nlines"), 1),
        (KeyError("x"), 1),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_every_error_is_one_line_and_its_code_and_debug_adds_the_trace(fault: BaseException, code: int) -> None:
    def fail() -> None:
        raise fault

    command = click.command(cls=Command, examples=["python -m flows.x"])(fail)
    plain, debugged = (CliRunner().invoke(command, options) for options in ([], ["--debug"]))
    assert (plain.exit_code, debugged.exit_code) == (code, code)
    (line,) = lines(plain.stderr)
    assert line.startswith("error: ")
    assert "Traceback (most recent call last)" in debugged.stderr
    assert lines(debugged.stderr)[-1] == line
    assert code in ENDINGS


def test_a_list_of_what_failed_keeps_its_lines() -> None:
    def fail() -> None:
        raise GeoriskError("not one of 2 answered\n  a: no\n  b: no")

    done = CliRunner().invoke(click.command(cls=Command)(fail), [])
    assert done.stderr == "error: not one of 2 answered\n  a: no\n  b: no\n"


def test_a_fault_that_nobody_foresaw_says_how_to_report_it() -> None:
    def fail() -> None:
        raise ZeroDivisionError("by zero")

    done = CliRunner().invoke(click.command(cls=Command)(fail), [])
    assert lines(done.stderr) == [
        "error: ZeroDivisionError: by zero (not foreseen: run it again with --debug and report the trace)"
    ]


FAILING = {
    "admin backup": ["--home", "none"],
    "admin export": ["--home", "none", "--to", "none-tables"],
    "admin prune": ["--home", "none"],
    "admin restore": ["none.tar.gz", "--home", "none"],
    "admin watch": ["--home", "none", "--seeds", "none"],
    "backfill_signals": "--articles none --prices sample --now 2025-09-30T06:00Z --home none --dry-run".split(),
    "daily_signals": ["--articles", "none", "--home", "none", "--dry-run"],
    "deploy": ["--home", "none", "--file", "none.yaml"],
    "evaluate": ["--labelled", "none.csv"],
    "explain": ["--home", "none", "--article", "x"],
    "research_report": ["--home", "none", "--gpr", "none.csv"],
    "score_articles": ["--articles", "none", "--out", "none.csv"],
    "serve run": ["--port", "1"],
    "serve start": ["--port", "1"],
    "serve status": ["--home", "none"],
    "world_index": ["--titles", "none.parquet", "--index", "none.csv"],
}


def test_every_command_that_can_fail_is_made_to() -> None:
    assert set(FAILING) == set(LEAVES) - {"serve stop"}  # which has done its work where no server runs


@pytest.mark.parametrize("name", sorted(set(FAILING) - {"serve run", "serve start"}))
def test_a_command_that_fails_says_so_in_one_line(name: str, tmp_path: Path) -> None:
    options = [str(tmp_path / word) if word.startswith("none") else word for word in FAILING[name]]
    done = invoke(name, *options)
    assert done.exit_code in (1, 2), done.output
    assert done.stdout == ""
    (line,) = lines(done.stderr)
    assert line.startswith("error: ")
    assert list(tmp_path.iterdir()) == []
    traced = invoke(name, *options, "--debug")
    assert traced.exit_code == done.exit_code
    assert "Traceback (most recent call last)" in traced.stderr


@pytest.fixture(scope="module")
def archive(demo: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "demo.tar.gz"
    done = invoke("admin backup", "--home", str(demo.run.home), "--to", str(path))
    assert done.exit_code == 0, done.output
    return path


Given = Callable[[Path, Path], list[str]]
"""(home, archive) -> the options behind --home HOME --dry-run."""

DRY: dict[str, tuple[Given, str]] = {
    "admin backup": (lambda home, archive: [], "publication demo"),
    "admin export": (lambda home, archive: ["--to", str(home / "tables")], "Parquet files, load.sql"),
    "admin prune": (lambda home, archive: ["--keep-days", "30"], "would drop"),
    "admin restore": (lambda home, archive: [str(archive), "--replace"], "what the home holds"),
    "admin watch": (lambda home, archive: ["--now", "2025-10-08T06:00Z"], "nothing is late"),
    "backfill_signals": (
        lambda home, archive: "--articles seeds --prices sample --now 2025-10-08T06:00Z --part-days 100".split(),
        "in 3 parts",
    ),
    "daily_signals": (lambda home, archive: [], "133 article files: 133 articles, 0 set aside"),
    "research_report": (lambda home, archive: [], "validation.html"),
    "serve start": (lambda home, archive: ["--port", "48211"], "would serve"),
}


def test_every_command_that_writes_has_a_dry_run() -> None:
    having = {name for name, command in LEAVES.items() if any(param.name == "dry_run" for param in command.params)}
    assert having == set(LEAVES) - READ_ONLY
    assert set(DRY) == having - {"deploy", "score_articles"}  # the one is in tests/operations, the other has no home


@pytest.mark.parametrize("name", DRY)
def test_a_dry_run_tells_and_leaves_every_byte(name: str, demo: Pipeline, archive: Path) -> None:
    home = demo.run.home
    given, told = DRY[name]
    before = fingerprint(home)
    done = invoke(name, *given(home, archive), "--home", str(home), "--dry-run")
    assert done.exit_code in (0, 3), done.output
    assert told in " ".join((done.stdout + done.stderr).split())
    assert fingerprint(home) == before


@pytest.mark.parametrize("name", DRY)
def test_a_dry_run_makes_no_home(name: str, tmp_path: Path, archive: Path) -> None:
    home = tmp_path / "none"
    done = invoke(name, *DRY[name][0](home, archive), "--home", str(home), "--dry-run")
    assert done.exit_code in (0, 1, 2), done.output
    assert len(lines(done.stderr)) == (done.exit_code != 0)
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_of_scoring_writes_no_file(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "good.txt").write_text("Army shells border town\n\nGunners shelled it.\n", encoding="utf-8")
    (tmp_path / "news" / "bad.txt").write_bytes(b"\xff\xfe")
    before = fingerprint(tmp_path)
    done = invoke("score_articles", "--articles", str(tmp_path / "news"), "--out", str(tmp_path / "s.csv"), "--dry-run")
    assert done.exit_code == 0, done.output
    assert "2 article files: 1 articles, 1 set aside" in done.stdout
    assert "s.csv, 4 rows" in done.stdout
    assert fingerprint(tmp_path) == before


def test_a_dry_run_reads_an_archive_whole(archive: Path, tmp_path: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "bad.tar.gz").write_bytes(content)
    done = invoke("admin restore", str(tmp_path / "bad.tar.gz"), "--home", str(tmp_path / "home"), "--dry-run")
    assert done.exit_code == 1
    assert "cannot be restored" in done.stderr


def run(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    """Start a command as a terminal would: what runs in the background of a script is deaf to Ctrl-C otherwise."""
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, **options)  # type: ignore[call-overload, no-any-return]
    finally:
        signal.signal(signal.SIGINT, before)


def read_terminal(arguments: list[str], **environment: str) -> tuple[str, str, int]:
    """(stdout through a pipe, what a terminal shows of stderr, exit code)."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # the end of a terminal, on Linux
                break
            if not part:
                break
            shown += part
        os.close(ours)
        out = process.stdout.read() if process.stdout else b""
    return out.decode(), shown.decode(), process.returncode


def test_progress_is_for_who_watches(tmp_path: Path) -> None:
    titles = tmp_path / "titles.csv"
    titles.write_text("title\n" + "A choir sings\n" * 5_001, encoding="utf-8")
    command = ["-m", "flows.score_articles", "--articles", str(titles), "--workers", "1", "--out"]
    result = "5001 articles scored, 0 set aside"
    out, shown, code = read_terminal([*command, str(tmp_path / "a.parquet")])
    assert (code, out.strip()) == (0, f"{result}: {tmp_path / 'a.parquet'}")
    assert "finished parts are kept in" in shown
    done = run(*command, str(tmp_path / "b.parquet"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out_bytes, errors = done.communicate()
    assert (done.returncode, out_bytes.decode().strip(), errors) == (0, f"{result}: {tmp_path / 'b.parquet'}", b"")


PREFECT = """
import logging, click
from flows import steps
from flows.commands import Command
from prefect.logging import get_logger
@click.command(cls=Command)
def main():
    steps.mind_the_console()
    names = {"flow_run_name": "x", "flow_name": "y"}  # no id: nothing is sent to a server
    log = logging.LoggerAdapter(get_logger("flow_runs"), names)
    log.info("Beginning flow run 'x' at http://127.0.0.1:1")
    log.warning("another run is writing")
    log.error("Encountered exception during execution")
    logging.getLogger("somebody").error("of another")
main()
"""


def test_prefect_is_quiet_where_nobody_watches_and_has_no_colours_where_none_are_wanted() -> None:
    done = run("-c", PREFECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, errors = done.communicate()
    assert [line.split(" - ")[-1] for line in lines(errors.decode())] == ["another run is writing", "of another"]
    _, shown, _ = read_terminal(["-c", PREFECT], NO_COLOR="1", TERM="xterm-256color")
    assert "Beginning flow run" in shown
    assert "Encountered" not in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("options", [["--help"], []], ids=["help", "result"])
def test_a_closed_pipe_ends_without_a_word(options: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = run("-m", "flows.evaluate", *options, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.communicate()[1], done.returncode) == (b"", 141)


def test_ctrl_c_ends_with_one_line(tmp_path: Path) -> None:
    """The command reads a pipe that brings nothing; our end of it opens when the command has opened its own."""
    pipe = tmp_path / "labelled.csv"
    os.mkfifo(pipe)
    done = run("-m", "flows.evaluate", "--labelled", str(pipe), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with pipe.open("wb"):
        done.send_signal(signal.SIGINT)
        out, errors = done.communicate(timeout=120)
    assert (out, done.returncode) == (b"", 130)
    assert lines(errors.decode()) == ["error: interrupted; what was published before stays, the same command goes on"]


EARLY = "import os, signal, sys; sys.argv = ['-m']; import flows; raise KeyboardInterrupt"


def test_ctrl_c_while_a_command_is_being_imported_ends_with_one_line() -> None:
    done = run("-c", EARLY, stderr=subprocess.PIPE)
    assert (done.communicate()[1], done.returncode) == (b"error: interrupted before anything was done\n", 130)


def test_a_look_makes_no_prefect_home(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_HOME"}
    command = [sys.executable, "-m", "flows.daily_signals", "--dry-run"]
    done = subprocess.run(
        command, cwd=ROOT, env={**environment, "GEORISK_HOME": str(tmp_path / "home")}, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert list((tmp_path / "home").iterdir()) == []
