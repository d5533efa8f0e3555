"""Documents are parsed once for equal content, and a kept store never changes an answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
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


def test_pruning_drops_what_was_not_used_for_longest(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    store = Store(kept)
    for number in range(50):
        source = f"x = {number}\n".encode()
        store.add(PythonFile, blob_id(source), PythonFile.parse(source))
    store.keep()
    assert kept.info()[0] == 50
    kept.prune(0)
    assert kept.info()[0] == 0
    kept.clear()
    assert kept.info() == (0, 0)


WRITES = """
import sys
from pathlib import Path
from ml_readiness.kept import Kept
from ml_readiness.parsers.python import PythonFile
from ml_readiness.snapshot import blob_id
from ml_readiness.store import Store
print("ready", flush=True)
for number in range(100_000):
    store = Store(Kept(Path(sys.argv[1])))
    source = f"x = {number}".encode()
    store.add(PythonFile, blob_id(source), PythonFile.parse(source))
    store.keep()
"""


def test_a_store_survives_kills_at_any_moment(tmp_path: Path) -> None:
    for attempt in range(5):
        with subprocess.Popen([sys.executable, "-c", WRITES, str(tmp_path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.03 * attempt)
            os.kill(writer.pid, signal.SIGKILL)
        store = Store(Kept(tmp_path))
        found = store.find(PythonFile, blob_id(b"x = 0"))
        assert found is None or found == PythonFile.parse(b"x = 0")


def test_many_audits_share_one_store(tmp_path: Path) -> None:
    def variant(number: int) -> Memory:
        return Memory({**FILES, f"{number % 5}.py": f"x = {number}\n"})

    def run(number: int) -> str:
        return audit(variant(number), store=Store(Kept(tmp_path))).to_json()

    alone = [audit(variant(number), store=Store()).to_json() for number in range(5)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, range(20)))
    assert together[:5] == alone
