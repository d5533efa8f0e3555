"""Documents are parsed once for equal content, and a kept store never changes an answer."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from ml_readiness.audit import audit
from ml_readiness.documents import Documents
from ml_readiness.kept import Kept
from ml_readiness.parsers.python import PythonFile
from ml_readiness.snapshot import Memory, blob_id
from ml_readiness.store import Store

FILES = {
    "train.py": "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n",
    "a.py": "import os\n",
    "b.py": "import os\n",
}


def parsed(monkeypatch: pytest.MonkeyPatch, documents: Documents) -> int:
    """How many Python files are parsed while all are asked for."""
    count = 0
    parse = PythonFile.parse

    def counting(data: bytes) -> PythonFile:
        nonlocal count
        count += 1
        return parse(data)

    monkeypatch.setattr(PythonFile, "parse", staticmethod(counting))
    list(documents.all(PythonFile))
    monkeypatch.undo()
    return count


def test_equal_files_are_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parsed(monkeypatch, Documents(Memory(FILES))) == 2


def test_a_later_run_parses_only_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Store(Kept(tmp_path))
    assert parsed(monkeypatch, Documents(Memory(FILES), first)) == 2
    first.keep()
    again = Documents(Memory({**FILES, "new.py": "import re\n"}), Store(Kept(tmp_path)))
    assert parsed(monkeypatch, again) == 1


def test_reports_are_equal_with_and_without_a_kept_store(tmp_path: Path) -> None:
    plain = audit(Memory(FILES), store=Store())
    cold = audit(Memory(FILES), store=Store(Kept(tmp_path)))
    warm = audit(Memory(FILES), store=Store(Kept(tmp_path)))
    assert plain.to_json() == cold.to_json() == warm.to_json()


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_broken_store_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    kept = Kept(tmp_path)
    kept.path.write_bytes(content)
    store = Store(kept)
    assert store.find(PythonFile, blob_id(b"import os\n")) is None
    store.add(PythonFile, blob_id(b"import os\n"), PythonFile.parse(b"import os\n"))
    store.keep()


def test_a_store_that_can_not_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(Kept(tmp_path / "file" / "below"))
    store.add(PythonFile, blob_id(b"x"), PythonFile())
    store.keep()
    assert store.find(PythonFile, blob_id(b"y")) is None


def kept_bytes(kept: Kept) -> list[tuple[bytes, bytes]]:
    with closing(sqlite3.connect(kept.path)) as connection:
        return connection.execute("SELECT key, data FROM kept").fetchall()


def test_a_use_is_noted_so_that_what_is_used_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(tmp_path)
    kept.write([("kind", b"old", b"1"), ("kind", b"used", b"2")])
    monkeypatch.setattr("ml_readiness.kept.today", lambda: 10**6)
    assert kept.read("kind", [b"used"]) == [(b"used", b"2")]
    kept.prune(max(len(data) for _, data in kept_bytes(kept)))
    assert [key for key, _ in kept_bytes(kept)] == [b"used"]


def test_pruning_drops_what_was_not_used_for_longest(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    store = Store(kept)
    for number in range(50):
        source = f"x = {number}\n".encode()
        store.add(PythonFile, blob_id(source), PythonFile.parse(source))
    store.keep()
    assert kept.info()[0] == 50
    kept.prune(10**9)
    assert kept.info()[0] == 50
    kept.prune(sum(len(data) for _, data in kept_bytes(kept)) // 2)
    assert 20 <= kept.info()[0] <= 30
    kept.prune(0)
    assert kept.info()[0] == 0
    kept.clear()
    assert kept.info() == (0, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the trials copy this process")
def test_kills_crowds_and_full_disks_do_no_harm() -> None:
    command = [sys.executable, "-m", "tests.kept_trials", "--kills", "6", "--audits", "10"]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_home_that_can_not_be_written_is_no_error() -> None:
    store = Store(Kept(Path("/proc/nowhere")))
    assert audit(Memory(FILES), store=store).to_json() == audit(Memory(FILES), store=Store()).to_json()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_read(tmp_path: Path) -> None:
    audit(Memory(FILES), store=Store(Kept(tmp_path)))
    tmp_path.chmod(0o500)
    try:
        assert Store(Kept(tmp_path)).find(PythonFile, blob_id(b"import os\n")) is not None
        audit(Memory({**FILES, "new.py": "x = 1\n"}), store=Store(Kept(tmp_path)))
    finally:
        tmp_path.chmod(0o700)


def test_many_audits_share_one_store(tmp_path: Path) -> None:
    def variant(number: int) -> Memory:
        return Memory({**FILES, f"{number % 5}.py": f"x = {number}\n"})

    def run(number: int) -> str:
        return audit(variant(number), store=Store(Kept(tmp_path))).to_json()

    alone = [audit(variant(number), store=Store()).to_json() for number in range(5)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, range(20)))
    assert together[:5] == alone
