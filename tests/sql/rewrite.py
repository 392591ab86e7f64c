"""`python -m tests.sql.rewrite FOLDER ...`: write expect.csv anew from what the models give, below the named folders.

Never run by a test. Columns stay those of the header that is there; read the difference before you commit it.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from tests.sql.golden import case_name, cases, found


def rewrite(case: Path) -> None:
    """Replace the rows of one case's expect.csv."""
    header, rows = found(case)
    with (case / "expect.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([header, *rows])


def main(folders: list[str]) -> None:
    """Rewrite every case at or below the folders."""
    if not folders:
        sys.exit("name the folders to rewrite, like tests/sql/core/voice")
    roots = [Path(folder).resolve() for folder in folders]
    for case in cases():
        if any(case.is_relative_to(root) for root in roots):
            rewrite(case)
            sys.stdout.write(f"{case_name(case)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
