"""README and docs: links lead somewhere, queries run, printed output is what comes out, folders are on the disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tasks.storage.files import ROOT
from tests import cookbook
from tests.docs import PAGES, publish_embedded, render, with_outputs
from tests.pipeline import Pipeline

README = ROOT / "README.md"
TEXTS = [README, *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture
def published(demo: Pipeline) -> Path:
    return demo.home.published


@pytest.fixture
def db(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(published / "signals.duckdb"), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_printed_output_is_what_the_query_gives(db: duckdb.DuckDBPyConnection, name: str) -> None:
    """When it differs on purpose, `python -m tests.docs` writes the pages anew."""
    page = (ROOT / name).read_text(encoding="utf-8")
    assert with_outputs(page, lambda sql: render(db, sql)) == page


def test_the_cookbook_shows_every_query_and_what_it_gives(db: duckdb.DuckDBPyConnection) -> None:
    """When it differs on purpose, `python -m tests.docs` writes the page anew."""
    assert cookbook.PAGE.read_text(encoding="utf-8") == cookbook.cookbook(db)


def test_queries_of_the_readme_run(db: duckdb.DuckDBPyConnection) -> None:
    queries = re.findall(r"```sql\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(queries) == 3
    for sql in queries:
        assert db.execute(sql).fetchall(), sql


def test_python_of_the_readme_runs(published: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(code.replace("data/published", str(published)), names)
    energy = names["energy"]
    assert isinstance(energy, pd.DataFrame)
    assert len(energy) > 10


def test_folders_of_the_readme_are_on_the_disk() -> None:
    tree = re.search(r"```\n(flows/.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert tree
    for name in re.findall(r"^([a-z]+)/", tree[1], re.MULTILINE):
        assert (ROOT / name).is_dir(), name


def test_stations_of_the_readme_are_the_steps() -> None:
    from tasks.domain.run import STEPS

    table = re.findall(r"^\| ([a-z]+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(name for name in table if name != "station") == STEPS


def test_make_targets_of_the_readme_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for name in re.findall(r"^make ([a-z-]+)", README.read_text(encoding="utf-8"), re.MULTILINE):
        assert name in targets


def test_every_quarantine_reason_is_documented() -> None:
    """docs/inputs.md or docs/sources.md names each reason that the code can give."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tasks").rglob("*.py"))
    verdicts = (ROOT / "sql" / "05_incoming" / "price_verdict.sql").read_text(encoding="utf-8")
    reasons = {
        *re.findall(r'Rejected\(\s*"([a-z0-9_]+)"', code),
        *re.findall(r'StampError\(\s*"([a-z0-9_]+)"', code),
        *re.findall(r"^        when '([a-z_]+)' then format", verdicts, re.MULTILINE),
    }
    page = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("inputs.md", "sources.md"))
    assert len(reasons) > 12
    assert {reason for reason in reasons if f"`{reason}`" not in page} == set()


def test_column_by_status_is_what_the_rows_show(tmp_path: Path) -> None:
    """Every cell of the methodology's table, on the embedded seeds and a week after their end."""
    published = publish_embedded(tmp_path, to_date=date(2025, 10, 6))
    page = (ROOT / "docs" / "methodology.md").read_text(encoding="utf-8")
    heads, *rows = re.findall(r"^\| ([a-z].*) \|$", page.split("## Column x status")[1].split("## ")[0], re.MULTILINE)
    statuses = heads.split(" | ")[1:]
    test_of = {"value": "{} is not null", "0": "{} = 0", "null": "{} is null", "value or null": "true"}
    seen: set[str] = set()
    with duckdb.connect(str(published / "signals.duckdb"), read_only=True) as db:
        for row in rows:
            names, *cells = row.split(" | ")
            for name in names.split(", "):
                seen.add(name)
                for status, cell in zip(statuses, cells, strict=True):
                    claim = test_of[cell].format(name)
                    broken = f"select * from signal.theme_clock_daily where status = '{status}' and not ({claim})"
                    assert db.execute(broken).fetchall() == [], (name, status)
        found = {name for (name,) in db.execute("select distinct status from signal.theme_clock_daily").fetchall()}
        columns = {name for (name, *_) in db.execute("describe signal.theme_clock_daily").fetchall()}
    assert found >= {"ok", "no_news", "stale_source"}
    identity = {
        "session_date",
        "theme",
        "clock",
        "cutoff_at",
        "as_of_at",
        "status",
        "is_provisional",
        "run_id",
        "input_hash",
    }
    assert columns - identity == seen
