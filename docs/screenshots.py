"""Takes the pictures of the pages in `docs/images`: the report on a small service, and the history of another.

python -m docs.screenshots
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.history import make
from docs.picture import FILES
from ml_readiness import Memory, audit, history
from ml_readiness.render import html
from ml_readiness.render.history import html as history_html

IMAGES = Path(__file__).parent / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]


def take(page_text: str, name: str, *, scroll_to: str = "", is_dark: bool = False, size: tuple[int, int]) -> None:
    """One picture of a page, of so many pixels."""
    browser_path = shutil.which("chromium") or sys.exit("chromium is needed")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "page.html")
        file.write_text(page_text, "utf-8")
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        view = {"width": size[0], "height": size[1]}
        page = browser.new_page(viewport=view, color_scheme="dark" if is_dark else "light")
        page.goto(file.as_uri())
        if scroll_to:
            page.evaluate("id => document.getElementById(id).scrollIntoView()", scroll_to)
            page.wait_for_timeout(300)
        page.screenshot(path=IMAGES / name)
        browser.close()


def main() -> None:
    """All pictures."""
    page = html.render(audit(Memory(FILES, name="churn-service")))
    for is_dark, name in ((False, "light"), (True, "dark")):
        take(page, f"html-report-{name}.png", is_dark=is_dark, size=(1200, 820))
    take(page, "html-map.png", scroll_to="map", is_dark=True, size=(860, 700))
    with tempfile.TemporaryDirectory() as folder:
        page = history_html.render(history(make(Path(folder, "shop.git")), every=5))
        for is_dark, name in ((False, "light"), (True, "dark")):
            take(page, f"history-{name}.png", is_dark=is_dark, size=(1200, 980))


if __name__ == "__main__":
    main()
