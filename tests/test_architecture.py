"""The house stands as drawn: imports go one way, the domain is pure, nothing names the machine it was built on."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tasks.domain.run import STEPS
from tasks.storage.files import ROOT

PYTHON = sorted([*(ROOT / "flows").rglob("*.py"), *(ROOT / "tasks").rglob("*.py")])
TEXT = ("", *".py .sql .md .toml .yaml .yml .csv .json .lock .in .sh .txt .ipynb .j2 .css".split())
MACHINE = re.compile(r"/(?:root|home/\w+|Users/\w+|work|private)/|[A-Z]:\\\\Users")
INDEX_HOST = re.compile(r"https?://[^\s/]*(?:pypi|artifactory|nexus|devpi|mirror)[^\s/]*|--index-url|--extra-index-url")


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def path_id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[Path]:
    """What the repository holds; in a copy without git, what a fresh checkout would."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name]
    if not names:
        folders = ("flows", "tasks", "sql", "seeds", "tests", "docs", "requirements")
        names = [path_id(path) for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [path for name in names if (path := ROOT / name).is_file()]


def imported(path: Path) -> set[str]:
    """The modules that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_import_contracts_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_the_domain_needs_no_database_no_frames_and_no_orchestration() -> None:
    names = [module_name(path) for path in PYTHON if path.is_relative_to(ROOT / "tasks" / "domain")]
    heavy = ("duckdb", "pandas", "numpy", "pyarrow", "prefect", "exchange_calendars", "filelock", "click")
    code = f"import sys, {', '.join(names)}\nprint(sorted(set(sys.modules) & {set(heavy)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_prefect_is_named_by_flows_alone() -> None:
    users = {path_id(path) for path in PYTHON if any(name.split(".")[0] == "prefect" for name in imported(path))}
    assert users
    assert all(name.startswith("flows/") for name in users)


def test_no_file_of_flows_shadows_an_installed_package() -> None:
    """Prefect, and `python flows/x.py`, put `flows/` first on the path: a file there hides a package of its name."""
    taken = set(sys.stdlib_module_names) | set(packages_distributions())
    shadowing = {path.name for path in (ROOT / "flows").iterdir() if path.stem in taken}
    assert shadowing == set()


def test_every_step_is_a_file_of_its_name() -> None:
    for step in STEPS:
        tree = ast.parse((ROOT / "tasks" / f"{step}.py").read_text(encoding="utf-8"))
        assert step in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("path", PYTHON, ids=path_id)
def test_no_verb_reads_the_clock_for_data(path: Path) -> None:
    """The clock enters by argument; the wall clock is for the run log, run ids and defaults of a command line."""
    allowed = {"tasks/storage/warehouse.py", "flows/score_articles.py"}
    text = path.read_text(encoding="utf-8")
    if path_id(path) in allowed or path.is_relative_to(ROOT / "flows"):
        return
    assert not re.search(r"datetime\.now\(|date\.today\(|time\.time\(|utcnow\(", text)


@pytest.mark.parametrize("path", PYTHON, ids=path_id)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_tracked_file_names_a_machine_or_an_index() -> None:
    named = []
    for path in tracked():
        if path.suffix not in TEXT or path == Path(__file__).resolve():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        named += [f"{path_id(path)}: {match[0]}" for match in (*MACHINE.finditer(text), *INDEX_HOST.finditer(text))]
    assert named == []


def test_only_migrations_create_tables() -> None:
    makers = {
        path_id(path.parent)
        for path in (ROOT / "sql").rglob("*.sql")
        if re.search(r"\bcreate\s+(or\s+replace\s+)?(temp\s+)?table\b", path.read_text(encoding="utf-8"), re.IGNORECASE)
    }
    assert makers == {"sql/00_raw"}


def test_tests_patch_nothing_and_never_sleep() -> None:
    """Fakes enter by argument; the named files only lower a limit (of a cache, of a minimum) that has none."""
    allowed = {f"tests/domain/test_{name}.py" for name in ("lexicon", "scoring", "vader")}
    allowed |= {"tests/tasks/test_world_index.py"}
    banned = re.compile(r"monkeypatch|unittest\.mock|mocker|time\.sleep\(")
    users = {
        path_id(path)
        for path in (ROOT / "tests").rglob("*.py")
        if path != Path(__file__).resolve() and banned.search(path.read_text(encoding="utf-8"))
    }
    assert users <= allowed
