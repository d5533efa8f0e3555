"""Several processes parse files: the same report, and a file that ends its process costs that file alone."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar, Self, cast

import msgspec
import pytest

from ml_readiness.audit import audit
from ml_readiness.cli import run as run_cli
from ml_readiness.documents import Documents, Unreadable, ahead_of
from ml_readiness.snapshot import Memory
from ml_readiness.store import Store
from ml_readiness.workers import Workers, clock, usable, workers
from tests.repositories import INNOCENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FILES = {
    **INNOCENT,
    **{f"src/m{number}.py": f"import torch\n\ndef f{number}(x):\n    return x + {number}\n" for number in range(100)},
    "src/broken.py": "def f(:\n",
    "src/odd.py": "x = '\\ud800'\n",
}


class Fuse(msgspec.Struct, frozen=True):
    """A kind of document whose parser does what the file says."""

    patterns: ClassVar[tuple[str, ...]] = ("*.fuse",)
    max_bytes: ClassVar[int] = 1000
    version: ClassVar[int] = 1

    text: str

    @classmethod
    def parse(cls, data: bytes) -> Self:
        text = data.decode()
        if text == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        if text == "hang":
            while True:
                pass
        if text == "fill":
            return cls("x" * 10_000_000_000)
        if text == "break":
            raise ValueError("not a fuse")
        return cls(text)


FUSES = {f"{number}.fuse": f"text {number}" for number in range(70)}


@pytest.fixture(scope="module")
def two() -> Iterator[Workers]:
    with Workers(2, seconds=0.5, memory=500_000_000) as started:
        yield started


def burnt(files: dict[str, str], executor: Executor) -> tuple[dict[str, str], dict[str, str]]:
    """What is read of fuses, and why the others are not."""
    with ahead_of(executor) as ahead:
        documents = Documents(Memory(files), Store(), ahead)
        read = {path: found.text for path, found in documents.all(Fuse)}
        return read, {found.path: found.reason for found in documents.unreadable}


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, ProcessPoolExecutor, Workers])
def test_any_executor_gives_the_same_report(executor: Callable[[int], Executor]) -> None:
    alone = audit(Memory(FILES), store=Store()).to_json()
    for count in (1, 4):
        with executor(count) as started:
            assert audit(Memory(FILES), store=Store(), executor=started).to_json() == alone


@pytest.mark.parametrize("bad", ["crash", "hang", "fill", "break"])
def test_a_file_that_ends_its_process_costs_that_file_alone(two: Workers, bad: str) -> None:
    read, lost = burnt({**FUSES, "35x.fuse": bad}, two)
    assert read == FUSES
    assert list(lost) == ["35x.fuse"]


def test_the_report_names_a_lost_file_and_is_not_kept(two: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ml_readiness.facts.source.code.FOLLOWED", ((Fuse,),))
    store = Store()
    first = audit(Memory({**FUSES, "bad.fuse": "crash"}), store=store, executor=two)
    assert first.complete
    with ahead_of(two) as ahead:
        documents = Documents(Memory({"bad.fuse": "crash"}), store, ahead)
        documents.expect(["bad.fuse"], Fuse)
        found = documents.get(Fuse, "bad.fuse")
        assert isinstance(found, Unreadable)
        assert "crashed" in found.reason


def test_equal_files_are_lost_together(two: Workers) -> None:
    _, lost = burnt({**FUSES, "a.fuse": "crash", "b.fuse": "crash"}, two)
    assert set(lost) == {"a.fuse", "b.fuse"}


def test_an_executor_of_others_may_break(two: Workers) -> None:
    with ProcessPoolExecutor(2) as theirs:
        read, lost = burnt({**FUSES, "a.fuse": "crash"}, theirs)
    assert read == FUSES
    assert set(lost) == {"a.fuse"}


def test_what_no_worker_can_send_is_parsed_here(two: Workers) -> None:
    read, _ = burnt({**FUSES, "a.fuse": "ok"}, Deaf())
    assert read == {**FUSES, "a.fuse": "ok"}


class Deaf(Executor):
    """An executor whose answers are empty, as for documents that cannot be written."""

    def submit(self, fn: Callable[..., object], /, *args: object, **kwargs: object) -> Future[list[list[bytes]]]:  # type: ignore[override]
        answer: Future[list[list[bytes]]] = Future()
        contents = args[1]
        answer.set_result([[b""]] * len(cast("list[object]", contents)))
        return answer


def test_workers_are_not_started_for_little_work() -> None:
    with Workers(2, least=1_000_000) as started:
        audit(Memory(FILES), store=Store(), executor=started)
        assert not started.is_started


def test_one_large_file_is_parsed_here() -> None:
    with Workers(2, least=1_000) as started:
        audit(Memory({"train.py": "x = 1\n" * 500, "a.py": "y = 1\n"}), store=Store(), executor=started)
        assert not started.is_started
        audit(Memory(dict.fromkeys(("a.py", "b.py"), "x = 1\n" * 500)), store=Store(), executor=started)
        assert started.is_started


def test_one_job_is_this_process() -> None:
    with workers(1) as started:
        assert started is None
    assert usable() >= 1


def test_the_clock_does_nothing_outside_of_workers() -> None:
    with clock():
        time.sleep(0)


def test_jobs_on_the_command_line(tmp_path: Path) -> None:
    for path, content in FILES.items():
        (tmp_path / "shop" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shop" / path).write_text(content)
    texts: list[str] = []
    for jobs in ("1", "4"):
        with pytest.raises(SystemExit) as left:
            run_cli(["audit", str(tmp_path / "shop"), "-q", "--jobs", jobs, "--format", f"json={tmp_path / jobs}"])
        assert left.value.code == 0
        texts.append((tmp_path / jobs).read_text())
    assert texts[0] == texts[1]
