"""check: run `sql/90_checks`; each returns the rows that break its rule. `fail` stops publication, `warn` is told."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from tasks.domain.errors import CheckFailedError, WarehouseError
from tasks.domain.run import Run, StepReport, Window
from tasks.storage.models import SQL
from tasks.storage.warehouse import Connection, logged, naive_utc, open_warehouse, timed

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One file of `sql/90_checks`: `-- fail: sentence` or `-- warn: sentence`, then the query of the bad rows."""

    name: str
    severity: str
    sentence: str
    body: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that returned rows."""

    check: Check
    row_count: int
    examples: str

    def line(self) -> str:
        """One line for a person."""
        return (
            f"{self.check.severity} {self.check.name}: {self.check.sentence} ({self.row_count:,} rows): {self.examples}"
        )


def read_checks(folder: Path = SQL / "90_checks") -> list[Check]:
    """The checks in the order of their names."""
    checks = []
    for path in sorted(folder.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        head = re.match(r"-- (fail|warn): (.+)\n", text)
        if head is None:
            raise WarehouseError(f"{path}: the first line must be `-- fail: sentence` or `-- warn: sentence`")
        checks.append(Check(path.stem, head[1], head[2], text[head.end() :]))
    return checks


def check(run: Run, window: Window, folder: Path = SQL / "90_checks") -> StepReport:
    """Run every check over the window.

    Returns:
        counts `checks`, `warnings`; a note for each warning.

    Raises:
        CheckFailedError: a `fail` check returned rows; names each, with examples.
    """
    clock = time.perf_counter()
    with logged(run, "check") as counts, open_warehouse(run) as db:
        checks = read_checks(folder)
        findings = [finding for item in checks if (finding := _run(db, item, run, window))]
        failed = [finding for finding in findings if finding.check.severity == "fail"]
        counts.update(checks=len(checks), warnings=len(findings) - len(failed))
        if failed:
            lines = "; ".join(finding.line() for finding in failed)
            raise CheckFailedError(f"nothing was published, the last good publication stays: {lines}")
        report = StepReport("check", dict(counts), notes=tuple(finding.line() for finding in findings))
    return timed(report, clock)


def _run(db: Connection, item: Check, run: Run, window: Window) -> Finding | None:
    given = {"from_date": window.from_date, "to_date": window.to_date, "now": naive_utc(run.now)}
    wanted = {name: value for name, value in given.items() if f"${name}" in item.body}
    rows = db.execute(item.body, wanted).fetchall()
    if not rows:
        return None
    return Finding(item, len(rows), "; ".join(" ".join(map(str, row)) for row in sorted(rows, key=str)[:SHOWN]))
