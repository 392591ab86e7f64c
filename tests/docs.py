"""The queries in the documentation and their output: run, render, compare, and, on request, write anew.

python -m tests.docs        rewrites the output blocks from a run on the embedded seeds
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from flows.run_request import make_run
from tasks.build import build
from tasks.check import check
from tasks.collect import collect
from tasks.price import price
from tasks.publish import publish
from tasks.score import score
from tasks.storage.files import ROOT
from tests import cookbook

PAGES = ("docs/architecture.md",)
_BLOCK = re.compile(r"```sql\n(?P<sql>.*?)\n```\n(?:\n```text\n(?P<output>.*?)\n```\n)?", re.DOTALL)


def publish_embedded(home: Path, to_date: date | None = None) -> Path:
    """Run the six verbs over the embedded seeds; return the publication."""
    run = make_run(run_id="demo", home=home, to_date=to_date)
    collect(run)
    score(run)
    window = price(run).window
    assert window is not None
    build(run, window)
    check(run, window)
    publish(run, window)
    return home / "published"


def render(db: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The result as a table of text: numbers as DuckDB prints them, nothing cut."""
    result = db.execute(sql)
    names = [column[0] for column in result.description]
    rows = [["" if cell is None else str(cell) for cell in row] for row in result.fetchall()]
    widths = [max(len(text) for text in column) for column in zip(names, *rows, strict=True)]
    lines = [names, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def with_outputs(text: str, output_of: Callable[[str], str]) -> str:
    """The page with each SQL block followed by its output."""
    return _BLOCK.sub(lambda m: f"```sql\n{m['sql']}\n```\n\n```text\n{output_of(m['sql'])}\n```\n", text)


def main() -> None:
    """Rewrite every page."""
    with tempfile.TemporaryDirectory() as folder:
        published = publish_embedded(Path(folder))
        with duckdb.connect(str(published / "signals.duckdb"), read_only=True) as db:
            for name in PAGES:
                page = ROOT / name
                page.write_text(
                    with_outputs(page.read_text(encoding="utf-8"), lambda sql: render(db, sql)), encoding="utf-8"
                )
            cookbook.PAGE.write_text(cookbook.cookbook(db), encoding="utf-8")


if __name__ == "__main__":
    main()
