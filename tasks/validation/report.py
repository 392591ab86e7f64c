"""The page of the report: what came out in sentences, then charts and the tables behind them."""

from __future__ import annotations

from typing import Any

from tasks.pages.formats import counted, number, signed
from tasks.pages.page import render
from tasks.validation import context_tables, pictures, result_tables
from tasks.validation.glossary import GLOSSARY
from tasks.validation.table import Document, Table, against

TEMPLATE = "validation.html.j2"
MATERIAL = 0.05


def validation_page(found: Document) -> str:
    """The page as text; the same document gives the same bytes."""
    tests = found["primary"]
    tables = {
        table.key: table
        for table in (
            *(make(found) for make in _RESULTS),
            result_tables.events(found, only_fixed=False),
            *(make(found) for make in _CONTEXT),
        )
    }
    values: dict[str, Any] = {
        "found": found,
        "tables": tables,
        "lead": lead(found),
        "verdicts": [verdict(row) for row in tests],
        "stamps": stamps(found),
        "forest": pictures.forest(found),
        "grids": _grids(found),
        "paths": [
            (against(test), test, picture, result_tables.path(found, test))
            for test in tests
            if (picture := pictures.event_path(found, test))
        ],
        "decay": pictures.decay(found),
        "world": pictures.world(found),
        "glossary": GLOSSARY,
    }
    return render(TEMPLATE, values)


_RESULTS = (
    result_tables.evidence, result_tables.primary, result_tables.beside, result_tables.families,
    result_tables.furthest, result_tables.whole_grid, result_tables.events, result_tables.clocks,
    result_tables.same_session,
)  # fmt: skip
_CONTEXT = (
    context_tables.turnover, context_tables.decay, context_tables.known_events, context_tables.world_daily,
    context_tables.world_monthly, context_tables.months,
)  # fmt: skip


def _grids(found: Document) -> list[tuple[str, int, pictures.Picture, Table]]:
    themes = dict.fromkeys(row["theme"] for row in found["instruments"])
    horizon = found["primary"][0]["horizon"]
    drawn = ((theme, pictures.instruments(found, theme, horizon)) for theme in themes)
    return [
        (theme, horizon, picture, result_tables.instruments(found, theme, horizon))
        for theme, picture in drawn
        if picture
    ]


def lead(found: Document) -> str:
    """The outcome in two sentences, whichever way it went."""
    judged = [row for row in found["primary"] if row["p_holm"] is not None]
    stand = [row for row in judged if row["p_holm"] <= MATERIAL and row["ic"] > 0]
    against_us = [row for row in judged if row["p_holm"] <= MATERIAL and row["ic"] < 0]
    if not judged:
        first = "None of the fixed tests has enough sessions to be judged."
    else:
        count = len(stand) or "None"
        first = f"{count} of the {len(judged)} fixed tests that can be judged found the expected sign beyond chance."
    if against_us:
        first += f" {len(against_us)} found the opposite sign beyond chance."
    rate = found["plan"]["false_discovery_rate"]
    kept = sum(row["q_bh"] <= rate for row in found["grid"])
    cells = counted(len(found["grid"]), "cell")
    return f"{first} Of {cells} in the grid, baselines included, {kept} remain if {rate:.0%} of findings may be false."


def verdict(row: Document) -> tuple[str, str, str, str]:
    """(instrument, rank IC, its unit, one line) of a fixed test."""
    if row["ic"] is None:
        return against(row), "–", "", f"{row['theme']}: {counted(row['count'], 'session')}, too few to judge"
    within = f"{signed(row['interval_low'])} to {signed(row['interval_high'])}"
    line = f"{row['theme']}: {within}, p {number(row['p_value'])}, {counted(row['count'], 'session')}"
    return against(row), signed(row["ic"], 3), "rank IC", line


def stamps(found: Document) -> list[str]:
    """What kind of evidence this is: said before any number."""
    data = found["data"]
    lines = []
    if data["is_demonstration"]:
        lines.append(
            "Demonstration: the articles are embedded with the software, and their authors knew what the markets did "
            "next. Nothing on this page is evidence."
        )
    versions = ", ".join(data["lexicon_versions"]) or "none"
    if found["frozen_on"] is None:
        lines.append(f"Hindsight: lexicon {versions} is not on the list of fixed ones, so all news is older than it.")
    else:
        lines.append(f"Hindsight: lexicon {versions} was fixed on {found['frozen_on']}; earlier news was known to it.")
    live = sum(row["live_count"] for row in found["evidence"])
    clean = sum(row["live_after_freeze_count"] for row in found["evidence"])
    lines.append(
        f"Live: {counted(live, 'session')} of the fixed tests were published before they could be dealt on, "
        f"{clean} of them after the lexicon was fixed. All others were built afterwards, from archives."
    )
    return lines
