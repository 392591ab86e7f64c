"""docs/queries.md: every query under `sql/queries`, its question, and what it gives on the embedded seeds."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from tasks.storage.files import ROOT
from tasks.storage.models import SQL

PAGE = ROOT / "docs" / "queries.md"
QUERIES = SQL / "queries"
SHOWN_ROWS, SHOWN_WIDTH = 10, 44

HEAD = """\
# The SQL cookbook

{count} questions to the published file, each a file under [sql/queries](../sql/queries) that runs as it is. The output
is that of the embedded seeds, at most {rows} rows of it, long cells cut; `python -m tests.docs` writes this page anew.

From a shell, with the [DuckDB command line](https://duckdb.org/docs/stable/clients/cli/overview):

```sh
duckdb -readonly data/published/signals.duckdb < sql/queries/latest.sql
```

From Python:

```py
import duckdb
from pathlib import Path

db = duckdb.connect("data/published/signals.duckdb", read_only=True)
db.sql(Path("sql/queries/latest.sql").read_text()).df()
```

In DBeaver and the like, connect to `data/published/signals.duckdb` with a DuckDB driver of 1.5 or later, read-only. A
run never waits for you: it publishes a new file beside the one that you hold; connect again to see it.

| question | file |
| --- | --- |
"""


def question(sql: str) -> tuple[str, str]:
    """What the comment above a query asks (its first sentence), and what it adds."""
    comment = " ".join(line.removeprefix("--").strip() for line in sql.splitlines() if line.startswith("-- "))
    mark = "?" if "?" in comment else "."
    asked, _, more = comment.partition(mark)
    return asked + mark, more.strip()


def body(sql: str) -> str:
    """The statement without the comment above it."""
    return re.sub(r"\A(--.*\n)+", "", sql).strip()


def output(db: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The first rows as a table of text, and how many there are."""
    result = db.execute(sql)
    names = [column[0] for column in result.description]
    found = result.fetchall()
    rows = [[_cell(value) for value in row] for row in found[:SHOWN_ROWS]]
    widths = [max(len(text) for text in column) for column in zip(names, *rows, strict=True)]
    lines = [names, ["-" * width for width in widths], *rows]
    shown = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    more = len(found) - len(rows)
    return "\n".join([*shown, *([f"... {more:,} more rows"] if more else []), *([] if found else ["(no row)"])])


def _cell(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= SHOWN_WIDTH else text[: SHOWN_WIDTH - 1] + "…"


def cookbook(db: duckdb.DuckDBPyConnection) -> str:
    """The whole page, from a connection to a published file."""
    paths = sorted(QUERIES.glob("*.sql"))
    parts = [HEAD.format(count=len(paths), rows=SHOWN_ROWS)]
    parts += [f"| [{question(_text(path))[0]}](#{path.stem}) | `{path.name}` |\n" for path in paths]
    for path in paths:
        asked, more = question(_text(path))
        parts.append(f"\n## {path.stem}\n\n{asked} {more}".rstrip() + f"\n\n```sql\n{body(_text(path))}\n```\n\n")
        parts.append(f"```text\n{output(db, _text(path))}\n```\n")
    return "".join(parts)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
