"""A check explained: why it matters, how to fix it, examples; and a finding: the way that a value took to it."""

from __future__ import annotations

import html
import textwrap
from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.examples import explain
from ml_readiness.render.text import printable
from ml_readiness.report import Location, ProjectKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ml_readiness.check import Check
    from ml_readiness.report import Finding, Result, Step

KINDS: Mapping[ProjectKind, str] = {
    ProjectKind.NOT_ML: "other software",
    ProjectKind.COLLECTION: "collections",
    ProjectKind.LLM_APP: "LLM applications",
    ProjectKind.SERVICE: "services",
    ProjectKind.BATCH: "batch jobs",
    ProjectKind.LIBRARY: "libraries",
    ProjectKind.RESEARCH: "research releases",
    ProjectKind.TRAINING: "training projects",
    ProjectKind.NOTEBOOKS: "notebooks",
}
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


def of_finding(result: Result, finding: Finding) -> str:
    """One finding as plain text: what was seen where, the way that a value took there, why it matters, what to do."""
    at = f"{printable(str(finding.location), 300)}: " if finding.location is not None else ""
    told = f"{finding.kind.value}, {finding.confidence.value} confidence"
    lines = [f"{result.check}: {printable(result.question)}", f"{finding.id}: {told}", ""]
    lines += textwrap.wrap(f"{at}{printable(finding.message, 500)}", WIDTH, break_long_words=False)
    if finding.code and not finding.steps:
        lines += ["", f"    | {printable(finding.code, 160)}"]
    if finding.steps:
        lines += ["", "The way it takes", *_way(finding.steps)]
    lines += ["", "Why it matters", *_prose(printable(result.why, 2000))]
    fix = finding.hint or result.fix
    return "\n".join(lines + (["", "How to fix", *_prose(printable(fix, 2000))] if fix else [])) + "\n"


def _way(steps: Sequence[Step]) -> Iterator[str]:
    """Each stop with its place and its line of source."""
    for number, step in enumerate(steps, 1):
        at = Location(path=step.path, line=step.line, cell=step.cell)
        yield f"{number:3}. {printable(step.message, 300)} ({printable(str(at), 300)})"
        if step.code:
            yield f"     | {printable(step.code, 160)}"


def page(check: Check) -> str:
    """The documentation of a check as a Markdown page."""
    explanation = explain(check.doc)
    parts = [f"# {check.id}\n\n**{check.question}**\n\n{_facts(check)}\n", explanation.why]
    parts += [f"## {title}\n\n{_BLOCK.sub(_shown, body)}" for title, body in explanation.sections.items()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _shown(block: re.Match[str]) -> str:
    """A file of an example as readers see it: its size left out, its character references resolved."""
    return re.sub(r' size="\d+"', "", html.unescape(block[0]), count=1)


def _facts(check: Check) -> str:
    facts = [f"Subject: {check.category}. Severity: {check.severity.value}. Effort to fix: {check.effort.value}."]
    if check.prohibition:
        facts.append("Passing earns no points, failing costs some.")
    if check.requires:
        facts.append(f"Asked where `{check.requires}` is answered well.")
    if others := sorted(KINDS[kind] for kind in check.not_for if kind is not ProjectKind.NOT_ML):
        facts.append(f"Not asked of {_listed(others)}.")
    return " ".join(facts)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


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
