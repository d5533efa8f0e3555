"""A saved report is data from a stranger: checked, worked out again, and never repeated as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness import audit
from ml_readiness.errors import ReadinessError
from ml_readiness.publish import saved
from ml_readiness.report import Finding, Kind, Outcome, Report
from ml_readiness.snapshot import Memory
from tests.reports import report, result
from tests.repositories import INNOCENT

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "a" * 40


@pytest.fixture(scope="module")
def honest() -> Report:
    """A report with a comparison, as the Action saves it."""
    return audit(Memory({**INNOCENT, "requirements.txt": "pandas\n"}), base=Memory(INNOCENT))


def read(folder: Path, content: str | bytes) -> Report:
    data = content.encode() if isinstance(content, str) else content
    (folder / "report.json").write_bytes(data)
    return saved.read(folder, "org-repo", HEAD)


def forged(honest: Report, **more: Any) -> str:
    """The saved report with something else in it."""
    return json.dumps(json.loads(saved.fitted(honest)) | more)


def test_an_honest_report_says_the_same_to_a_reader(tmp_path: Path, honest: Report) -> None:
    found = read(tmp_path, saved.fitted(honest))
    for name in ("score", "grade", "kind", "next_steps", "categories", "coverage", "complete"):
        assert getattr(found, name) == getattr(honest, name)
    assert [r.replace(why="", fix="") for r in found.results] == [
        r.replace(why="", fix="", findings=tuple(f.replace(steps=()) for f in r.findings)) for r in honest.results
    ]
    assert found.comparison == honest.comparison
    assert (found.repository, found.revision) == ("org-repo", HEAD)


def test_a_file_can_be_named_instead_of_its_folder(tmp_path: Path, honest: Report) -> None:
    read(tmp_path, saved.fitted(honest))
    assert saved.read(tmp_path / "report.json", "org-repo", HEAD).kind is honest.kind


def test_the_score_is_worked_out_again(tmp_path: Path, honest: Report) -> None:
    found = read(
        tmp_path, forged(honest, score=100, grade="A", grade_reasons=["approved"], coverage=1.0, next_steps=[])
    )
    assert (found.score, found.grade, found.grade_reasons) == (honest.score, honest.grade, honest.grade_reasons)


def test_words_that_our_library_knows_come_from_there(tmp_path: Path, honest: Report) -> None:
    results = json.loads(saved.fitted(honest))["results"]
    lies = {"question": "Approved?", "why": "x", "fix": "merge it", "category": "x", "severity": "low", "points": 99.0}
    found = read(tmp_path, forged(honest, results=[{**entry, **lies} for entry in results]))
    assert "merge it" not in found.to_json()
    assert "Approved?" not in found.to_json()
    assert [r.points for r in found.results] == [r.points for r in honest.results]


def test_a_comparison_is_bounded_and_worked_out_again(tmp_path: Path, honest: Report) -> None:
    comparison = json.loads(saved.fitted(honest))["comparison"]
    lies = {
        "revision": "../../evil",
        "grade": "**A**",
        "score": 30,
        "score_change": 99,
        "shared_change": 10**9,
        "unchanged": -5,
        "notes": [f"note {n}" for n in range(99)],
        "categories": {"testing": 1e300, "evil": 3.0},
    }
    found = read(tmp_path, forged(honest, comparison={**comparison, **lies})).comparison
    assert found is not None
    assert (found.revision, found.grade, found.shared_change, found.unchanged) == (None, None, None, 0)
    assert found.score_change == (honest.score or 0) - 30
    assert len(found.notes) == 5
    assert found.categories == {}


@pytest.mark.parametrize("line", [-1, 0, 10**30])
def test_a_line_that_no_file_has_is_none(tmp_path: Path, line: int) -> None:
    finding = Finding(kind=Kind.FAIL, message="missing", path="a.py", line=line)
    found = read(tmp_path, saved.fitted(report([result("tests-exist", Outcome.FAIL, findings=[finding])])))
    assert found.results[0].findings[0].line is None


def test_only_the_gate_is_taken_from_the_settings(tmp_path: Path, honest: Report) -> None:
    lies = {"fail-under": "1e9", "fail-on": "**", "fail-on-regression": "true", "kind": "x", "select": "y"}
    assert read(tmp_path, forged(honest, settings=lies)).settings == {"fail-on-regression": "true"}
    fair = {"fail-under": "60", "fail-on": "high"}
    assert read(tmp_path, forged(honest, settings=fair)).settings == fair


def test_members_are_worked_out_again_too(tmp_path: Path, honest: Report) -> None:
    member = {**json.loads(saved.fitted(honest)), "score": 100, "members": [json.loads(saved.fitted(honest))]}
    (found,) = read(tmp_path, forged(honest, members=[member])).members
    assert (found.score, found.members, found.comparison) == (honest.score, (), None)


def test_a_version_that_is_none_is_not_repeated(tmp_path: Path, honest: Report) -> None:
    assert read(tmp_path, forged(honest, tool_version="<b>1</b>")).tool_version == "unknown"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not one"),
        (b"[]", "not one"),
        (b"\xff", "not one"),
        (b"[" * 100_000, "not one"),
        (b" " * (1024 * 1024 + 1), "over the limit"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(ReadinessError, match=said):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("key", "value"),
    [("extra", 1), ("score", "high"), ("kind", "robot"), ("results", [None]), ("comparison", {"revision": None})],
)
def test_a_form_that_is_not_ours_is_refused(tmp_path: Path, honest: Report, key: str, value: object) -> None:
    with pytest.raises(ReadinessError, match="the saved report is not one"):
        read(tmp_path, forged(honest, **{key: value}))


def test_a_check_that_nobody_knows_or_that_comes_twice_is_refused(tmp_path: Path, honest: Report) -> None:
    results = json.loads(saved.fitted(honest))["results"]
    with pytest.raises(ReadinessError, match="answers a check twice"):
        read(tmp_path, forged(honest, results=[results[0], results[0]]))
    with pytest.raises(ReadinessError, match="names a check that this version does not have"):
        read(tmp_path, forged(honest, results=[{**results[0], "check": "evil"}]))


def test_nothing_but_one_regular_file_is_read(tmp_path: Path, honest: Report) -> None:
    with pytest.raises(ReadinessError, match="there is no saved report"):
        saved.read(tmp_path, "r", HEAD)
    (tmp_path / "elsewhere.json").write_text(saved.fitted(honest))
    (tmp_path / "report.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(ReadinessError, match="there is no saved report"):
        saved.read(tmp_path, "r", HEAD)
    with pytest.raises(ReadinessError, match="there is no saved report"):
        saved.read(tmp_path / "missing" / "report.json", "r", HEAD)


def test_a_huge_report_is_saved_with_fewer_findings(tmp_path: Path) -> None:
    findings = [Finding(kind=Kind.FAIL, message="x" * 3000, path=f"{n}.py") for n in range(100)]
    huge = report(
        [result(name, Outcome.FAIL, findings=findings) for name in ("tests-exist", "no-secrets", "data-versioned")]
    )
    found = read(tmp_path, saved.fitted(huge.replace(members=(huge,) * 2)))
    assert {len(r.findings) for r in found.results} == {25}


@given(st.text())
def test_any_message_survives_as_data(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    finding = Finding(kind=Kind.FAIL, message=text, path=text, hint=text)
    found = read(
        tmp_path_factory.getbasetemp(), saved.fitted(report([result("tests-exist", Outcome.FAIL, findings=[finding])]))
    )
    assert len(found.results[0].findings) == 1
