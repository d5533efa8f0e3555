"""Pages opened from a disk, as a reader opens an artefact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from playwright.sync_api import Browser, BrowserContext, Page


Scheme = Literal["light", "dark"]


class Opened:
    """Opens pages, and notes every request, message and mistake of theirs."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.noted: list[str] = []
        self._browser = browser
        self._file = folder / "page.html"
        self._url = self._file.as_uri()
        self._contexts: list[BrowserContext] = []

    def __call__(
        self, html: str, *, width: int = 1200, scheme: Scheme = "light", at: str = "", judged: bool = False
    ) -> Page:
        """The page in a window of that width; `judged` lets a test put its own script into it."""
        context = self._browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=judged)
        self._contexts.append(context)
        page = context.new_page()
        page.emulate_media(color_scheme=scheme)
        page.on("console", lambda message: self.noted.append(message.text))
        page.on("pageerror", lambda error: self.noted.append(str(error)))
        page.on("dialog", lambda dialog: self.noted.append(dialog.message))
        page.on("request", lambda request: self.noted.append(request.url) if request.url != self._url else None)
        self.show(page, html, at)
        return page

    def show(self, page: Page, html: str, at: str = "") -> None:
        """Another page in the same window."""
        self._file.write_text(html, "utf-8")
        page.goto(self._url + at)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for context in self._contexts:
            context.close()
