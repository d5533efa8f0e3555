"""What was judged once is not judged again, and a kept report never hides a change."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from ml_readiness import assessment, reports
from ml_readiness.audit import audit, audit_pair
from ml_readiness.kept import Kept
from ml_readiness.snapshot import Absent, Memory
from ml_readiness.sources.worktree import WorkTree
from ml_readiness.store import Store
from tests.repositories import INNOCENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ml_readiness.documents import Documents
    from ml_readiness.report import Report
    from tests.repositories import Made


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the snapshots that are judged from now on."""
    names: list[str] = []
    assess = assessment.assess

    def counting(documents: Documents, *rest: object, **more: object) -> Report:
        names.append(documents.snapshot.name)
        return assess(documents, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(assessment, "assess", counting)
    return names


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    """Audits with one kept store, each time as a new process would."""

    def audited(source: Path | Memory, **options: str) -> str:
        return audit(source, store=Store(Kept(tmp_path / "kept")), **options).to_json()  # type: ignore[arg-type]

    return audited


def plain(source: Path | Memory, **options: str) -> str:
    """The report without any store."""
    return audit(source, store=Store(), **options).to_json()  # type: ignore[arg-type]


def age(made: Made) -> None:
    """Makes the files look as if nobody had touched them for a minute; the times of their status stay new."""
    for path in made.path.rglob("*"):
        if path.is_file():
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 60))


def test_an_unchanged_commit_is_not_judged_again(made: Made, run: Callable[..., str], judged: list[str]) -> None:
    made.commit(INNOCENT)
    first = run(made.path, rev="HEAD")
    assert judged == ["shop"]
    assert first == run(made.path, rev="HEAD") == plain(made.path, rev="HEAD")
    assert judged == ["shop", "shop"]


def test_an_unchanged_folder_is_not_judged_again(made: Made, run: Callable[..., str], judged: list[str]) -> None:
    made.commit(INNOCENT)
    first = run(made.path)
    assert run(made.path) == first
    assert judged == ["shop"]
    assert plain(made.path) == first


def test_a_folder_without_git_is_not_judged_again(tmp_path: Path, run: Callable[..., str], judged: list[str]) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "train.py").write_text("import torch\n")
    assert run(folder) == run(folder)
    assert judged == ["shop"]


@pytest.mark.parametrize(
    "change", [{"src/train.py": "x = 1\n"}, {"new.py": "import torch\n"}, {"requirements.txt": "scikit-learn>=1.5.0\n"}]
)
def test_a_change_is_seen(made: Made, run: Callable[..., str], judged: list[str], change: dict[str, str]) -> None:
    made.commit(INNOCENT)
    before = run(made.path)
    made.write(change)
    after = run(made.path)
    assert judged == ["shop", "shop"]
    assert after != before
    assert after == plain(made.path)


def test_a_change_of_equal_size_and_time_is_seen(made: Made, run: Callable[..., str]) -> None:
    made.commit({**INNOCENT, "requirements.txt": "scikit-learn==1.5.0\n"})
    age(made)
    path = made.path / "requirements.txt"
    before, times = run(made.path), (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_text("scikit-learn>=1.5.0\n")
    os.utime(path, ns=times)
    after = run(made.path)
    assert after != before
    assert after == plain(made.path)


def test_a_removed_file_is_seen(made: Made, run: Callable[..., str]) -> None:
    made.commit(INNOCENT)
    before = run(made.path)
    (made.path / "requirements.txt").unlink()
    assert run(made.path) != before


def test_a_touched_file_is_read_and_not_judged(made: Made, run: Callable[..., str], judged: list[str]) -> None:
    made.commit(INNOCENT)
    first = run(made.path)
    age(made)
    assert run(made.path) == first
    assert judged == ["shop"]


def test_a_comparison_judges_only_what_is_new(made: Made, run: Callable[..., str], judged: list[str]) -> None:
    base = made.commit(INNOCENT)
    run(made.path, rev=base)
    made.commit({"tests/test_train.py": "def test_it():\n    assert 1\n"})
    compared = run(made.path, rev="HEAD", base=base)
    assert judged == ["shop", "shop"]
    assert run(made.path, rev="HEAD", base=base) == compared
    assert len(judged) == 2
    assert plain(made.path, rev="HEAD", base=base) == compared


def test_a_waiver_is_looked_at_every_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = f'[[waive]]\ncheck = "tests-exist"\nreason = "not yet"\nexpires = {datetime.now(tz=UTC).date()}\n'
    snapshot = Memory({**INNOCENT, ".ml-readiness.toml": settings})
    store = Store(Kept(tmp_path))
    today = audit(snapshot, store=store).to_json()
    monkeypatch.setattr(
        import_module("ml_readiness.audit"), "_today", lambda: datetime.now(tz=UTC).date() + timedelta(days=1)
    )
    assert audit(snapshot, store=store).to_json() != today


def other_rules(*_: Path) -> bytes:
    return b"other rules"


def test_other_rules_are_another_report(run: Callable[..., str], judged: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        run(Memory(INNOCENT))
        patch.setattr(reports, "product", other_rules)
        run(Memory(INNOCENT))
    assert len(judged) == 2


def test_a_report_with_missing_contents_is_not_kept(made: Made, run: Callable[..., str], judged: list[str]) -> None:
    class Failing(Memory):
        def read(self, path: str) -> bytes:
            if path == "src/train.py":
                raise Absent("a disk error")
            return super().read(path)

    run(Failing(INNOCENT))
    assert run(Memory(INNOCENT)) == plain(Memory(INNOCENT))
    assert len(judged) == 3


def test_a_snapshot_that_names_no_contents_is_judged_each_time(run: Callable[..., str], judged: list[str]) -> None:
    class Nameless(Memory):
        def __init__(self, files: dict[str, str]) -> None:
            super().__init__(files)
            self.entries = {
                path: type(entry)(path, entry.kind, entry.size, None) for path, entry in self.entries.items()
            }

    run(Nameless(INNOCENT))
    run(Nameless(INNOCENT))
    assert len(judged) == 2


def test_a_file_that_changes_during_the_audit_is_refused(made: Made) -> None:
    made.commit(INNOCENT)
    tree = WorkTree(made.path)
    tree.read("src/train.py")
    made.write({"src/train.py": "another = 1\n"})
    with pytest.raises(Absent, match="changed"):
        tree.read("src/train.py")


def test_names_that_are_no_text_come_back_as_they_were(run: Callable[..., str], judged: list[str]) -> None:
    files = {
        **INNOCENT,
        "src/b\udcff.py": "import os\nassert os\n" * 3,
        "data/\u202e.csv": "a,b\n",
        "no\nline.py": "def f(:\n",
    }
    assert run(Memory(files)) == run(Memory(files)) == plain(Memory(files))
    assert len(judged) == 2


def test_a_pair_of_equal_snapshots_has_no_changes(tmp_path: Path) -> None:
    report = audit_pair(Memory(INNOCENT), Memory(INNOCENT), store=Store(Kept(tmp_path)))
    assert report.comparison is not None
    assert report.comparison.changes == ()
