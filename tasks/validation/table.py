"""Cells, rows and tables of the report: one description for the page and for Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tasks.pages.formats import MISSING, number, signed

Document = dict[str, Any]
"""What `validation.json` holds."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the report.

    Attributes:
        key: its name in a page's addresses.
        title: what it shows, in one line.
        heads: (text, kind) of the columns; kind "n" for numbers, "t" for text that is not broken, "" for text.
        rows: cells as text, each row as long as `heads`.
    """

    key: str
    title: str
    heads: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[str]]


NEVER_BROKEN = ("UTC", "session", "instrument")
"""Columns whose cells stay on one line."""


def heads(texts: str, numbers: str) -> list[tuple[str, str]]:
    """Columns by name, separated by `|`: those of text, then those of numbers."""
    shown = [(name, "t" if name in NEVER_BROKEN else "") for name in texts.split("|") if name]
    return [*shown, *((name, "n") for name in numbers.split("|") if name)]


def against(row: Document) -> str:
    """`ITA less SPY`, or the instrument alone."""
    benchmark = row["benchmark_symbol"]
    return f"{row['symbol']} less {benchmark}" if benchmark else str(row["symbol"])


def interval(row: Document, digits: int = 3) -> str:
    """`-0.010 to +0.120`."""
    low, high = row.get("interval_low"), row.get("interval_high")
    return MISSING if low is None or high is None else f"{signed(low, digits)} to {signed(high, digits)}"


def hits(row: Document) -> str:
    """The signal's, the naive rule's and the shifted signal's share of right signs."""
    shares = [row.get(name) for name in ("hit_share", "naive_share", "shifted_share")]
    return MISSING if None in shares else " / ".join(f"{number(100 * (share or 0), 1)}" for share in shares)


def sign(value: int) -> str:
    """`+` or a true minus."""
    return signed(float(value), 0)[0]
