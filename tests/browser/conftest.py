"""A real browser, headless and offline. Without one the tests are skipped by name, or fail where one was promised."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tasks.report import write_report
from tests.pipeline import Pipeline

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PROMISED = "GEORISK_BROWSER_PROMISED"
"""Set by `make test-all`: a missing browser is then a fault, not a reason to skip."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        say = pytest.fail if os.environ.get(PROMISED) else pytest.skip
        say(f"no browser: none of {', '.join(NAMES)} is installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield found
        found.close()


@dataclass
class Opened:
    """A page in the browser, and what it said and asked for while it opened."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


Open = Callable[..., Opened]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a file at a width, light or dark; `bypass_csp` lets axe in, which the page's policy would keep out."""
    contexts = []

    def opened(path: Path, width: int = 1440, scheme: str = "light", *, bypass_csp: bool = False) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            offline=True,
            bypass_csp=bypass_csp,
        )
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("console", lambda message: found.said.append(message.text))
        found.page.on("pageerror", lambda fault: found.said.append(str(fault)))
        found.page.on("dialog", lambda dialog: found.said.append(dialog.message))
        found.page.on("request", lambda request: found.asked.append(request.url))
        found.page.goto(path.as_uri())
        return found

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def report(demo: Pipeline) -> Path:
    return demo.home.published / "reports" / "index.html"


@pytest.fixture(scope="session")
def hostile_report(demo: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same publication after its outlets wrote what they liked: markup, addresses, endless words; with gaps."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(demo.home.published / "signals.duckdb", folder / "signals.duckdb")
    text = "<script>alert(1)</script><img src=x onerror=alert(2)> ‮abc‬ العربية " + "W" * 300
    with duckdb.connect(str(folder / "signals.duckdb")) as db:
        db.execute(
            "update raw.article set title = $text, url = 'https://outlet.example/' || article_id", {"text": text}
        )
        db.execute(
            "update vintage.sentence_contribution set text = $text, source = repeat('outlet', 30), "
            "url = if(sentence_no % 2 = 0, 'javascript:alert(3)', 'https://outlet.example/?a=1&b=' || article_id)",
            {"text": text},
        )
        db.execute("update raw.source set source = repeat('source', 30) where source = 'embedded'")
        db.execute("update core.source_session set source = repeat('source', 30) where source = 'embedded'")
        db.execute(
            "update core.source_session set is_covered = false where session_date between '2025-06-02' and '2025-06-20'"
        )
        blind = (
            "status = 'stale_source', risk_score = null, pressure_fast = null, pressure_slow = null, signal_z = null"
        )
        db.execute(
            f"update vintage.theme_clock_daily set {blind} where session_date between '2025-06-02' and '2025-06-20'"
        )
        db.execute("update vintage.theme_clock_daily set is_provisional = true where session_date = '2025-09-29'")
        db.execute("update raw.instrument set label = repeat('Instrument', 8)")
    page, *_ = write_report(folder / "signals.duckdb", folder, 2)
    return page
