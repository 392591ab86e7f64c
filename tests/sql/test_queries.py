"""The analysts' queries run as a reader runs them: on the published file, opened directly or attached."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tasks.storage.models import SQL
from tests.pipeline import Pipeline

QUERIES = sorted((SQL / "queries").glob("*.sql"))
MAY_BE_EMPTY = {"coverage_gaps", "beside_gdelt_tone", "how_the_feeds_are", "what_changed"}
"""Queries that look for trouble, changes or live sources, and of which the demonstration gives no row."""


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_runs_on_the_published_file_and_gives_rows(demo: Pipeline, path: Path) -> None:
    with duckdb.connect(str(demo.home.published / "signals.duckdb"), read_only=True) as db:
        rows = db.execute(path.read_text(encoding="utf-8")).fetchall()
        names = [column[0] for column in db.description or ()]
    assert rows or path.stem in MAY_BE_EMPTY
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_runs_on_the_attached_file(demo: Pipeline, path: Path) -> None:
    with duckdb.connect() as db:
        db.execute(f"attach '{demo.home.published}/signals.duckdb' as p (read_only)")
        db.execute("use p")
        db.execute(path.read_text(encoding="utf-8"))


def test_every_query_runs_in_the_command_line(demo: Pipeline) -> None:
    """As docs/queries.md says: the file is read from stdin, and its rows come out."""
    command = [found] if (found := shutil.which("duckdb")) else [sys.executable, "-m", "duckdb_cli"]
    if not found and not importlib.util.find_spec("duckdb_cli"):
        pytest.skip("no DuckDB command line: pip install duckdb-cli")
    for path in QUERIES:
        done = subprocess.run(
            [*command, "-init", os.devnull, "-readonly", "-csv", str(demo.home.published / "signals.duckdb")],
            input=path.read_text(encoding="utf-8"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), path.stem
        assert done.stdout or path.stem in MAY_BE_EMPTY, path.stem


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_says_what_it_answers_and_in_which_order(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- "), "the first line is the question"
    assert "order by" in text.rsplit("\nfrom ", 1)[-1], "the order is explicit"
