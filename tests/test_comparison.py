"""Two reports compared: what is new is told from what was there, and new questions from regressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness import audit, border
from ml_readiness.changes import Comparison, Movement
from ml_readiness.comparison import compare
from ml_readiness.errors import SettingsError
from ml_readiness.report import Finding, Kind, Outcome, ProjectKind
from ml_readiness.snapshot import Memory
from tests.reports import compared, report, result
from tests.repositories import INNOCENT, Made

if TYPE_CHECKING:
    from pathlib import Path

DECIDED = (Outcome.PASS, Outcome.PARTIAL, Outcome.FAIL)


def against(
    message: str = "no version", path: str | None = "requirements.txt", line: int = 1, code: str = ""
) -> Finding:
    return Finding(kind=Kind.FAIL, message=message, path=path, line=line if path else None, code=code)


def failing(*findings: Finding) -> Comparison:
    """What changed when a failing check goes from the first finding to the others."""
    old, *new = findings
    return compare(
        report([result("a", Outcome.FAIL, findings=[old])]), report([result("a", Outcome.FAIL, findings=new)])
    )


def movement(before: Outcome | None, after: Outcome | None, *, prohibition: bool = False) -> Movement | None:
    """How one check moved."""
    old, new = (
        report([result("a", outcome, prohibition=prohibition)] if outcome is not None else [])
        for outcome in (before, after)
    )
    changes = compare(old, new).changes
    return changes[0].movement if changes else None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Outcome.PASS, Outcome.FAIL, Movement.WORSE),
        (Outcome.PASS, Outcome.PARTIAL, Movement.WORSE),
        (Outcome.PARTIAL, Outcome.FAIL, Movement.WORSE),
        (Outcome.FAIL, Outcome.PARTIAL, Movement.BETTER),
        (Outcome.FAIL, Outcome.PASS, Movement.FIXED),
        (Outcome.PARTIAL, Outcome.PASS, Movement.FIXED),
        (Outcome.PASS, Outcome.PASS, None),
        (Outcome.FAIL, Outcome.FAIL, None),
        (Outcome.NOT_APPLICABLE, Outcome.FAIL, Movement.ARISING),
        (Outcome.NOT_APPLICABLE, Outcome.PASS, Movement.ARISING),
        (Outcome.BLOCKED, Outcome.FAIL, Movement.ARISING),
        (Outcome.UNKNOWN, Outcome.FAIL, Movement.ARISING),
        (None, Outcome.FAIL, Movement.ARISING),
        (Outcome.FAIL, Outcome.NOT_APPLICABLE, Movement.GONE),
        (Outcome.PASS, Outcome.UNKNOWN, Movement.GONE),
        (Outcome.PASS, None, Movement.GONE),
        (Outcome.NOT_APPLICABLE, None, None),
        (Outcome.NOT_APPLICABLE, Outcome.UNKNOWN, None),
    ],
)
def test_every_pair_of_outcomes_has_one_movement(
    before: Outcome | None, after: Outcome | None, expected: Movement | None
) -> None:
    assert movement(before, after) is expected


def test_a_forbidden_thing_that_appears_is_a_regression_and_one_that_goes_is_fixed() -> None:
    assert movement(Outcome.NOT_APPLICABLE, Outcome.FAIL, prohibition=True) is Movement.WORSE
    assert movement(Outcome.FAIL, Outcome.NOT_APPLICABLE, prohibition=True) is Movement.FIXED
    assert movement(Outcome.NOT_APPLICABLE, Outcome.PASS, prohibition=True) is None


def test_a_new_subject_is_no_regression_though_the_score_falls() -> None:
    before = report([result("a")], kind=ProjectKind.TRAINING)
    after = report([result("a"), result("b", Outcome.FAIL, category="serving")])
    comparison = compare(before, after)
    assert comparison.score_change is not None and comparison.score_change < 0
    assert comparison.shared_change == 0
    assert comparison.regressions == ()
    assert "of the kind service now" in comparison.notes[0]


@pytest.mark.parametrize(
    "now",
    [
        against(line=40),
        against("no version since 3 days"),
        against("said in other words", code="numpy"),
        against(path="deps/requirements.txt", code="numpy"),
    ],
    ids=["moved within the file", "with another number", "in other words on the same line", "in another folder"],
)
def test_a_finding_stays_the_same_one_when_its_surroundings_change(now: Finding) -> None:
    before = against("no version since 2 days" if "days" in now.message else "no version", code=now.code)
    assert failing(before, now).new == 0
    assert failing(before, now).unchanged == 1


def test_a_finding_about_the_repository_stays_the_same_whatever_it_says() -> None:
    assert failing(against("no test", path=None), against("nothing asserts", path=None)).changes == ()


def test_more_places_of_an_old_failure_are_a_regression_and_fewer_are_not() -> None:
    more = failing(against(code="numpy"), against(code="numpy"), against("other", "setup.py"))
    assert [change.movement for change in more.regressions] == [Movement.GROWN]
    assert [finding.path for finding in more.regressions[0].new] == ["setup.py"]
    one, two = against(), against("other", "setup.py")
    fewer = compare(
        report([result("a", Outcome.FAIL, findings=[one, two])]), report([result("a", Outcome.FAIL, findings=[one])])
    )
    assert [change.movement for change in fewer.changes] == [Movement.SHRUNK]
    assert fewer.changes[0].absent == (two,)


def test_debt_that_changes_places_is_shown_but_is_no_regression() -> None:
    moved = failing(against(), against("other", "setup.py"))
    assert [change.movement for change in moved.changes] == [Movement.SAME]
    assert moved.regressions == ()


def test_an_incomplete_base_is_said() -> None:
    assert "incomplete" in compare(report([], complete=False), report([])).notes[0]


@given(st.lists(st.tuples(st.sampled_from(Outcome), st.sampled_from(Outcome), st.booleans()), max_size=6))
def test_any_two_reports_can_be_compared_and_the_counts_add_up(answers: list[tuple[Outcome, Outcome, bool]]) -> None:
    findings = [against()]
    old = report([result(f"c{n}", was, prohibition=p, findings=findings) for n, (was, _, p) in enumerate(answers)])
    new = report([result(f"c{n}", now, prohibition=p, findings=findings) for n, (_, now, p) in enumerate(answers)])
    comparison = compare(old, new)
    assert comparison.score_change == (new.score or 0) - (old.score or 0)
    back = compare(new, old)
    assert {change.check for change in comparison.changes} == {change.check for change in back.changes}
    assert border.read(Comparison, msgspec.json.encode(comparison)) == comparison
    assert compare(old, old).changes == ()


def test_a_report_with_a_comparison_comes_back_from_json() -> None:
    there = compared()
    assert type(there).from_json(there.to_json()).comparison == there.comparison


def test_a_work_tree_is_compared_with_a_revision(tmp_path: Path) -> None:
    made = Made(tmp_path / "churn")
    commit = made.commit(INNOCENT)
    made.write({"requirements.txt": "scikit-learn\n"})
    comparison = audit(made.path, base="HEAD").comparison
    assert comparison is not None
    assert comparison.revision == commit
    assert audit(made.path).comparison is None


def test_both_sides_are_audited_under_the_settings_of_the_base() -> None:
    plain = Memory(INNOCENT)
    lax = Memory({**INNOCENT, ".ml-readiness.toml": 'select = ["serving"]\n'})
    tightened = audit(plain, base=lax)
    assert {result.category for result in tightened.results} == {"serving"}
    assert tightened.comparison is not None and "alters the settings" in tightened.comparison.notes[0]
    loosened = audit(lax, base=plain)
    assert len({result.category for result in loosened.results}) > 1


def test_settings_that_are_broken_on_one_side_are_those_of_the_other() -> None:
    plain, broken = Memory(INNOCENT), Memory({**INNOCENT, ".ml-readiness.toml": "kindd = 1"})
    repaired = audit(plain, base=broken).comparison
    assert repaired is not None and "those of the change are" in repaired.notes[0]
    breaking = audit(broken, base=plain).comparison
    assert breaking is not None and "merging them breaks the audit" in breaking.notes[0]
    with pytest.raises(SettingsError):
        audit(broken, base=broken)


def test_the_base_of_a_snapshot_is_a_snapshot(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="to be a snapshot"):
        audit(Memory({}), base="main")
    (tmp_path / "README.md").write_text("# A\n")
    assert audit(tmp_path, base=Memory({})).comparison is not None
