"""The page that a run leaves in Prefect: what a person who never saw the code reads."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from flows.artifacts import page
from tasks.digest import read_digest
from tasks.domain.run import StepReport, Window
from tests.pipeline import Pipeline


@pytest.fixture(scope="module")
def text(demo: Pipeline) -> str:
    window = demo.reports["price"].window
    assert window is not None
    return page(demo.run, window, list(demo.reports.values()), read_digest(demo.run.home))


def test_the_page_says_when_and_what(text: str) -> None:
    assert text.startswith("# Run demo\n\nClock 2025-10-08 06:00 UTC, sessions 2025-01-02 to 2025-09-29.")
    for title in ("Newest signals", "Coverage of the newest session", "Checks", "Steps", "Where it is"):
        assert f"\n## {title}\n" in text


MEASURES = ("session", "clock", "status", "risk", "signal z", "signal", "confidence", "stories", "sources")


def test_every_theme_has_its_column(text: str) -> None:
    assert "\n|  | defense | energy | european_risk_premium |\n" in text


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_its_row_of_full_width(text: str, measure: str) -> None:
    row = re.findall(rf"^\| {measure} \|.*$", text, re.MULTILINE)[0]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 4
    assert all(cells)


@pytest.mark.parametrize("measure", ["risk", "signal z", "signal", "confidence", "status"])
def test_every_measure_that_needs_it_is_explained(text: str, measure: str) -> None:
    assert f"**{measure}**" in text


def test_every_step_has_its_counts_and_seconds(text: str, demo: Pipeline) -> None:
    for name, report in demo.reports.items():
        assert f"| {name} | {report.seconds:.1f} | {report.counted()} |" in text


def test_the_page_leads_to_the_publication(text: str, demo: Pipeline) -> None:
    publication = demo.home.published.resolve()
    assert f"`{publication}`" in text
    assert f"`{publication / 'reports' / 'index.html'}`" in text
    assert f"`{demo.home.root / 'published' / 'signals.duckdb'}`" in text


def test_what_checks_found_stands_there_and_stays_one_line(demo: Pipeline) -> None:
    notes = ("warn source_is_stale: a source | brings\nnothing <b>any</b> more (1 rows)",)
    told = page(
        demo.run, Window(*[demo.run.now.date()] * 2), [StepReport("check", notes=notes)], read_digest(demo.run.home)
    )
    assert "- warn source_is_stale: a source \\| brings nothing &lt;b>any&lt;/b> more (1 rows)" in told
    assert "No check found a row." in page(
        replace(demo.run), Window(*[demo.run.now.date()] * 2), [StepReport("check")], read_digest(demo.run.home)
    )
