"""Pictures of a line's height: a pressure in a card, a contribution beside its sentence."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from tasks.pages.panels import Panel
from tasks.pages.scales import span
from tasks.pages.svg import element, picture


def spark(values: Sequence[float | None], label: str) -> Markup:
    """A line without scale over a zero line, its newest point marked; read out as `label`."""
    if not any(value is not None for value in values):
        return Markup("")
    low, high = span(values, always=(0.0,))
    panel = Panel(2, 3, 130, 30, len(values), low, high)
    zero = element("line", x1=0, x2=136, y1=panel.y(0), y2=panel.y(0), class_="zero")
    drawn = [zero, panel.line(enumerate(values), "fast")]
    if values[-1] is not None:
        drawn.append(panel.dot(len(values) - 1, values[-1], "fast-dot"))
    return picture(136, 36, label, *drawn)


def contribution_bar(value: float, largest: float) -> Markup:
    """A bar as long as the contribution is beside the largest; the number stands next to it, so it is not read out."""
    long = 46 * min(abs(value) / largest, 1.0) if largest else 0.0
    shape = element("rect", x=0, y=1, width=max(long, 1.0), height=6, class_=f"bar {'up' if value > 0 else 'down'}")
    return element("svg", shape, viewBox="0 0 46 8", class_="mini", aria_hidden="true")
