"""The report's tables as Markdown for `docs/validation.md`, and its outcome as a few lines for the screen."""

from __future__ import annotations

import json
from pathlib import Path

from tasks.domain.errors import ConfigError
from tasks.validation import context_tables, result_tables
from tasks.validation.table import Document, Table, against

BEGIN, END = "<!-- validation -->", "<!-- validation end -->"


def read_document(path: Path) -> Document:
    """A stored `validation.json`.

    Raises:
        ConfigError: it cannot be read, or is none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{path} cannot be read ({fault}); run flows.research_report again") from None
    if not isinstance(found, dict) or "primary" not in found:
        raise ConfigError(f"{path} holds no validation report; run flows.research_report again")
    return found


def rewrite_page(page: Path, document: Path) -> None:
    """Replace what stands between the marks of a Markdown page by the tables of a stored report.

    Raises:
        ConfigError: the page cannot be read or has not one pair of marks.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as fault:
        raise ConfigError(f"{page} cannot be read ({fault.strerror}); give a Markdown page") from None
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ConfigError(f"{page} needs one line {BEGIN} and one line {END}; add them")
    head, rest = text.split(BEGIN)
    made = tables(read_document(document))
    page.write_text(f"{head}{BEGIN}\n\n{made}\n{END}{rest.split(END)[1]}", encoding="utf-8")


def tables(found: Document) -> str:
    """The tables of the page, in its order, each under its title."""
    chosen = (
        result_tables.evidence, result_tables.primary, result_tables.beside, result_tables.families,
        result_tables.furthest, result_tables.clocks, result_tables.same_session, result_tables.events,
        context_tables.decay, context_tables.turnover, context_tables.known_events, context_tables.world_daily,
        context_tables.world_monthly,
    )  # fmt: skip
    return "\n".join(markdown(make(found)) for make in chosen)


def markdown(table: Table) -> str:
    """A Markdown table under its title; a bar inside a cell is escaped."""
    lines = [
        [text for text, _ in table.heads],
        ["---:" if kind == "n" else "---" for _, kind in table.heads],
        *table.rows,
    ]
    rows = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    return f"**{table.title}**\n\n{rows}\n"


def summary_lines(path: Path) -> list[str]:
    """What the command prints: the fixed tests, the size of the search, the known events, the live sessions."""
    found = read_document(path)
    lines = [f"{'primary test':<40} {'n':>5} {'IC':>7} {'95 % interval':>18} {'p':>7} {'Holm':>7}"]
    for row in found["primary"]:
        line = f"{row['theme']} {against(row)}".ljust(40) + f" {row['count']:>5} "
        if row["ic"] is None:
            lines.append(f"{line}too few sessions to judge")
            continue
        within = f"{row['interval_low']:+.3f} to {row['interval_high']:+.3f}"
        lines.append(f"{line}{row['ic']:>+7.3f} {within:>18} {row['p_value']:>7.3f} {row['p_holm']:>7.3f}")
    rate = found["plan"]["false_discovery_rate"]
    kept = sum(row["q_bh"] <= rate for row in found["grid"])
    known = found["known_event_summary"]
    return [
        *lines,
        f"{found['trials']['total']} trials; of {len(found['grid'])} cells in the grid {kept} stand under "
        f"Benjamini-Hochberg at {rate:.0%}",
        f"{known['pass_count']} of {known['judged_count']} known events pass, {known['expected_by_chance']:.1f} would "
        "by chance",
        f"{sum(row['live_after_freeze_count'] for row in found['evidence'])} live sessions after the lexicon's freeze",
    ]
