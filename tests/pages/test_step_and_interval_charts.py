"""Charts of the validation page: marks where the values lie, well-formed, and the same text again."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.pages.interval_chart import LABEL_SHARE, IntervalRow, interval_chart
from tasks.pages.step_chart import StepPanel, StepPoint, step_chart

VALUE = st.floats(-50, 50)


def circles(svg: str) -> list[tuple[float, float]]:
    tree = ElementTree.fromstring(svg)
    return [(float(c.get("cx", "nan")), float(c.get("cy", "nan"))) for c in tree.iter("circle")]


@given(
    st.lists(st.tuples(VALUE, st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=12), st.sampled_from([360, 992])
)
def test_estimates_lie_in_order_within_their_axis(rows: list[tuple[float, float, float]], width: float) -> None:
    made = [IntervalRow(f"row {at}", mid, mid - down, mid + up) for at, (mid, down, up) in enumerate(rows)]
    svg = interval_chart(made, "Estimates", width)
    assert interval_chart(made, "Estimates", width) == svg
    dots = circles(svg)
    assert len(dots) == len(rows)
    assert [y for _, y in dots] == sorted(y for _, y in dots)
    assert all(LABEL_SHARE * width - 0.1 <= x <= width for x, _ in dots)
    for (one, *_), (x, _) in zip(rows, dots, strict=True):
        for (other, *_), (z, _) in zip(rows, dots, strict=True):
            assert one >= other or x <= z + 0.1


def test_a_row_without_an_estimate_keeps_its_name_and_a_head_is_bold() -> None:
    svg = interval_chart([IntervalRow("Defense", is_head=True), IntervalRow("<b>", is_ours=True)], "x", 360)
    assert circles(svg) == []
    assert '<text x="0" y="22" class="name">Defense</text>' in svg
    assert "&lt;b&gt;" in svg


@given(st.lists(VALUE, min_size=1, max_size=25), st.booleans(), st.integers(1, 3))
def test_steps_lie_in_order_and_inside(values: list[float], is_band: bool, columns: int) -> None:
    points = [StepPoint(step - 4, value, value - 1, value + 1) for step, value in enumerate(values)]
    panels = [StepPanel(f"Panel {at}", points, "steps", is_band, 0) for at in range(columns)]
    svg = step_chart(panels, "Steps", 992, columns)
    dots = circles(svg)
    assert len(dots) == columns * len(values)
    for at in range(columns):
        own = dots[at * len(values) : (at + 1) * len(values)]
        assert [x for x, _ in own] == sorted(x for x, _ in own)
        assert all(at * 992 / columns <= x <= (at + 1) * 992 / columns for x, _ in own)
    assert svg.count('class="band"') == (columns if is_band else 0)
    assert svg.count("whisker") == (0 if is_band else columns * len(values))


def test_a_band_goes_there_and_back() -> None:
    svg = step_chart([StepPanel("a", [StepPoint(0, 1, 0, 2), StepPoint(1, 1, 0, 2)], "s", is_band=True)], "b", 360, 1)
    (path,) = re.findall(r'<path d="(M[^"]*z)" class="band"/>', svg)
    assert path.count("L") == 3


def test_panels_below_each_other_make_the_picture_taller() -> None:
    panels = [StepPanel(name, [StepPoint(0, 1.0)], "s") for name in "abcd"]
    heights = [float(re.findall(r'viewBox="0 0 \S+ (\S+)"', step_chart(panels, "x", 360, n))[0]) for n in (1, 2, 4)]
    assert heights == pytest.approx([4 * heights[2], 2 * heights[2], heights[2]])
