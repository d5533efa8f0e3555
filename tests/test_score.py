"""The score is fair: fixing never lowers it, doing nothing earns nothing, and the weights are what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.grade import CAPS, GRADES
from ml_readiness.library import CATEGORIES
from ml_readiness.report import Confidence, Effort, Finding, Kind, Outcome, ProjectKind, Report, Result, Severity
from ml_readiness.score import CATEGORY_WEIGHTS, SEVERITY_WEIGHTS, Score, of_collection, score
from tests.reports import result

KINDS = sorted(CATEGORY_WEIGHTS)
FINDINGS = {
    Outcome.PASS: Kind.PASS,
    Outcome.PARTIAL: Kind.PARTIAL,
    Outcome.FAIL: Kind.FAIL,
    Outcome.UNKNOWN: Kind.UNKNOWN,
}
BETTER = {Outcome.FAIL: Outcome.PARTIAL, Outcome.PARTIAL: Outcome.PASS, Outcome.BLOCKED: Outcome.PASS}


@st.composite
def answers(draw: st.DrawFn) -> list[Result]:
    """Any set of answers that a library of checks could give."""
    size = draw(st.integers(0, 25))
    return [draw(an_answer(f"check-{number}")) for number in range(size)]


@st.composite
def an_answer(draw: st.DrawFn, name: str) -> Result:
    outcome = draw(st.sampled_from(list(Outcome)))
    confidence = draw(st.sampled_from(list(Confidence)))
    kind = FINDINGS.get(outcome, Kind.UNKNOWN)
    return result(
        draw(st.sampled_from([name, *CAPS])) if draw(st.booleans()) and name.endswith("1") else name,
        outcome,
        category=draw(st.sampled_from(list(CATEGORIES))),
        severity=draw(st.sampled_from(list(Severity))),
        effort=draw(st.sampled_from(list(Effort))),
        prohibition=draw(st.booleans()),
        findings=[Finding(kind=kind, message="seen", confidence=confidence)],
    )


def improved(answer: Result, outcome: Outcome) -> Result:
    kind = FINDINGS.get(outcome, Kind.UNKNOWN)
    findings = tuple(finding.replace(kind=kind) for finding in answer.findings)
    return answer.replace(outcome=outcome, findings=findings)


def letters(grade: str | None) -> int:
    return [known.letter for known in GRADES].index(grade or "F")


@given(answers(), st.sampled_from(KINDS), st.data())
def test_fixing_a_check_never_lowers_score_or_grade(
    found: list[Result], kind: ProjectKind, data: st.DataObject
) -> None:
    open_ = [index for index, answer in enumerate(found) if answer.outcome in BETTER]
    if not open_:
        return
    index = data.draw(st.sampled_from(open_))
    fixed = [*found]
    fixed[index] = improved(found[index], BETTER[found[index].outcome])
    before, after = score(kind, found), score(kind, fixed)
    assert (after.total or 0) >= (before.total or 0)
    assert letters(after.grade) <= letters(before.grade)


@given(answers(), st.sampled_from(KINDS))
def test_numbers_stay_in_their_ranges(found: list[Result], kind: ProjectKind) -> None:
    scored = score(kind, found)
    assert scored.total is not None
    assert scored.low is not None
    assert scored.high is not None
    assert 0 <= scored.low <= scored.total <= scored.high <= 100
    assert 0 <= scored.coverage <= 1
    assert all(gain >= 0 for gain in scored.points.values())
    assert sum(category.weight for category in scored.categories) == pytest.approx(1, abs=0.01) or not scored.total


@given(answers(), st.sampled_from(KINDS))
def test_questions_that_do_not_arise_or_are_waived_earn_nothing(found: list[Result], kind: ProjectKind) -> None:
    outside = [improved(answer, Outcome.NOT_APPLICABLE) for answer in found]
    assert score(kind, outside).total == 0


@given(answers(), st.sampled_from(KINDS))
def test_points_are_what_passing_adds(found: list[Result], kind: ProjectKind) -> None:
    before = score(kind, found)
    for index, answer in enumerate(found):
        if answer.outcome in BETTER and [a.check for a in found].count(answer.check) == 1:
            fixed = [*found]
            fixed[index] = improved(answer, Outcome.PASS)
            gained = (score(kind, fixed).total or 0) - (before.total or 0)
            assert gained == pytest.approx(before.points[answer.check], abs=1.1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_repository_scores_nothing(kind: ProjectKind) -> None:
    scored = score(kind, [])
    assert scored.total == 0
    assert scored.grade == "F"


@pytest.mark.parametrize("kind", KINDS)
def test_passing_prohibitions_alone_scores_nothing(kind: ProjectKind) -> None:
    assert score(kind, [result("no-secrets", category="documentation", prohibition=True)]).total == 0


@pytest.mark.parametrize("kind", KINDS)
def test_category_weights_cover_the_categories_and_add_up_to_a_hundred(kind: ProjectKind) -> None:
    assert list(CATEGORY_WEIGHTS[kind]) == list(CATEGORIES)
    assert sum(CATEGORY_WEIGHTS[kind].values()) == 100


def test_without_machine_learning_there_is_neither_score_nor_grade() -> None:
    scored = score(ProjectKind.NOT_ML, [result("tests-exist")])
    assert scored.total is None
    assert scored.grade is None
    assert scored.next_steps == ()


def test_four_small_things_never_equal_a_critical_one() -> None:
    assert 4 * SEVERITY_WEIGHTS[Severity.LOW] < SEVERITY_WEIGHTS[Severity.CRITICAL]
    assert 3 * SEVERITY_WEIGHTS[Severity.MEDIUM] < SEVERITY_WEIGHTS[Severity.CRITICAL]


def test_the_weakest_category_holds_the_grade_down_and_says_so() -> None:
    good = [result(f"{category}-fine", category=category) for category in CATEGORIES if category != "monitoring"]
    scored = score(ProjectKind.SERVICE, [*good, result("drift-monitored", Outcome.FAIL, category="monitoring")])
    assert scored.total == 88
    assert scored.grade == "D"
    question = CATEGORIES["monitoring"]
    assert scored.reasons == (f"“{question}” is at 0, and C needs 20 in every subject",)


def test_what_a_kind_is_not_about_cannot_hold_its_grade_down() -> None:
    good = [result(f"{category}-fine", category=category) for category in CATEGORIES if category != "testing"]
    untested = [*good, result("tests-exist", Outcome.FAIL)]
    assert score(ProjectKind.RESEARCH, untested).grade == "A"
    assert score(ProjectKind.SERVICE, untested).grade == "D"
    assert score(ProjectKind.LIBRARY, untested).grade == "D"


def test_only_a_high_confidence_failure_caps_the_grade() -> None:
    good = [result(f"{category}-fine", category=category) for category in CATEGORIES]

    def grade(confidence: Confidence) -> str | None:
        found = Finding(kind=Kind.FAIL, message="a key", confidence=confidence)
        secret = result(
            "no-secrets", Outcome.FAIL, category="testing", severity=Severity.LOW, prohibition=True, findings=[found]
        )
        return score(ProjectKind.SERVICE, [*good, secret]).grade

    assert grade(Confidence.HIGH) == "D"
    assert grade(Confidence.MEDIUM) == "A"


def test_failures_that_rest_on_words_alone_count_half() -> None:
    def total(confidence: Confidence) -> int | None:
        found = Finding(kind=Kind.FAIL, message="the text does not say", confidence=confidence)
        return score(ProjectKind.SERVICE, [result("a"), result("b", Outcome.FAIL, findings=[found])]).total

    assert total(Confidence.HIGH) == 50
    assert total(Confidence.LOW) == 67


def test_open_questions_widen_the_interval_and_lower_the_coverage() -> None:
    scored = score(ProjectKind.SERVICE, [result("a"), result("b", Outcome.FAIL), result("c", Outcome.UNKNOWN)])
    assert (scored.low, scored.total, scored.high) == (33, 50, 67)
    assert scored.coverage == pytest.approx(2 / 3, abs=0.001)


def test_next_steps_are_the_cheapest_points() -> None:
    found = [
        result("large", Outcome.FAIL, severity=Severity.CRITICAL, effort=Effort.LARGE),
        result("small", Outcome.FAIL, severity=Severity.MEDIUM, effort=Effort.SMALL),
        result("waiting", Outcome.BLOCKED, severity=Severity.CRITICAL, effort=Effort.SMALL),
        result("done"),
    ]
    assert score(ProjectKind.SERVICE, found).next_steps == ("small", "large")


def _member(name: str, total: int | None, grade: str | None) -> Report:
    kind = ProjectKind.TRAINING
    return Report(tool_version="1", repository=name, kind=kind, score=total, grade=grade, coverage=1.0)


def test_a_collection_is_no_better_than_its_middle_project_and_says_which_is_weakest() -> None:
    whole = Score(80, 78, 82, "B", (), 1.0, (), {"tests-exist": 3.0}, ())
    members = [_member("a", 30, "F"), _member("b", 50, "D"), _member("c", 90, "A"), _member("d", None, None)]
    held = of_collection(whole, members)
    assert (held.total, held.high, held.grade, dict(held.points)) == (50, 50, "D", {})
    fine = of_collection(whole, [_member("a", 85, "A"), _member("b", 88, "A")])
    assert (fine.total, fine.grade, fine.reasons) == (80, "B", ())
    torn = of_collection(whole, [_member("a", 20, "F"), _member("b", 90, "A"), _member("c", 91, "A")])
    assert (torn.total, torn.grade) == (80, "D")
    assert torn.reasons == ("its weakest project, a, has 20 (F)",)


def test_a_collection_without_projects_keeps_its_score() -> None:
    whole = Score(80, 78, 82, "B", (), 1.0, (), {}, ())
    assert of_collection(whole, []) == whole
