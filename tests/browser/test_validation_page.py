"""The validation page in a real browser: silent, within the window, by axe, tables behind charts, on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Open
from tests.browser.test_report_page import DRAWN, LOOKS, OUTSIDE
from tests.pipeline import Pipeline


@pytest.fixture
def validation(researched: Pipeline) -> Path:
    return researched.home.published.resolve() / "reports" / "validation.html"


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_it_opens_silently_and_draws_everything_within_the_window(
    validation: Path, open_page: Open, width: int, scheme: str
) -> None:
    opened = open_page(validation, width, scheme)
    assert opened.said == []
    assert opened.asked == [validation.as_uri()]
    drawn = opened.page.evaluate(DRAWN)
    assert len(drawn) == opened.page.locator("figure").count() >= 4
    assert all(picture["label"] and picture["width"] > 100 and picture["shapes"] > 3 for picture in drawn)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert opened.page.evaluate(OUTSIDE) == []
    red, green, blue = (
        int(part)
        for part in re.findall(r"\d+", opened.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    )
    assert (red + green + blue < 120) == (scheme == "dark")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_axe_finds_nothing(validation: Path, open_page: Open, width: int, scheme: str) -> None:
    page = open_page(validation, width, scheme, bypass_csp=True).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    repeated = "tbody tr:nth-child(n+11)"
    page.evaluate("what => document.querySelectorAll(what).forEach(e => e.remove())", repeated)
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_every_chart_has_its_numbers_behind_it(validation: Path, open_page: Open) -> None:
    page = open_page(validation).page
    figures = page.locator("figure")
    for at in range(figures.count()):
        details = figures.nth(at).locator("details")
        assert not details.locator("table").is_visible()
        details.locator("summary").click()
        assert details.locator("table").is_visible()
        assert details.locator("tbody tr").count() >= 1


def test_on_paper_it_is_white(validation: Path, open_page: Open) -> None:
    page = open_page(validation, scheme="dark").page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("details").first.is_visible()
