"""docs/operations.md says what the code does: exit codes, messages, schedules, alerts, commands."""

from __future__ import annotations

import ast
import configparser
import re
import typing
from pathlib import Path

import pytest
import yaml

from flows.admin import KEEP_DAYS
from flows.commands import ENDINGS, EXIT_CODES
from flows.serve import RUN_SECONDS
from flows.serve import main as serve
from flows.server_place import RUNS_KEPT_SECONDS
from tasks.domain import errors as domain_errors
from tasks.domain.alerts import Kind
from tasks.storage.files import KEEP_PUBLICATIONS, ROOT
from tests.pipeline import SEEDS

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
CODE = {
    path: re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8"))
    for folder in ("flows", "tasks")
    for path in (ROOT / folder).rglob("*.py")
}


def section(title: str) -> str:
    """The text under a heading, up to the next of its rank."""
    rank, _, _ = title.partition(" ")
    text = PAGE.split(f"\n{title}\n", 1)[1]
    return re.split(rf"\n#{{1,{len(rank)}}} ", text)[0]


def rows(text: str) -> list[list[str]]:
    """The rows of all tables of a text, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in cells if not set("".join(row)) <= set("- ")]


def test_every_exit_code_stands_in_the_table() -> None:
    table = section("## Exit codes")
    told = [row for row in rows(table) if len(row) == 2 and row[0] != "code"]
    assert told == [[str(code), meaning] for code, meaning in ENDINGS.items()]
    assert set(EXIT_CODES.values()) < set(ENDINGS)


MESSAGES = [row for row in rows(section("## Exit codes")) if len(row) == 3 and row[0] != "code"]


@pytest.mark.parametrize("row", MESSAGES, ids=lambda row: row[1])
def test_every_message_is_said_by_the_code(row: list[str]) -> None:
    parts = re.findall(r"`([^`]+)`", row[1])
    assert parts
    assert any(all(part in text for part in parts) for text in CODE.values()), parts


def test_there_is_a_remedy_for_every_message() -> None:
    assert len(MESSAGES) > 15
    assert all(row[2] for row in MESSAGES)
    assert {row[0] for row in MESSAGES} == {str(code) for code in EXIT_CODES.values()}


MACHINE = (
    *(ROOT / "flows").glob("*.py"),
    *(ROOT / "tasks" / f"{name}.py" for name in ("backup", "export", "prune", "check")),
    *(
        ROOT / "tasks" / "storage" / f"{name}.py"
        for name in ("archives", "copies", "faults", "files", "models", "parts", "score_chunks", "warehouse", "workers")
    ),
)
NOT_MENDED = {"ConfigError", "SeedError", "ClockError"}
"""Of exit code 2: those sentences name the option or the setting."""

ELSEWHERE = ("the first line must be", "cannot write ", "no message")
"""Said to whoever writes SQL, and what an alert says of an error without words."""


def raised(path: Path) -> list[str]:
    """The constant words of every sentence that a module makes an error of, but those of exit code 2."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    errors = {name for name, value in vars(domain_errors).items() if isinstance(value, type)} | {"NoServerError"}
    chosen = [call for call in calls if getattr(call.func, "id", "") in errors - NOT_MENDED and call.args]
    words = [[n.value for n in ast.walk(call.args[0]) if isinstance(n, ast.Constant)] for call in chosen]
    return [text for text in ("…".join(map(str, parts)) for parts in words) if re.search(r"[a-z]{3}", text)]


def test_the_page_has_every_sentence_about_machine_and_home() -> None:
    told = [re.findall(r"`([^`]+)`", row[1]) for row in MESSAGES]
    said = [text for path in MACHINE for text in raised(path)]
    assert len(said) > 25
    missing = [text for text in said if not any(all(part in text for part in parts) for parts in told)]
    assert [text for text in missing if not any(part in text for part in ELSEWHERE)] == []


def test_every_kind_of_alert_stands_in_the_table() -> None:
    named = [row[0].strip("`") for row in rows(section("## What to watch"))][1:]
    assert sorted(named) == sorted(typing.get_args(Kind))
    rules = yaml.safe_load((SEEDS / "alerts.yaml").read_text(encoding="utf-8"))
    assert sorted(rules["cooldown_hours"]) == sorted(named)
    assert f"closed {rules['late_after_hours']} hours ago" in PAGE
    assert f"reached {rules['signal_z']:g}" in PAGE


def test_every_schedule_stands_in_the_table() -> None:
    given = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    wanted = {
        item["name"]: [f"`{schedule['cron']}` {schedule['timezone']}" for schedule in item["schedules"]]
        or ["on demand"]
        for item in given
    }
    told = {row[0].strip("`").split("/")[1]: [row[1]] for row in rows(section("## Schedules"))[1:]}
    assert told == wanted


def test_the_unit_starts_what_there_is() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    (text,) = re.findall(r"```ini\n(.*?)```", PAGE, re.DOTALL)
    unit.read_string(text)
    start = unit["Service"]["ExecStart"].split()
    assert start[1:] == ["-m", "flows.serve", "run"]
    assert "run" in serve.commands
    assert int(unit["Service"]["TimeoutStopSec"]) > 180


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z-]+)", PAGE))))
def test_every_target_exists(target: str) -> None:
    if target in ("room", "a"):  # words, no targets
        return
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([a-z_.]+)", PAGE))))
def test_every_module_exists(module: str) -> None:
    assert (ROOT / Path(*module.split("."))).with_suffix(".py").is_file()


def test_numbers_of_the_page_are_those_of_the_code() -> None:
    assert "Publications keep themselves to three" in PAGE
    assert KEEP_PUBLICATIONS == 3
    assert f"older than {KEEP_DAYS} days" in PAGE
    assert f"Prefect's runs to {RUNS_KEPT_SECONDS // 86_400} days" in PAGE
    assert "for two minutes" in PAGE
    assert RUN_SECONDS == 120
