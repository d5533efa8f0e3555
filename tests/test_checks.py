"""Every check keeps the promises of its documentation."""

from __future__ import annotations

import pytest

from ml_readiness import library
from ml_readiness.check import Check
from ml_readiness.documents import Documents
from ml_readiness.examples import Example, explain
from ml_readiness.facts import Facts

CHECKS = library.load(library.folder())
EXAMPLES = [(check, example) for check in CHECKS for example in explain(check.doc).examples]


@pytest.mark.parametrize(("check", "example"), EXAMPLES, ids=[f"{c.id}: {e.title}" for c, e in EXAMPLES])
def test_example_has_the_outcome_its_heading_promises(check: Check, example: Example) -> None:
    findings = list(Facts(Documents(example.snapshot)).call(check.judge))
    assert check.outcome(findings) == example.outcome, [f.message for f in findings]


@pytest.mark.parametrize("check", CHECKS, ids=[c.id for c in CHECKS])
def test_documentation_is_whole(check: Check) -> None:
    explanation = explain(check.doc)
    outcomes = {example.outcome for example in explanation.examples}
    assert explanation.why, "a check says why it matters"
    assert explanation.fix, "a check says how to fix it"
    assert {"pass", "fail"} <= outcomes or {"pass", "partial"} <= outcomes, "a check shows both sides"
    assert check.question.endswith("?")
    assert check.category in library.CATEGORIES
    assert all(finding for finding in explanation.sections)
