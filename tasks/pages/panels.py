"""A panel: one quantity over a row of places (sessions, days, lags), drawn piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tasks.pages.formats import number
from tasks.pages.scales import Scale, round_ticks, tick_digits
from tasks.pages.svg import box_path, element, group, line_path

TEXT_HEIGHT = 11.0
Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """A box with `count` places from left to right and a scale from bottom to top; everything is in pixels.

    Args:
        left: left edge.
        top: upper edge.
        width: of the places.
        height: of the scale.
        count: places, at least 1.
        low: value at the lower edge.
        high: value at the upper edge.
    """

    left: float
    top: float
    width: float
    height: float
    count: int
    low: float
    high: float

    @property
    def step(self) -> float:
        """Width of one place."""
        return self.width / self.count

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    @property
    def right(self) -> float:
        """The right edge of the last place."""
        return self.left + self.width

    def x(self, at: float) -> float:
        """The middle of a place, counted from 0."""
        return self.left + (at + 0.5) * self.step

    def y(self, value: float) -> float:
        """The height of a value."""
        return Scale(self.low, self.high, self.bottom, self.top)(value)

    def name(self, *parts: str) -> Markup:
        """What is drawn, above the panel."""
        return element("text", *parts, x=self.left, y=self.top - 7, class_="name")

    def grid(self, count: int = 3, write: Callable[[float], str] | None = None, avoid: float | None = None) -> Markup:
        """Lines at round values, named at the right edge; a name too near to `avoid` is left out."""
        ticks = round_ticks(self.low, self.high, count)
        digits = tick_digits(ticks)
        drawn: list[Markup] = []
        for tick in ticks:
            height = self.y(tick)
            style = "zero" if tick == 0 else "grid"
            drawn.append(element("line", x1=self.left, x2=self.right, y1=height, y2=height, class_=style))
            if avoid is None or abs(self.y(avoid) - height) > TEXT_HEIGHT:
                text = write(tick) if write else number(tick, digits)
                drawn.append(element("text", text, x=self.right + 6, y=height + 4))
        return group(drawn)

    def line(self, places: Iterable[tuple[int, float | None]], style: str) -> Markup:
        """A line through (place, value) pairs: broken where a value is missing, bridging a place that is not given."""
        points = [None if value is None else (self.x(at), self.y(value)) for at, value in places]
        return element("path", d=line_path(points), class_=f"line {style}")

    def bars(self, values: Values, style: str = "", is_open: Sequence[bool] | None = None) -> Markup:
        """Bars from 0: `up` above, `down` below; those of `is_open` places are drawn as outlines."""
        wide = max(self.step * 0.72, 1.0)
        paths: dict[str, list[str]] = {}
        for at, value in enumerate(values):
            if not value:
                continue
            top, bottom = sorted((self.y(value), self.y(0)))
            kind = ("up" if value > 0 else "down") + (" open" if is_open and is_open[at] else "")
            shape = box_path(self.x(at) - wide / 2, top, wide, max(bottom - top, 0.8))
            paths.setdefault(kind, []).append(shape)
        return group(
            element("path", d="".join(shapes), class_=f"bar {kind} {style}".rstrip())
            for kind, shapes in sorted(paths.items())
        )

    def band(self, lows: Values, highs: Values, style: str = "band") -> Markup:
        """The area between two lines, over the places where both are known; a gap ends it."""
        runs: list[list[tuple[int, float, float]]] = [[]]
        for at, (low, high) in enumerate(zip(lows, highs, strict=True)):
            if low is None or high is None:
                runs.append([])
            else:
                runs[-1].append((at, low, high))
        shapes = []
        for run in (run for run in runs if run):
            above = [(self.x(at), self.y(high)) for at, _, high in run]
            below = [(self.x(at), self.y(low)) for at, low, _ in reversed(run)]
            shapes.append(line_path([*above, *below]) + "z")
        return element("path", d="".join(shapes), class_=style)

    def dot(self, at: float, value: float, style: str) -> Markup:
        """A point, as at the end of a line."""
        return element("circle", cx=self.x(at), cy=self.y(value), r=3, class_=f"dot {style}")

    def last(self, value: float, text: str) -> Markup:
        """The newest value, in bold at the right edge."""
        return element("text", text, x=self.right + 6, y=self.y(value) + 4, class_="name")

    def blind(self, places: Sequence[int]) -> Markup:
        """Places hatched from top to bottom: nothing is known there."""
        shapes = [box_path(self.left + at * self.step, self.top, self.step, self.height) for at in places]
        return element("path", d="".join(shapes), class_="blind") if shapes else Markup("")
