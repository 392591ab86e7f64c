"""A theme over its asset, session by session: the close, the score of the news, and the pressure that it builds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from tasks.pages.formats import number, signed
from tasks.pages.panels import Panel
from tasks.pages.scales import month_starts, span
from tasks.pages.svg import element, picture

SCALE_WIDTH = 54.0
"""Right of the places: the names of the scale."""


@dataclass(frozen=True, slots=True)
class SessionPoint:
    """One day of a theme and its asset, as drawn; null where there is nothing.

    Args:
        day: a session of the theme's clock, of the asset's, or of both.
        status: ok, low_coverage, no_news, stale_source; empty where the theme's clock has no session.
        score: risk_score, in [-1, 1].
        fast: pressure_fast.
        slow: pressure_slow.
        is_priced: the asset has a session; without a close the line breaks there.
        close: of the asset, in its currency.
        is_provisional: the cut-off had not passed.
        note: what is told when a pointer rests on the day.
    """

    day: date
    status: str
    score: float | None = None
    fast: float | None = None
    slow: float | None = None
    is_priced: bool = False
    close: float | None = None
    is_provisional: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """An event: its number on the page, and its session."""

    number: int
    day: date


@dataclass(frozen=True, slots=True)
class Size:
    """How wide a chart is drawn, in pixels at its natural size, and of how many sessions and weeks at most."""

    width: float
    sessions: int
    weeks: int


WIDE = Size(992, 250, 53)
NARROW = Size(360, 60, 17)
PRICE_HEIGHT, SCORE_HEIGHT, PRESSURE_HEIGHT = 150.0, 104.0, 84.0
FIRST_HEAD, HEAD = 22.0, 34.0
"""Above the first panel and between panels, for a name."""

MARKER_ROOM = 19.0
"""Height and width of an event's circle with the air around it."""


def theme_chart(
    points: Sequence[SessionPoint], markers: Sequence[Marker], asset: str | None, label: str, size: Size
) -> Markup:
    """Three panels over the same sessions: the asset's close with numbered events, the score as bars, the pressure.

    Args:
        points: ascending by day, at least one.
        markers: events; those outside the drawn sessions are left out.
        asset: what the close is, with its currency; None leaves the panel out.
        label: read out instead of the picture.
        size: width and number of sessions.
    """
    shown = list(points)[-size.sessions :]
    places = _event_places(shown, markers, (size.width - SCALE_WIDTH) / len(shown))
    panels = _panels(
        shown, size, asset is not None, MARKER_ROOM * (1 + max((level for *_, level in places), default=-1))
    )
    drawn = [*_score(panels[-2], shown), *_pressure(panels[-1], shown)]
    if asset is not None:
        drawn += _close(panels[0], shown, asset)
    back = [*_months(panels, shown), *_blind(panels, shown), *_event_lines(panels, places)]
    front = [*_event_signs(panels[0], places), *_notes(panels, shown)]
    return picture(size.width, panels[-1].bottom + 22, label, *back, *drawn, *front)


def _panels(shown: Sequence[SessionPoint], size: Size, is_priced: bool, room: float) -> list[Panel]:
    """The panels from top to bottom; `room` is left for the markers between the first one and its name."""
    ranges = [(SCORE_HEIGHT, span((p.score for p in shown), always=(-0.1, 0.1)))]
    pressures = (value for p in shown for value in (p.fast, p.slow))
    ranges.append((PRESSURE_HEIGHT, span(pressures, always=(-0.1, 0.1))))
    if is_priced:
        ranges.insert(0, (PRICE_HEIGHT, span(p.close for p in shown)))
    panels: list[Panel] = []
    for height, (low, high) in ranges:
        top = panels[-1].bottom + HEAD if panels else FIRST_HEAD + room
        panels.append(Panel(0.0, top, size.width - SCALE_WIDTH, height, len(shown), low, high))
    return panels


