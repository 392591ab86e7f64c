"""Scales, panels and charts: round numbers, the right heights, nothing outside its box, the same text again."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tasks.pages.gap_calendar import STATUS_STYLES, calendar
from tasks.pages.panels import Panel
from tasks.pages.scales import Scale, month_starts, round_ticks, span, tick_digits
from tasks.pages.sparks import contribution_bar, spark
from tasks.pages.svg import box_path, coordinate, element, line_path, picture
from tasks.pages.theme_chart import NARROW, WIDE, Marker, SessionPoint, Size, theme_chart

FINITE = st.floats(-1e6, 1e6)
SIZES = [WIDE, NARROW]


def tree(svg: str) -> ElementTree.Element:
    """The drawing, parsed: a fault of its syntax is an error here."""
    return ElementTree.fromstring(svg)


def sessions(count: int, **fields: object) -> list[SessionPoint]:
    first = date(2025, 1, 2)
    days = [day for day in (first + timedelta(days=n) for n in range(count * 2)) if day.weekday() < 5]
    return [SessionPoint(day, **{"status": "ok", "score": 0.1, **fields}) for day in days[:count]]  # type: ignore[arg-type]


def test_attributes_and_children_are_escaped() -> None:
    assert element("text", "<b>", class_='"x"', x=1.25, y=-0.01, z=None) == (
        '<text class="&#34;x&#34;" x="1.2" y="0">&lt;b&gt;</text>'
    )
    assert element("g", Markup("<b/>")) == "<g><b/></g>"
    assert 'aria-label="&lt;a&gt;"' in picture(10, 20.5, "<a>")


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (1.26, "1.3"), (-0.04, "0"), (-2.5, "-2.5")])
def test_a_coordinate_has_at_most_one_digit(value: float, text: str) -> None:
    assert coordinate(value) == text


def test_a_line_breaks_where_nothing_is_known_and_a_lone_point_is_a_dot() -> None:
    assert line_path([(0, 1), (2, 3), None, (4, 5), None]) == "M0 1L2 3M4 5h0"
    assert line_path([]) == ""
    assert box_path(1, 2, 3, 4) == "M1 2h3v4h-3z"


@given(FINITE, st.floats(1e-3, 1e6))
def test_ticks_are_round_inside_and_told_apart_by_their_digits(low: float, distance: float) -> None:
    ticks = round_ticks(low, low + distance)
    assert 1 <= len(ticks) <= 9
    assert ticks == sorted(set(ticks))
    assert all(low - 1e-6 * distance <= tick <= low + distance * (1 + 1e-6) for tick in ticks)
    digits = tick_digits(ticks)
    assert len({f"{tick:.{digits}f}" for tick in ticks}) == len(ticks)


@pytest.mark.parametrize(
    ("low", "high", "wanted"), [(0, 1, [0, 0.25, 0.5, 0.75, 1]), (58, 83, [60, 70, 80]), (-0.3, 0.3, [-0.2, 0, 0.2])]
)
def test_ticks_by_hand(low: float, high: float, wanted: list[float]) -> None:
    assert round_ticks(low, high, 4 if high == 1 else 3) == wanted


@given(st.lists(st.one_of(st.none(), FINITE, st.just(float("nan"))), max_size=20))
def test_a_span_holds_every_value_and_is_never_empty(values: list[float | None]) -> None:
    low, high = span(values, always=(0.0,))
    assert low < high
    assert low <= 0 <= high
    assert all(low <= value <= high for value in values if value is not None and value == value)
    scale = Scale(low, high, 100, 0)
    assert (scale(low), scale(high)) == (100, 0)


def test_a_span_of_nothing_and_of_one_value() -> None:
    assert span([]) == (0.0, 1.0)
    assert span([50.0]) == (45.0, 55.0)


def test_months_begin_where_they_begin() -> None:
    days = [date(2025, 11, 27), date(2025, 11, 28), date(2025, 12, 1), date(2025, 12, 31), date(2026, 1, 2)]
    assert month_starts(days) == [(2, "Dec"), (4, "2026")]


def test_bars_stand_on_zero_and_are_told_apart_by_sign_and_state() -> None:
    panel = Panel(0, 0, 30, 100, 3, -1, 1)
    drawn = panel.bars([0.5, None, -1.0], is_open=[False, False, True])
    assert re.findall(r'd="(.*?)" class="(.*?)"', drawn) == [
        ("M21.4 50h7.2v50h-7.2z", "bar down open"),
        ("M1.4 25h7.2v25h-7.2z", "bar up"),
    ]


def test_a_panel_has_lines_bands_and_names() -> None:
    panel = Panel(0, 10, 30, 100, 3, 0, 1)
    assert 'd="M5 110L25 10"' in panel.line([(0, 0.0), (2, 1.0)], "fast"), "a place that is not given is bridged"
    assert 'd="M5 110h0M25 10h0"' in panel.line([(0, 0.0), (1, None), (2, 1.0)], "fast")
    band = panel.band([0, None, 0.5], [1, 1, 1.0])
    assert 'd="M5 10L5 110zM25 10L25 60z"' in band
    assert panel.blind([]) == ""
    assert 'd="M10 10h10v100h-10z"' in panel.blind([1])
    names = re.findall(r">([\d.]+)</text>", panel.grid(4, avoid=0.5))
    assert names == ["0.00", "0.25", "0.75", "1.00"], "the name beside the newest value gives way"


POINTS = st.builds(
    lambda score, fast, close, status, is_provisional: {
        "score": score,
        "fast": fast,
        "slow": fast,
        "close": close,
        "is_priced": close is not None,
        "status": status,
        "is_provisional": is_provisional,
        "note": "<&>",
    },
    st.one_of(st.none(), st.floats(-1, 1)),
    st.one_of(st.none(), st.floats(-50, 50)),
    st.one_of(st.none(), st.floats(-100, 1e5)),
    st.sampled_from(["ok", "low_coverage", "no_news", "stale_source", ""]),
    st.booleans(),
)


@given(st.lists(POINTS, min_size=1, max_size=12), st.sampled_from(SIZES), st.booleans(), st.sets(st.integers(0, 14)))
def test_a_theme_chart_of_anything_stays_in_its_box(
    fields: list[dict[str, object]], size: Size, is_priced: bool, marked: set[int]
) -> None:
    points = [SessionPoint(date(2025, 1, 1) + timedelta(days=n), **field) for n, field in enumerate(fields)]  # type: ignore[arg-type]
    markers = [Marker(n + 1, date(2025, 1, 1) + timedelta(days=n)) for n in sorted(marked)]
    drawn = theme_chart(points, markers, "Brent & co, USD" if is_priced else None, "label", size)
    assert drawn == theme_chart(points, markers, "Brent & co, USD" if is_priced else None, "label", size)
    root = tree(drawn)
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    assert width == size.width
    assert "nan" not in drawn
    for name, limit in (
        ("x", width),
        ("x1", width),
        ("x2", width),
        ("cx", width),
        ("y", height),
        ("y1", height),
        ("cy", height),
    ):
        places = [float(node.attrib[name]) for node in root.iter() if name in node.attrib]
        assert all(-0.1 <= place <= limit + 0.1 for place in places), name
    for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", drawn):
        assert -0.1 <= float(x) <= width
        assert -0.1 <= float(y) <= height
    inside = [marker for marker in markers if marker.day <= points[-1].day]
    assert drawn.count('class="marker"') == len(inside)


def test_markers_that_would_touch_rise_and_keep_apart() -> None:
    points = sessions(200)
    markers = [Marker(n, points[150 + n].day) for n in range(1, 7)]
    root = tree(theme_chart(points, markers, None, "", WIDE))
    circles = [(float(n.attrib["cx"]), float(n.attrib["cy"])) for n in root.iter("circle")]
    distances = [abs(complex(*a) - complex(*b)) for at, a in enumerate(circles) for b in circles[:at]]
    assert min(distances) >= 16


def test_a_theme_chart_tells_open_blind_and_unpriced_days_apart() -> None:
    points = [
        SessionPoint(date(2025, 1, 2), "ok", 0.2, is_priced=True, close=10.0),
        SessionPoint(date(2025, 1, 3), "stale_source", None, is_priced=True, close=None),
        SessionPoint(date(2025, 1, 6), "", None, is_priced=True, close=11.0),
        SessionPoint(date(2025, 1, 7), "ok", -0.2, is_provisional=True),
    ]
    drawn = theme_chart(points, [], "Asset, USD", "", NARROW)
    assert 'class="bar up"' in drawn
    assert 'class="bar down open"' in drawn
    assert drawn.count('class="blind"') == 3, "hatched in every panel"
    assert re.search(r'd="M[\d. ]+h0M[\d. ]+h0" class="line price"', drawn), "no line across a missing close"
    assert "no close is known" in theme_chart(points[:0] + points[3:], [], "Asset, USD", "", NARROW)


def test_a_narrow_chart_shows_the_newest_sessions() -> None:
    points = sessions(100)
    assert theme_chart(points, [], None, "", NARROW) == theme_chart(points[-60:], [], None, "", NARROW)


def test_a_calendar_puts_every_session_in_its_week() -> None:
    days = [(date(2025, 9, 26), "ok"), (date(2025, 9, 29), "no_news"), (date(2025, 10, 1), "provisional")]
    drawn = calendar(days, "label", WIDE)
    tree(drawn)
    pitch = (WIDE.width - 34) / WIDE.weeks
    cells = {node.attrib["class"]: node.attrib["d"] for node in tree(drawn).findall("path")}
    lefts = {name: float(re.match(r"M([\d.]+)", shape)[1]) for name, shape in cells.items()}  # type: ignore[index]
    tops = {name: float(re.match(r"M[\d.]+ ([\d.]+)", shape)[1]) for name, shape in cells.items()}  # type: ignore[index]
    assert lefts == {"day day-ok": 34, "day day-quiet": pytest.approx(34 + pitch, abs=0.1),
                     "day day-open": pytest.approx(34 + pitch, abs=0.1)}  # fmt: skip
    assert sorted(tops, key=tops.__getitem__) == ["day day-quiet", "day day-open", "day day-ok"], (
        "Monday, Wednesday, Friday"
    )
    assert re.findall(r">(Oct|Sep)<", drawn) == ["Oct"]
    assert [text for _, text in STATUS_STYLES.values() if f">{text}<" in drawn] == ["news", "quiet", "still open"]


def test_a_calendar_of_years_shows_the_newest_weeks_and_weekends_only_where_there_are_any() -> None:
    days = [
        (date(2023, 1, 2) + timedelta(days=n), "ok")
        for n in range(1000)
        if (date(2023, 1, 2) + timedelta(days=n)).weekday() < 5
    ]
    root = tree(calendar(days, "", NARROW))
    (cells,) = [node.attrib["d"] for node in root.findall("path")]
    assert cells.count("M") <= 17 * 5
    assert "Sat" not in calendar(days, "", NARROW)
    assert "Sun" in calendar([*days, (days[-1][0] + timedelta(days=1), "ok")], "", NARROW)


def test_small_pictures() -> None:
    assert spark([None, None], "x") == ""
    drawn = spark([1.0, None, 2.0], "fast")
    assert tree(drawn).attrib["aria-label"] == "fast"
    assert "circle" in drawn
    assert "circle" not in spark([1.0, None], "fast"), "nothing is marked as newest when the newest is unknown"
    assert 'width="46"' in contribution_bar(-0.2, 0.2)
    assert 'class="bar down"' in contribution_bar(-0.2, 0.2)
    assert 'width="1"' in contribution_bar(1e-9, 0.2)
    assert 'width="1"' in contribution_bar(0.0, 0.0)
