"""Estimates with their intervals, one row each, over one axis: where nothing is, every interval covers zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tasks.pages.formats import signed
from tasks.pages.scales import Scale, round_ticks, span, tick_digits
from tasks.pages.svg import element, picture

ROW = 20.0
HEAD, FOOT = 8.0, 24.0
LABEL_SHARE = 0.36
"""Share of the width that names take; the rest is the axis."""


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One estimate; without it the row shows its name and nothing else.

    `is_ours` draws it in the colour of our signal, others are muted. `is_head` makes the row a heading.
    """

    label: str
    middle: float | None = None
    low: float | None = None
    high: float | None = None
    is_ours: bool = False
    is_head: bool = False


def interval_chart(rows: Sequence[IntervalRow], label: str, width: float) -> Markup:
    """Draw the rows from top to bottom.

    Args:
        rows: at least one.
        label: read out instead of the picture.
        width: in pixels at natural size.
    """
    left = LABEL_SHARE * width
    low, high = span((value for row in rows for value in (row.middle, row.low, row.high)), always=(0.0,))
    scale = Scale(low, high, left, width - 8)
    foot = HEAD + ROW * len(rows)
    ticks = round_ticks(low, high)
    digits = tick_digits(ticks)
    axis = [
        part
        for tick in ticks
        for part in (
            element("line", x1=scale(tick), x2=scale(tick), y1=HEAD, y2=foot, class_="grid" if tick else "zero"),
            element("text", signed(tick, digits), x=scale(tick), y=foot + 16, text_anchor="middle"),
        )
    ]
    drawn = [part for at, row in enumerate(rows) for part in _row(row, HEAD + ROW * (at + 0.5), scale)]
    return picture(width, foot + FOOT, label, *axis, *drawn)


def _row(row: IntervalRow, height: float, scale: Scale) -> list[Markup]:
    if row.is_head:
        return [element("text", row.label, x=0, y=height + 4, class_="name")]
    kind = "ours" if row.is_ours else "theirs"
    drawn = [element("text", row.label, x=8, y=height + 4)]
    if row.low is not None and row.high is not None:
        drawn.append(
            element("line", x1=scale(row.low), x2=scale(row.high), y1=height, y2=height, class_=f"whisker {kind}")
        )
    if row.middle is not None:
        drawn.append(
            element("circle", cx=scale(row.middle), cy=height, r=4 if row.is_ours else 3, class_=f"dot {kind}")
        )
    return drawn
