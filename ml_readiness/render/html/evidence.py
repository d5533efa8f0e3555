"""One finding as the reader sees it: where, what, the lines of source, and the way a value took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.render.html.highlight import highlighted
from ml_readiness.render.html.markup import Markup, join, prose, tag
from ml_readiness.render.text import visible
from ml_readiness.report import Confidence, Kind, Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ml_readiness.report import Finding, Report, Step

WITH_LINES = 6
"""How many findings of one check are shown with their lines; the others follow in short."""
SIGNS: Mapping[Kind, tuple[str, str]] = {
    Kind.PASS: ("✓", "holds"),
    Kind.PARTIAL: ("◐", "holds in part"),
    Kind.FAIL: ("✗", "does not hold"),
    Kind.UNKNOWN: ("?", "cannot be told"),
}
AROUND = 2


def findings(report: Report, found: Sequence[Finding], new: frozenset[Finding] = frozenset(), told: str = "") -> Markup:
    """A list of findings, each with its own advice where that is not `told` elsewhere; many are folded."""
    first, more = found[:WITH_LINES], found[WITH_LINES:]
    shown = (
        tag("ul", (_finding(report, each, each in new, told) for each in first), class_="findings") if first else None
    )
    if not more:
        return join(shown)
    rest = tag("ul", (_in_short(each, each in new) for each in more), class_="findings short")
    return join([shown, tag("details", tag("summary", f"{len(more)} more"), rest, class_="more")])


def place(location: Location) -> Markup:
    """A path and line that can break at its slashes."""
    parts = [join(part) for part in str(location).split("/")]
    return tag("code", Markup("/<wbr>".join(parts)), class_="place")


def code(path: str, lines: Sequence[tuple[int, str]], hit: int | None = None) -> Markup:
    """Numbered lines, one of them marked."""
    shown = [(number, visible(line)) for number, line in lines]
    indent = min((len(line) - len(line.lstrip()) for _, line in shown if line.strip()), default=0)
    return tag("pre", tag("code", (_line(path, number, line[indent:], number == hit) for number, line in shown)))


def _line(path: str, number: int, line: str, is_hit: bool) -> Markup:
    return tag("mark" if is_hit else "span", highlighted(line, path), Markup("\n"), class_="l", data_n=number)


def _finding(report: Report, finding: Finding, is_new: bool, told: str) -> Markup:
    hint = finding.hint if finding.hint != told else None
    return tag(
        "li",
        tag("p", _said(finding, is_new), class_="said"),
        _lines(report, finding),
        tag("p", "What to do: ", prose(hint, 500), class_="hint") if hint else None,
        steps(finding.steps) if finding.steps else None,
        class_=f"finding {finding.kind.value}",
        data_path=finding.path,
    )


def _in_short(finding: Finding, is_new: bool) -> Markup:
    return tag("li", _said(finding, is_new), class_=f"finding {finding.kind.value}", data_path=finding.path)


def _said(finding: Finding, is_new: bool) -> Iterator[Markup]:
    sign, words = SIGNS[finding.kind]
    yield tag("span", sign, class_="sign", role="img", aria_label=words)
    if finding.location is not None:
        yield join([" ", place(finding.location)])
    yield join([" ", prose(finding.message, 500)])
    if finding.confidence is not Confidence.HIGH:
        yield join([" ", tag("span", f"{finding.confidence.value} confidence", class_="quiet")])
    if is_new:
        yield join([" ", tag("span", "new", class_="badge new")])


def _lines(report: Report, finding: Finding) -> Markup | None:
    excerpt, path = report.excerpt(finding), finding.path or ""
    if excerpt is not None:
        hit = finding.line or 1
        numbered = list(enumerate(excerpt.lines, excerpt.start))
        near = [(number, line) for number, line in numbered if abs(number - hit) <= AROUND]
        return code(path, _without_blank_edges(near, hit), finding.line)
    if finding.code:
        return code(path, [(finding.line or 1, finding.code)])
    return None


def _without_blank_edges(lines: list[tuple[int, str]], hit: int) -> list[tuple[int, str]]:
    while len(lines) > 1 and lines[0][0] != hit and not lines[0][1].strip():
        lines = lines[1:]
    while len(lines) > 1 and lines[-1][0] != hit and not lines[-1][1].strip():
        lines = lines[:-1]
    return lines


def steps(way: Sequence[Step]) -> Markup:
    """The stops of a value on its way, in order."""
    return tag(
        "div",
        tag("p", "The way it takes", class_="label"),
        tag("ol", (_step(step) for step in way), class_="way"),
    )


def _step(step: Step) -> Markup:
    at = Location(path=step.path, line=step.line, cell=step.cell)
    source = code(step.path, [(step.line or 1, step.code)]) if step.code else None
    return tag("li", tag("p", prose(step.message, 300), " ", place(at)), source)