def _close(panel: Panel, shown: Sequence[SessionPoint], asset: str) -> list[Markup]:
    def name(text: str) -> Markup:
        return element("text", text, x=0, y=FIRST_HEAD - 8, class_="name")  # above the markers

    places = [(at, point.close) for at, point in enumerate(shown) if point.is_priced]
    known = [(at, close) for at, close in places if close is not None]
    if not known:
        return [name(f"{asset}: no close is known")]
    at, close = known[-1]
    return [
        name(asset),
        panel.grid(4, avoid=close),
        panel.line(places, "price"),
        panel.dot(at, close, "price-dot"),
        panel.last(close, number(close, 2 if abs(close) >= 10 else 4)),
    ]


def _score(panel: Panel, shown: Sequence[SessionPoint]) -> list[Markup]:
    scores = [point.score for point in shown]
    is_open = [point.is_provisional for point in shown]
    name = panel.name("Risk score of the session, −1 to +1")
    return [name, panel.grid(write=lambda tick: signed(tick, 1)), panel.bars(scores, is_open=is_open)]


def _pressure(panel: Panel, shown: Sequence[SessionPoint]) -> list[Markup]:
    fast = [(at, point.fast) for at, point in enumerate(shown) if point.status]
    slow = [(at, point.slow) for at, point in enumerate(shown) if point.status]
    inks = [element("tspan", word, class_=f"{word}-ink") for word in ("fast", "slow")]
    name = panel.name("News pressure: ", inks[0], ", ", inks[1], " (dashed)")
    return [name, panel.grid(), panel.line(slow, "slow"), panel.line(fast, "fast")]


def _months(panels: Sequence[Panel], shown: Sequence[SessionPoint]) -> list[Markup]:
    marks = month_starts([point.day for point in shown])
    foot, drawn, free_from = panels[-1], [], 0.0
    for at, text in marks:
        edge = foot.left + at * foot.step
        for panel in panels:
            drawn.append(element("line", x1=edge, x2=edge, y1=panel.top, y2=panel.bottom, class_="grid"))
        if edge >= free_from:
            drawn.append(element("text", text, x=edge + 3, y=foot.bottom + 16))
            free_from = edge + 34
    return drawn


def _blind(panels: Sequence[Panel], shown: Sequence[SessionPoint]) -> list[Markup]:
    places = [at for at, point in enumerate(shown) if point.status == "stale_source"]
    return [panel.blind(places) for panel in panels]


def _event_places(shown: Sequence[SessionPoint], markers: Sequence[Marker], step: float) -> list[tuple[int, int, int]]:
    """(place, number, level) of the events inside, from the left; they rise a level where they would touch."""
    place_of = {point.day: at for at, point in enumerate(shown)}
    inside = sorted((place_of[marker.day], marker.number) for marker in markers if marker.day in place_of)
    free_from: list[float] = []
    placed = []
    for at, no in inside:
        level = next((level for level, free in enumerate(free_from) if at * step >= free), len(free_from))
        free_from[level : level + 1] = [at * step + MARKER_ROOM]
        placed.append((at, no, level))
    return placed


def _event_lines(panels: Sequence[Panel], places: Sequence[tuple[int, int, int]]) -> list[Markup]:
    head, foot = panels[0], panels[-1]
    return [
        element("line", x1=head.x(at), x2=head.x(at), y1=_event_height(head, level), y2=foot.bottom, class_="event")
        for at, _, level in places
    ]


def _event_signs(head: Panel, places: Sequence[tuple[int, int, int]]) -> list[Markup]:
    """The numbers in their circles, in the room above the first panel."""
    drawn: list[Markup] = []
    for at, no, level in places:
        height = _event_height(head, level)
        drawn.append(element("circle", cx=head.x(at), cy=height, r=8, class_="marker"))
        drawn.append(element("text", str(no), x=head.x(at), y=height + 3.5, class_="marker-no"))
    return drawn


def _event_height(head: Panel, level: int) -> float:
    return head.top - MARKER_ROOM * (level + 0.5)


def _notes(panels: Sequence[Panel], shown: Sequence[SessionPoint]) -> list[Markup]:
    """One invisible column a session, which says its numbers when a pointer rests on it."""
    head, foot = panels[0], panels[-1]
    return [
        element(
            "rect",
            element("title", point.note),
            x=head.left + at * head.step,
            y=head.top,
            width=head.step,
            height=foot.bottom - head.top,
            class_="hover",
        )
        for at, point in enumerate(shown)
        if point.note
    ]
