"""The gate fails what a change made worse, and never old debt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.comparison import compare
from ml_readiness.gate import Gate
from ml_readiness.report import Confidence, Finding, Kind, Outcome, Report, Severity
from tests.reports import report, result


def failing(*checks: str, confidence: Confidence = Confidence.HIGH, severity: Severity = Severity.HIGH) -> Report:
    """A report in which these of the checks a, b and c fail."""
    return report(
        [
            result(
                name,
                Outcome.FAIL if name in checks else Outcome.PASS,
                severity=severity,
                findings=[Finding(kind=Kind.FAIL, message="missing", path=name, confidence=confidence)]
                if name in checks
                else [],
            )
            for name in "abc"
        ]
    )


def objections(gate: Gate, after: Report, before: Report | None = None) -> tuple[str, ...]:
    return gate.objections(after, against=compare(before, after) if before is not None else None)


def test_without_a_gate_everything_passes() -> None:
    assert objections(Gate(), failing("a", "b", "c"), failing()) == ()


def test_a_score_below_the_gate_fails() -> None:
    assert objections(Gate(fail_under=90), failing("a")) == ("the score is 67, the gate is 90",)
    assert objections(Gate(fail_under=60), failing("a")) == ()
    assert objections(Gate(fail_under=90), failing("a"), failing()) == ("the score is 67, the gate is 90",)


def test_a_score_that_was_below_the_gate_fails_only_a_change_that_lowers_it() -> None:
    assert objections(Gate(fail_under=90), failing("a"), failing("a", "b")) == ()
    assert objections(Gate(fail_under=90), failing("a"), failing("a")) == ()
    (said,) = objections(Gate(fail_under=90), failing("a", "b"), failing("a"))
    assert said.endswith("and this change lowers it")


@pytest.mark.parametrize(("on", "fails"), [(Severity.CRITICAL, False), (Severity.HIGH, True), (Severity.LOW, True)])
def test_a_check_of_the_severity_fails(on: Severity, *, fails: bool) -> None:
    assert bool(objections(Gate(fail_on=on), failing("a"))) is fails


def test_what_is_not_sure_fails_nothing() -> None:
    assert objections(Gate(fail_on=Severity.LOW), failing("a", confidence=Confidence.MEDIUM)) == ()
    words = failing("a", confidence=Confidence.LOW)
    assert objections(Gate(fail_on_regression=True), words, failing()) == ()


def test_against_a_base_only_what_is_worse_fails() -> None:
    gate = Gate(fail_on=Severity.HIGH, fail_on_regression=True)
    assert objections(gate, failing("a"), failing("a")) == ()
    assert objections(gate, failing("a", "b"), failing("a")) == ("b fails, a high check", "b got worse")


def test_new_places_of_an_old_failure_fail_only_where_they_are_sure() -> None:
    def with_places(*confidences: Confidence) -> Report:
        findings = [
            Finding(kind=Kind.FAIL, message="missing", path=f"{number}.py", confidence=confidence)
            for number, confidence in enumerate(confidences)
        ]
        return report([result("a", Outcome.FAIL, findings=findings)])

    old, sure, unsure = Confidence.HIGH, Confidence.HIGH, Confidence.MEDIUM
    gate = Gate(fail_on=Severity.HIGH)
    assert objections(gate, with_places(old, unsure), with_places(old)) == ()
    assert objections(gate, with_places(old, sure), with_places(old)) == ("a fails, a high check",)


GOODNESS = (Outcome.FAIL, Outcome.PARTIAL, Outcome.PASS)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=8), st.integers(0, 100))
def test_a_change_that_makes_nothing_worse_passes_every_gate(pairs: list[tuple[int, int]], under: int) -> None:
    def with_outcomes(numbers: list[int]) -> Report:
        kinds = {Outcome.FAIL: Kind.FAIL, Outcome.PARTIAL: Kind.PARTIAL, Outcome.PASS: Kind.PASS}
        return report(
            [
                result(f"c{n}", GOODNESS[o], findings=[Finding(kind=kinds[GOODNESS[o]], message="seen", path="a.py")])
                for n, o in enumerate(numbers)
            ]
        )

    before, after = [min(pair) for pair in pairs], [max(pair) for pair in pairs]
    gate = Gate(under, Severity.LOW, fail_on_regression=True)
    assert objections(gate, with_outcomes(after), with_outcomes(before)) == ()


def test_no_comparison_means_no_regression() -> None:
    assert objections(Gate(fail_on_regression=True), failing("a")) == ()


def test_settings_state_a_gate_and_the_command_line_replaces_it() -> None:
    stated = Gate.stated({"fail-under": "60", "fail-on": "high", "fail-on-regression": "true"})
    assert stated == Gate(60, Severity.HIGH, fail_on_regression=True)
    assert Gate.stated({}) == Gate()
    assert stated.with_(None, None, fail_on_regression=None) == stated
    assert stated.with_(0, "none", fail_on_regression=False) == Gate(0, None)
    assert stated.with_(0, "critical", fail_on_regression=False).fail_on is Severity.CRITICAL
