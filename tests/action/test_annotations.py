"""Annotations are as many as GitHub shows, and those of changed lines come first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.comparison import compare
from ml_readiness.publish.annotations import Changed, annotate
from ml_readiness.publish.placing import placed
from ml_readiness.report import Finding, Kind, Outcome, Report, Severity
from ml_readiness.snapshot import Absent, Entry, EntryKind, Memory
from tests.reports import compared, report, result, sample

if TYPE_CHECKING:
    from collections.abc import Mapping


class Committed(Memory):
    """A snapshot that knows the ids of its contents, as git does."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        super().__init__(files)
        self.entries = {
            path: Entry(path, EntryKind.FILE, len(text), f"{hash(text):x}") for path, text in sorted(files.items())
        }


def finding(
    path: str | None = "a.py", line: int | None = 1, kind: Kind = Kind.FAIL, message: str = "missing"
) -> Finding:
    return Finding(kind=kind, message=message, path=path, line=line)


def failing(*findings: Finding, severity: Severity = Severity.HIGH) -> Report:
    return report([result("a", Outcome.FAIL, severity=severity, findings=findings)])


def against(before: Report, after: Report) -> Report:
    return after.replace(comparison=compare(before, after))


def lines(shown: Report, changed: Changed | None = None) -> list[str]:
    return list(annotate(shown, changed or Changed(Memory({}), None)))


def test_a_finding_is_annotated_at_its_place() -> None:
    (line,) = lines(failing(finding(message="no version")))
    assert line.startswith("::error file=a.py,line=1,title=ML readiness%3A a::Does a hold? no version.")


@pytest.mark.parametrize(
    ("severity", "kind", "level"),
    [
        (Severity.CRITICAL, Kind.FAIL, "error"),
        (Severity.HIGH, Kind.PARTIAL, "warning"),
        (Severity.MEDIUM, Kind.FAIL, "warning"),
        (Severity.LOW, Kind.FAIL, "notice"),
    ],
)
def test_the_level_says_how_bad_it_is(severity: Severity, kind: Kind, level: str) -> None:
    (line,) = lines(failing(finding(kind=kind), severity=severity))
    assert line.startswith(f"::{level} ")


def test_what_has_no_place_is_not_annotated() -> None:
    assert lines(failing(finding(None, None))) == []


def test_a_finding_in_a_notebook_is_annotated_at_its_beginning() -> None:
    (line,) = lines(failing(finding("n.ipynb", 7).replace(cell=3)))
    assert line.startswith("::error file=n.ipynb,line=1,")


def test_at_most_ten_are_shown_of_a_level_and_the_last_says_how_many_more() -> None:
    shown = lines(failing(*(finding(line=n) for n in range(1, 26))))
    assert len(shown) == 10
    assert shown[-1] == "::error title=ML readiness::16 more like this, see the summary of the run"
    assert len(lines(failing(*(finding(line=n) for n in range(1, 11))))) == 10


def test_old_debt_is_annotated_only_on_changed_lines() -> None:
    before, after = Committed({"a.py": "one\ntwo\n", "b.py": "x\n"}), Committed({"a.py": "one\n2\n", "b.py": "x\n"})
    debt = failing(finding("a.py", 1), finding("a.py", 2, message="two"), finding("b.py", 1))
    (line,) = lines(against(debt, debt), Changed(after, before))
    assert "file=a.py,line=2," in line


def test_what_is_new_is_annotated_wherever_it_is_changed_lines_first() -> None:
    before = Committed({"a.py": "one\n", "b.py": "x\n", "c.py": "y\n"})
    after = Committed({"a.py": "one\ntwo\n", "b.py": "x\nz\n", "c.py": "y\n"})
    new = failing(finding("c.py"), finding("b.py"), finding("a.py", 2))
    shown = lines(against(failing(), new), Changed(after, before))
    assert [line.partition(",title")[0] for line in shown] == [
        "::error file=a.py,line=2",
        "::error file=b.py,line=1",
        "::error file=c.py,line=1",
    ]


def test_what_counts_as_changed() -> None:
    before = Committed({"same.py": "a\n", "other.py": "a\nb\nb\n", "large.bin": "a"})
    after = Committed({"same.py": "a\n", "other.py": "b\na\nb\nb\n", "new.py": "a\n", "large.bin": "a" * 2_000_001})
    changed = Changed(after, before)
    assert not changed.has_line("same.py", 1)
    assert [line for line in range(1, 6) if changed.has_line("other.py", line)] == [4]
    assert changed.has_line("new.py", 1)
    assert changed.has_line("large.bin", 1)
    assert not changed.has_line("gone.py", 1)


def test_files_that_cannot_be_read_count_as_changed() -> None:
    class Broken(Committed):
        def read(self, path: str) -> bytes:
            raise Absent(path)

    assert Changed(Broken({"a.py": "b"}), Committed({"a.py": "a"})).has_line("a.py", 1)


@given(st.text())
def test_no_path_or_message_can_end_a_command(text: str) -> None:
    shown = lines(failing(finding(text or "x", message=text)))
    assert [line for line in shown if len(line.splitlines()) != 1 or not line.startswith("::error ")] == []


def test_places_are_told_from_the_root_of_the_repository() -> None:
    for shown in (sample(), compared()):
        moved = placed(shown, "services/a/")
        paths = [f.path for r in moved.results for f in r.findings if f.path is not None]
        paths += [step.path for r in moved.results for f in r.findings for step in f.steps]
        paths += [f.path for c in (moved.comparison.changes if moved.comparison else ()) for f in c.new if f.path]
        paths += [problem.path for problem in moved.problems]
        assert paths and all(path.startswith("services/a/") for path in paths)
        assert placed(shown, "") == shown
