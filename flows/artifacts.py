"""What a run leaves in Prefect for a person to read: one page in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from prefect.artifacts import create_markdown_artifact
from prefect.logging import get_run_logger

from tasks.digest import Digest, read_digest
from tasks.domain.run import Run, StepReport, Window

KEY = "daily-signals"
MEANINGS = (
    "- **risk**, -1 to 1: the session's news; plus raises the theme's risk or demand.",
    "- **signal z**: the recent news against its own last 250 sessions, in deviations; **signal**: the same, -1 to 1.",
    "- **confidence**, 0 to 1: share of the sources that were read, times number of stories, times their agreement.",
    "- **status**: `ok`, `no_news`, `low_coverage` or `stale_source`; `(open)`: the cut-off is still to come.",
)
"""In short; docs/methodology.md has the formulas."""


def leave_page(run: Run, window: Window, reports: Sequence[StepReport]) -> None:
    """The page of a run that published."""
    _leave(page(run, window, reports, read_digest(run.home)), f"published by run {run.run_id}")


def leave_failure(run: Run, reports: Sequence[StepReport], fault: Exception) -> None:
    """The page of a run that did not publish: how far it came, and why it ended."""
    lines = [*_head(run, None), "", f"**Nothing was published; the last publication stays.** {fault}", ""]
    _leave("\n".join([*lines, *_steps(reports)]), f"run {run.run_id} did not publish")


def page(run: Run, window: Window, reports: Sequence[StepReport], digest: Digest) -> str:
    """The page in Markdown."""
    notes = [note for report in reports for note in report.notes]
    return "\n".join([
        *_head(run, window),
        "",
        "## Newest signals",
        "",
        *_table(("", *(row[0] for row in digest.signals)), _measures(digest.signals)),
        "",
        *MEANINGS,
        "",
        "## Coverage of the newest session",
        "",
        *_table(("clock", "session", "sources covered", "expected", "items", "set aside"), digest.coverage),
        "",
        "## Checks",
        "",
        *([f"- {_text(note)}" for note in notes] or ["No check found a row."]),
        "",
        *_steps(reports),
        "",
        "## Where it is",
        "",
        *_places(run.home, digest.publication),
    ])  # fmt: skip


def _measures(signals: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """A row a measure, a column a theme: it fits beside Prefect's menu."""
    names = ("session", "clock", "status", "risk", "signal z", "signal", "confidence", "stories", "sources")
    return list(zip(names, *(row[1:] for row in signals), strict=True))


def _head(run: Run, window: Window | None) -> list[str]:
    built = f", sessions {window.from_date} to {window.to_date}" if window else ""
    return [f"# Run {run.run_id}", "", f"Clock {run.now:%Y-%m-%d %H:%M} UTC{built}."]


def _steps(reports: Sequence[StepReport]) -> list[str]:
    rows = [(report.step, f"{report.seconds:.1f}", report.counted() or "nothing to do") for report in reports]
    return ["## Steps", "", *_table(("step", "seconds", "counts"), rows)]


def _places(home: Path, publication: Path) -> list[str]:
    report = publication / "reports" / "index.html"
    # No links: a browser opens no file from a page of the network.
    lines = [f"- query `{home / 'published' / 'signals.duckdb'}`", f"- load `{home / 'published' / 'exports'}`"]
    if report.exists():
        lines.append(f"- read `{report}`")
    return [*lines, f"- this publication, until three newer ones have come: `{publication}`"]


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = ["| " + " | ".join(_text(cell) for cell in row) + " |" for row in rows]
    return [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *lines]


def _text(cell: object) -> str:
    """A cell that stays one cell: feeds write into names of sources."""
    return str(cell).replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _leave(markdown: str, description: str) -> None:
    try:
        create_markdown_artifact(markdown, key=KEY, description=description)
    except Exception as fault:  # whatever the server answers: the page is a courtesy, the publication is the work
        get_run_logger().warning("the page of the run could not be left in Prefect (%s)", type(fault).__name__)
