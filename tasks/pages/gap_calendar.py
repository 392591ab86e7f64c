"""The calendar of a theme's gaps: which sessions had news, which were quiet, and on which nobody listened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from tasks.pages.formats import WEEKDAYS
from tasks.pages.scales import month_starts
from tasks.pages.svg import box_path, element, group, picture
from tasks.pages.theme_chart import Size

LEFT, TOP, GAP = 34.0, 18.0, 3.0
"""Room for the weekdays and the months, and between two cells."""

STATUS_STYLES = {
    "ok": ("day-ok", "news"),
    "low_coverage": ("day-low", "news, few sources"),
    "no_news": ("day-quiet", "quiet"),
    "stale_source": ("day-blind", "blind: no source"),
    "provisional": ("day-open", "still open"),
}
"""Status -> the cell's style and what the legend says."""


def calendar(days: Sequence[tuple[date, str]], label: str, size: Size) -> Markup:
    """A calendar of sessions: a column a week, a row a weekday, a cell a session; days without a session are empty.

    Args:
        days: (session, status or `provisional`), ascending, at least one.
        label: read out instead of the picture.
        size: width and number of weeks.
    """
    first = max(_monday(days[0][0]), _monday(days[-1][0]) - timedelta(weeks=size.weeks - 1))
    shown = [(day, status) for day, status in days if day >= first]
    pitch = (size.width - LEFT) / size.weeks
    cell = min(pitch - GAP, 16.0)
    rows = 7 if any(day.weekday() > 4 for day, _ in shown) else 5
    paths: dict[str, list[str]] = {}
    for day, status in shown:
        x, y = LEFT + (day - first).days // 7 * pitch, TOP + day.weekday() * (cell + GAP)
        paths.setdefault(status, []).append(box_path(x, y, cell, cell))
    statuses = [status for status in STATUS_STYLES if status in paths]
    cells = [element("path", d="".join(paths[name]), class_=f"day {STATUS_STYLES[name][0]}") for name in statuses]
    names = [element("text", WEEKDAYS[row], x=0, y=TOP + row * (cell + GAP) + cell - 3) for row in range(rows)]
    months = _months([day for day, _ in shown], first, pitch)
    legend, height = _legend(statuses, TOP + rows * (cell + GAP) + 8, size.width)
    return picture(size.width, height, label, group(months), group(names), *cells, legend)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _months(days: Sequence[date], first: date, pitch: float) -> list[Markup]:
    """The names of the months above the weeks in which they begin, where there is room."""
    drawn: list[Markup] = []
    free_from = 0.0
    for at, text in month_starts(days):
        x = LEFT + (days[at] - first).days // 7 * pitch
        if x >= free_from:
            drawn.append(element("text", text, x=x, y=11))
            free_from = x + 34
    return drawn


def _legend(statuses: Sequence[str], top: float, width: float) -> tuple[Markup, float]:
    drawn: list[Markup] = []
    x, y = LEFT, top
    for status in statuses:
        style, text = STATUS_STYLES[status]
        wide = 24 + 6.2 * len(text)
        if x + wide > width:
            x, y = LEFT, y + 18
        drawn.append(element("path", d=box_path(x, y, 11, 11), class_=f"day {style}"))
        drawn.append(element("text", text, x=x + 17, y=y + 9.5))
        x += wide + 10
    return group(drawn), y + 16
