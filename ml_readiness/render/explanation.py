"""One check explained: why it matters, how to fix it, and examples of both sides."""

from __future__ import annotations

import html
import re
import textwrap
from typing import TYPE_CHECKING

from ml_readiness.examples import explain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.check import Check

WIDTH = 80
_BLOCK = re.compile(
    r'^(?P<fence>`{3,})[\w+-]*(?: title="(?P<path>[^"]+)")?(?: size="\d+")?\n(?P<text>.*?)^(?P=fence)\s*$', re.M | re.S
)


def render(check: Check) -> str:
    """The documentation of a check as plain text."""
    explanation = explain(check.doc)
    lines = [f"{check.id}: {check.question}", *textwrap.wrap(_facts(check), WIDTH), "", *_prose(explanation.why)]
    for title, body in explanation.sections.items():
        lines += ["", title, *_section(body)]
    return "\n".join(lines) + "\n"


def page(check: Check) -> str:
    """The documentation of a check as a Markdown page."""
    explanation = explain(check.doc)
    parts = [f"# {check.id}\n\n**{check.question}**\n\n{_facts(check).capitalize()}.\n", explanation.why]
    parts += [f"## {title}\n\n{_BLOCK.sub(_shown, body)}" for title, body in explanation.sections.items()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _shown(block: re.Match[str]) -> str:
    """A file of an example as readers see it: its size left out, its character references resolved."""
    return re.sub(r' size="\d+"', "", html.unescape(block[0]), count=1)


def _facts(check: Check) -> str:
    facts = [check.category, check.severity.value, f"{check.effort.value} effort"]
    if check.prohibition:
        facts.append("passing earns nothing, failing costs")
    if check.requires:
        facts.append(f"waits for {check.requires}")
    if check.not_for:
        facts.append(f"not for {', '.join(sorted(kind.value for kind in check.not_for))}")
    return "; ".join(facts)


def _section(body: str) -> Iterator[str]:
    """Prose in paragraphs, and each file of an example under its name."""
    start = 0
    for block in _BLOCK.finditer(body):
        yield from _prose(body[start : block.start()])
        if block["path"]:
            yield f"  {block['path']}"
        yield from (f"    | {line}".rstrip() for line in html.unescape(block["text"]).splitlines())
        start = block.end()
    yield from _prose(body[start:])


def _prose(text: str) -> Iterator[str]:
    """Paragraphs and the entries of lists, each wrapped."""
    for paragraph in re.split(r"\n\s*\n|\n(?=- )", text.strip()):
        indent = "  " if paragraph.startswith("- ") else ""
        yield from textwrap.wrap(" ".join(paragraph.split()), WIDTH, subsequent_indent=indent)
