"""Values over whole steps (sessions, days): a line with dots, a band behind it, whiskers through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tasks.pages.formats import signed
from tasks.pages.scales import Scale, round_ticks, span, tick_digits
from tasks.pages.svg import coordinate, element, line_path, picture

HEIGHT = 170.0
TOP, FOOT, MARGIN = 26.0, 40.0, 46.0
MOST_LABELS = 13


@dataclass(frozen=True, slots=True)
class StepPoint:
    """One step: the value, and the interval that is drawn as a band or as whiskers around or beside it."""

    step: int
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class StepPanel:
    """One panel.

    `is_band`: the intervals belong to something else (placebos) and are drawn as a band behind the line; else they are
    the values' own and drawn as whiskers. `axis` names the steps, `after` is the step behind which a rule stands.
    """

    name: str
    points: Sequence[StepPoint]
    axis: str
    is_band: bool = False
    after: float | None = None


def step_chart(panels: Sequence[StepPanel], label: str, width: float, columns: int) -> Markup:
    """Panels of one scale side by side in so many columns, rows below each other; at least one panel with a point."""
    low, high = span(
        (value for panel in panels for p in panel.points for value in (p.value, p.low, p.high)), always=(0.0,)
    )
    across = width / columns
    down = TOP + HEIGHT + FOOT
    drawn = [
        part
        for at, panel in enumerate(panels)
        for part in _panel(panel, (at % columns) * across, (at // columns) * down, across, (low, high))
    ]
    rows = -(-len(panels) // columns)
    return picture(width, rows * down, label, *drawn)


def _panel(panel: StepPanel, left: float, top: float, width: float, values: tuple[float, float]) -> list[Markup]:
    steps = [point.step for point in panel.points]
    x = Scale(min(steps, default=0) - 0.5, max(steps, default=1) + 0.5, left, left + width - MARGIN)
    y = Scale(values[0], values[1], top + TOP + HEIGHT, top + TOP)
    drawn = [element("text", panel.name, x=left, y=top + 14, class_="name"), *_heights(y, x)]
    if panel.after is not None:
        drawn.append(element("line", x1=x(panel.after), x2=x(panel.after), y1=y.start, y2=y.end, class_="event"))
    if panel.is_band:
        drawn.append(_band(panel.points, x, y))
    drawn.append(element("path", d=line_path([(x(p.step), y(p.value)) for p in panel.points]), class_="line fast"))
    for point in panel.points:
        if not panel.is_band and point.low is not None and point.high is not None:
            at = x(point.step)
            drawn.append(element("line", x1=at, x2=at, y1=y(point.low), y2=y(point.high), class_="whisker ours"))
        drawn.append(element("circle", cx=x(point.step), cy=y(point.value), r=2.5, class_="dot ours"))
    return [*drawn, *_steps(panel, steps, x, y)]


def _heights(y: Scale, x: Scale) -> list[Markup]:
    ticks = round_ticks(y.low, y.high)
    digits = tick_digits(ticks)
    drawn = []
    for tick in ticks:
        kind = "grid" if tick else "zero"
        drawn.append(element("line", x1=x.start, x2=x.end, y1=y(tick), y2=y(tick), class_=kind))
        drawn.append(element("text", signed(tick, digits), x=x.end + 4, y=y(tick) + 4))
    return drawn


def _band(points: Sequence[StepPoint], x: Scale, y: Scale) -> Markup:
    inside = [(p.step, p.low, p.high) for p in points if p.low is not None and p.high is not None]
    upper = [f"{coordinate(x(step))} {coordinate(y(high))}" for step, _, high in inside]
    lower = [f"{coordinate(x(step))} {coordinate(y(low))}" for step, low, _ in reversed(inside)]
    return element("path", d=f"M{'L'.join(upper + lower)}z" if inside else None, class_="band")


def _steps(panel: StepPanel, steps: Sequence[int], x: Scale, y: Scale) -> list[Markup]:
    every = max(1, -(-len(steps) // MOST_LABELS))
    drawn = [
        element("text", str(step).replace("-", "\N{MINUS SIGN}"), x=x(step), y=y.start + 16, text_anchor="middle")
        for step in steps
        if step % every == 0
    ]
    middle = (x.start + x.end) / 2
    return [*drawn, element("text", panel.axis, x=middle, y=y.start + 32, text_anchor="middle")]
