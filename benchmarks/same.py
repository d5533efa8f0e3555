"""The same report in every way of auditing: with a cache and without, with one job and four, folder and commit.

`python -m benchmarks.same path/to/repository ...` compares byte for byte, and exits with 1 where anything differs.
"""

from __future__ import annotations

import argparse
import difflib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ml_readiness.audit import audit
from ml_readiness.kept import Kept
from ml_readiness.reports import KIND
from ml_readiness.store import Store
from ml_readiness.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator


def ways(repository: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """The report by the name of the way; work trees name no commit, so it is left out of all."""
    kept = Kept(folder)
    yield "without a cache", _report(repository, "HEAD", Store())
    yield "empty cache", _report(repository, "HEAD", Store(kept))
    yield "the report is kept", _report(repository, "HEAD", Store(kept))
    kept.forget(KIND)
    yield "documents are kept", _report(repository, "HEAD", Store(kept))
    yield "four jobs", _report(repository, "HEAD", Store(), jobs=4)
    yield "four jobs and a cache", _report(repository, "HEAD", Store(kept), jobs=4)
    if (repository / ".git").exists():
        yield "folder", _report(repository, None, Store())
        yield "folder, empty cache", _report(repository, None, Store(Kept(folder / "folder")))
        yield "folder, four jobs, everything kept", _report(repository, None, Store(Kept(folder / "folder")), jobs=4)


def _report(repository: Path, revision: str | None, store: Store, jobs: int = 1) -> str:
    if jobs == 1:
        report = audit(repository, rev=revision, store=store)
    else:
        with Workers(jobs) as workers:
            report = audit(repository, rev=revision, store=store, executor=workers)
    return report.replace(revision=None).to_json()


def differences(repository: Path) -> list[str]:
    """What differs from the report without a cache, as lines of a diff."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        named = ways(repository, Path(folder))
        first, expected = next(named)
        for name, text in named:
            found += difflib.unified_diff(expected.splitlines(), text.splitlines(), first, name, n=1, lineterm="")
    return found


def main() -> None:
    """Compares all ways for every repository."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.same", description=__doc__)
    parser.add_argument("repositories", nargs="+", type=Path)
    worst = 0
    for repository in parser.parse_args().repositories:
        found = differences(repository)
        worst = max(worst, len(found))
        print(f"{repository}: {'the same in every way' if not found else 'differs'}", flush=True)
        print(*found[:60], sep="\n", end="\n" if found else "")
    sys.exit(1 if worst else 0)


if __name__ == "__main__":
    main()
