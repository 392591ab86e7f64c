"""The picture of the daily page in the README, taken in a headless Chromium.

python docs/screenshot.py data/published/reports/index.html docs/images/report.png
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTH, HEIGHT = 1100, 1760
"""The head of the page, its cards, and the first theme's chart."""

LIMIT = 300_000


def take(page_file: Path, out: Path) -> None:
    """Open the page as a reader would, and keep what the first screens show.

    Raises:
        SystemExit: no Chromium is installed, or the picture is larger than `LIMIT` bytes.
    """
    browser_path = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    if browser_path is None:
        raise SystemExit("no chromium is installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(page_file.absolute().as_uri())
        out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=out)
        browser.close()
    if out.stat().st_size > LIMIT:
        raise SystemExit(
            f"{out} has {out.stat().st_size:,} bytes, more than {LIMIT:,}; take a smaller part of the page"
        )


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
