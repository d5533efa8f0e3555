"""Text from a repository stays text in a real browser, whatever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml_readiness.render import html
from ml_readiness.render.history import html as history_html
from tests.test_history import hostile as hostile_history
from tests.test_render import NASTY, hostile

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.opened import Opened

KNOWN = [
    "<script>window.ran = 1</script>",
    "</script><script>window.ran = 1</script>",
    "</style></title><script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "\"><svg onload='window.ran = 1'>",
    "' autofocus onfocus='window.ran = 1' x='",
    "<a href='javascript:window.ran=1'>x</a>",
    "javascript:window.ran=1",
    "<iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
    "<meta http-equiv=refresh content='0;url=https://evil.example.com'>",
    "<link rel=stylesheet href=https://evil.example.com/x.css>",
    "<base href=https://evil.example.com>",
    "<form action=https://evil.example.com><button id=search>",
    "<![CDATA[<script>window.ran = 1</script>]]>",
    "<!--<script>window.ran = 1//-->",
    "`<b onmouseover=window.ran=1>`",
    "constructor",
    "__proto__",
    "\u2028window.ran=1",
]
ATTEMPTS = st.sampled_from(KNOWN)


@pytest.fixture
def window(opened: Opened) -> Page:
    """One window for all pages: opening a new one takes longer than the page."""
    return opened("")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ATTEMPTS | NASTY)
def test_no_text_runs_or_reaches_out(opened: Opened, window: Page, text: str) -> None:
    judge(opened, window, text)


def test_no_known_attempt_runs_or_reaches_out(opened: Opened, window: Page) -> None:
    judge(opened, window, "\u2003".join(KNOWN))


def judge(opened: Opened, window: Page, text: str) -> None:
    """Opens the pages that say it everywhere, uses them, and looks whether anything happened."""
    for rendered in (html.render(hostile(text)), history_html.render(hostile_history(text))):
        opened.show(window, rendered)
        window.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        window.mouse.move(600, 450)
        window.keyboard.press("j")
        assert window.evaluate("window.ran") is None
        assert opened.noted == []


def test_even_a_script_in_the_page_would_not_run(opened: Opened) -> None:
    injected = "<main><script>window.ran = 1</script><b onclick='window.ran = 1'>x</b>"
    page = opened(html.render(hostile("x")).replace("<main>", injected))
    page.locator("main > b").click()
    assert page.evaluate("window.ran") is None
    assert len([note for note in opened.noted if "Content Security Policy" in note]) == 2
