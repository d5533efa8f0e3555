"""A page that is one file and needs no network: no request can leave it, and nothing from a repository runs."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ml_readiness import __version__
from ml_readiness.render.html.markup import Markup, tag, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ml_readiness.render.html.markup import Content

HERE = Path(__file__).parent


def page(title: str, content: Content, *, styles: Sequence[str], scripts: Sequence[str]) -> str:
    """The whole file; styles and scripts are files of this folder."""
    style, script = (_joined(names) for names in (styles, scripts))
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", text(title, 120)),
        tag("style", style),
    )
    body = tag("body", content, tag("script", script))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def footer() -> Markup:
    """Who wrote the page, and from what."""
    return tag("footer", f"ml-readiness {__version__}. Read from files alone, nothing was executed.")


def _joined(names: Sequence[str]) -> Markup:
    return Markup("\n" + "\n".join(HERE.joinpath("static", name).read_text(encoding="utf-8") for name in names))


def _policy(*texts: str) -> str:
    style, script = (base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in texts)
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )
