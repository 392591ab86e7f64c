"""The page in a real browser: silent, complete, readable at a desk and on a phone, by day, by night, on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Open

LOOKS = [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")]
PICTURES = 9
"""A line in each card; a chart and a calendar of each theme."""

DRAWN = """() => [...document.querySelectorAll('svg[role=img]')].filter(s => s.checkVisibility()).map(s => ({
    label: s.getAttribute('aria-label'),
    width: s.getBoundingClientRect().width, height: s.getBoundingClientRect().height,
    shapes: [...s.querySelectorAll('path, line, rect, circle, text')].filter(e => e.getBoundingClientRect().width
        + e.getBoundingClientRect().height > 0).length}))"""
OUTSIDE = """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('.scroll')
    && !e.closest('.skip') && !e.closest('thead') && e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.tagName + '.' + (e.getAttribute('class') || ''))"""


@pytest.fixture(params=["demo", "hostile"])
def page_file(request: pytest.FixtureRequest) -> Path:
    file: Path = request.getfixturevalue("report" if request.param == "demo" else "hostile_report")
    return file


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_it_opens_silently_and_draws_everything_within_the_window(
    page_file: Path, open_page: Open, width: int, scheme: str
) -> None:
    opened = open_page(page_file, width, scheme)
    assert opened.said == []
    assert opened.asked == [page_file.as_uri()]
    drawn = opened.page.evaluate(DRAWN)
    assert len(drawn) == PICTURES
    assert all(picture["label"] and picture["width"] > 100 and picture["height"] > 20 for picture in drawn)
    assert all(picture["shapes"] > 1 for picture in drawn)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert opened.page.evaluate(OUTSIDE) == []
    paper = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (int(part) for part in re.findall(r"\d+", paper))
    assert (red + green + blue < 120) == (scheme == "dark")


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("report", 1440, "light"),
        ("report", 360, "dark"),
        ("hostile_report", 1440, "dark"),
        ("hostile_report", 360, "light"),
    ],
)
def test_axe_finds_nothing(request: pytest.FixtureRequest, open_page: Open, name: str, width: int, scheme: str) -> None:
    """Contrast, names, landmarks, order: every rule of axe, over the opened tables too."""
    page = open_page(request.getfixturevalue(name), width, scheme, bypass_csp=True).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    # A thousand cells of one table have the colours of the first ten, and three themes are written by one macro.
    repeated = "details tbody tr:nth-child(n+11), .hover, .theme ~ .theme"
    page.evaluate("what => document.querySelectorAll(what).forEach(e => e.remove())", repeated)
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_axe_would_find_faults(report: Path, open_page: Open) -> None:
    """A page with planted faults: grey on grey, a picture without a name, a heading too deep."""
    page = open_page(report, bypass_csp=True).page
    page.evaluate("document.querySelector('main').innerHTML = '<p style=\"color:#999;background:#888\">grey</p>"
                  "<svg role=img width=9 height=9></svg><h5>deep</h5>'")  # fmt: skip
    found = {violation["id"] for violation in Axe().run(page).response["violations"]}
    assert {"color-contrast", "svg-img-alt", "heading-order"} <= found


def test_the_keyboard_goes_through_the_page_in_its_order(report: Path, open_page: Open) -> None:
    page = open_page(report).page
    here = """() => { const e = document.activeElement, r = e.getBoundingClientRect();
        return [e.tagName, e.textContent.trim().slice(0, 40), Math.round(r.top + scrollY), r.width > 0] }"""
    page.keyboard.press("Tab")
    assert page.evaluate(here)[:2] == ["A", "Skip to the content"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    stops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(here))
    assert all(is_seen for *_, is_seen in stops)
    assert [stop[1] for stop in stops[:3]] == ["Defense demand", "Energy supply risk", "European risk premium"]
    tops = [top for _, _, top, _ in stops[3:]]
    assert tops == sorted(tops)
    assert any(name == "SUMMARY" for name, *_ in stops)


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_numbers_behind_a_chart_open_by_key(report: Path, open_page: Open, key: str) -> None:
    page = open_page(report).page
    details = page.locator("#energy-chart details")
    table = details.locator("table")
    assert not table.is_visible()
    details.locator("summary").focus()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press(key)
    assert table.is_visible()
    assert table.locator("tbody tr").count() > 150
    assert outline == "auto" or outline == "solid"
    assert page.evaluate("document.documentElement.scrollWidth") == 1440


def test_hostile_text_is_only_text(hostile_report: Path, open_page: Open) -> None:
    opened = open_page(hostile_report)
    assert opened.page.locator("script, img").count() == 0
    assert opened.said == []
    links = opened.page.eval_on_selector_all("a[href]:not([href^='#'])", "all => all.map(a => [a.protocol, a.rel])")
    assert links
    assert {tuple(link) for link in links} == {("https:", "noopener noreferrer nofollow")}


def test_on_paper_it_is_white_whole_and_without_what_needs_a_click(report: Path, open_page: Open) -> None:
    page = open_page(report, scheme="dark").page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for hidden in ("nav", "details", ".narrow"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".wide svg").first.is_visible()
    pdf = page.pdf(prefer_css_page_size=True)
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 16
