"""An audit answers every question, whatever a check does."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.audit import audit, audit_snapshot
from ml_readiness.check import Check, check, fail, ok, unknown
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Effort, Finding, Outcome, ProjectKind, Severity
from ml_readiness.settings import Settings
from ml_readiness.snapshot import Memory


@check("Is there a README?", severity=Severity.HIGH, effort=Effort.SMALL, not_for=[ProjectKind.NOTEBOOKS])
def has_readme(files: Files) -> Iterator[Finding]:
    """Nobody starts where nothing is written. It costs an hour.

    ## How to fix
    Write
    one.
    """
    yield ok("there is one", at="README.md") if files.exists("README.md") else fail("there is none")


@check("Is it long?", severity=Severity.LOW, requires="has-readme")
def readme_is_long(files: Files) -> Iterator[Finding]:
    """Short is no help."""
    yield ok("long", at="README.md") if len(files.text("README.md")) > 10 else fail("short")


@check("Does it work?", severity=Severity.LOW)
def works(files: Files) -> Iterator[Finding]:
    """It has to."""
    yield ok(f"{files.entries['missing']}")


@check("Is it deep?", severity=Severity.LOW)
def deep(files: Files) -> Iterator[Finding]:
    """It recurses."""
    return deep.judge(files)  # type: ignore[return-value]


@check("Who knows?", severity=Severity.LOW)
def undecided(files: Files) -> Iterator[Finding]:
    """Nobody."""
    del files
    yield unknown("chosen at run time")
    yield unknown("and here")


def located(*checks: Check) -> tuple[Check, ...]:
    return tuple(found.located(id=found.id, category="documentation") for found in checks)


TRAINING = Settings(kind=ProjectKind.TRAINING)


def test_a_result_says_what_why_and_how() -> None:
    result = audit_snapshot(Memory({}), located(has_readme), TRAINING).results[0]
    assert result.outcome is Outcome.FAIL
    assert result.summary == "there is none"
    assert result.why == "Nobody starts where nothing is written. It costs an hour."
    assert result.fix == "Write one."
    assert result.points == 100


def test_a_check_that_needs_another_waits_for_it() -> None:
    results = audit_snapshot(Memory({}), located(has_readme, readme_is_long), TRAINING).results
    assert [result.outcome for result in results] == [Outcome.FAIL, Outcome.BLOCKED]
    assert results[1].summary == "waits for has-readme"


def test_a_check_whose_need_is_met_answers_itself() -> None:
    report = audit_snapshot(Memory({"README.md": "Hello"}), located(has_readme, readme_is_long), TRAINING)
    assert [result.outcome for result in report.results] == [Outcome.PASS, Outcome.FAIL]


def test_a_question_that_does_not_arise_for_the_kind_is_not_asked() -> None:
    report = audit_snapshot(Memory({}), located(has_readme), Settings(kind=ProjectKind.NOTEBOOKS))
    assert report.results[0].outcome is Outcome.NOT_APPLICABLE
    assert report.results[0].summary == "does not arise for notebooks"


def test_a_check_that_raises_makes_the_report_incomplete_and_stops_nobody() -> None:
    report = audit_snapshot(Memory({"README.md": ""}), located(works, deep, has_readme), TRAINING)
    assert not report.complete
    assert [result.outcome for result in report.results] == [Outcome.ERROR, Outcome.ERROR, Outcome.PASS]
    assert report.results[0].findings[0].message.startswith("KeyError: 'missing' (")
    assert "test_audit.py" in report.results[0].findings[0].message


def test_what_cannot_be_decided_is_counted_in_the_summary() -> None:
    report = audit_snapshot(Memory({}), located(undecided), TRAINING)
    assert report.results[0].outcome is Outcome.UNKNOWN
    assert report.results[0].summary == "chosen at run time (and 1 more)"
    assert report.coverage == 0


def test_progress_is_told_before_each_check() -> None:
    told: list[tuple[int, int, str]] = []

    def tell(done: int, total: int, check: str) -> None:
        told.append((done, total, check))

    audit_snapshot(Memory({}), located(has_readme, undecided), TRAINING, tell)
    assert told == [(0, 2, "has-readme"), (1, 2, "undecided")]


def test_files_that_cannot_be_read_are_listed() -> None:
    report = audit_snapshot(Memory({"README.md": b"\x00" * 20}), located(readme_is_long), TRAINING)
    assert all(problem.path == "README.md" for problem in report.problems)


def test_the_public_function_takes_a_snapshot() -> None:
    report = audit(Memory({"README.md": "Hello"}, name="hello"))
    assert report.repository == "hello"
    assert report.complete


def test_an_audit_says_the_same_twice() -> None:
    files = {"README.md": "# x\n", "train.py": "import sklearn\n"}
    assert audit(Memory(files)) == audit(Memory(files))


def project(folder: str) -> dict[str, str]:
    return {
        f"{folder}/README.md": f"# {folder}\n",
        f"{folder}/requirements.txt": "scikit-learn==1.5.0\n",
        f"{folder}/train.py": "from sklearn.svm import SVC\n\nSVC().fit([[0], [1]], [0, 1])\n",
    }


def test_a_collection_holds_the_reports_of_its_projects() -> None:
    files = {"README.md": "# Course\n\nA course in three lessons.\n"}
    for folder in ("churn", "fraud", "prices"):
        files |= project(folder)
    report = audit(Memory(files))
    assert report.kind is ProjectKind.COLLECTION
    assert [member.repository for member in report.members] == ["churn", "fraud", "prices"]
    assert all(member.kind is ProjectKind.TRAINING for member in report.members)
