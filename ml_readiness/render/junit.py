"""The report as JUnit XML: a category is a suite, a check is a test case."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ml_readiness.library import CATEGORIES
from ml_readiness.render import words
from ml_readiness.render.text import printable
from ml_readiness.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ml_readiness.report import Report, Result

_AGAINST = frozenset({Outcome.FAIL, Outcome.PARTIAL})
_SKIPPED = frozenset(
    {Outcome.NOT_APPLICABLE, Outcome.UNKNOWN, Outcome.BLOCKED, Outcome.WAIVED, Outcome.ATTESTED},
)


def render(report: Report) -> str:
    """The suites; what does not pass is a failure, what is outside the score is skipped."""
    root = Element("testsuites", _counts("ml-readiness", report.results))
    del root.attrib["skipped"]
    present = {result.category for result in report.results}
    for category in [*(c for c in CATEGORIES if c in present), *sorted(present - CATEGORIES.keys())]:
        results = [result for result in report.results if result.category == category]
        suite = SubElement(root, "testsuite", _counts(category, results))
        for result in results:
            _case(suite, result)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _counts(name: str, results: Sequence[Result]) -> dict[str, str]:
    outcomes = [result.outcome for result in results]
    return {
        "name": name,
        "tests": str(len(outcomes)),
        "failures": str(sum(outcome in _AGAINST for outcome in outcomes)),
        "errors": str(outcomes.count(Outcome.ERROR)),
        "skipped": str(sum(outcome in _SKIPPED for outcome in outcomes)),
        "time": "0",
    }


def _case(suite: Element, result: Result) -> None:
    case = SubElement(suite, "testcase", {"name": result.check, "classname": result.category, "time": "0"})
    if result.outcome in _AGAINST:
        _told(SubElement(case, "failure", {"message": _message(result), "type": result.outcome.value}), result)
    elif result.outcome is Outcome.ERROR:
        _told(SubElement(case, "error", {"message": _message(result), "type": "error"}), result)
    elif result.outcome in _SKIPPED:
        SubElement(case, "skipped").text = f"{words.OUTCOMES[result.outcome]}: {_message(result)}"


def _message(result: Result) -> str:
    return printable(result.summary or result.question, 300)


def _told(element: Element, result: Result) -> None:
    places = [
        printable(f"{finding.location or '-'}: {finding.message}", 500) for finding in words.telling(result)[:100]
    ]
    element.text = "\n".join([printable(result.question), *places, printable(words.fix(result))])
