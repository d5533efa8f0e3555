"""From a repository to its timeline: commits audited one after another, on all processors, sharing what was parsed."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, as_completed
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ml_readiness import __version__, library
from ml_readiness import settings as settings_
from ml_readiness.audit import audit_pair, kept
from ml_readiness.comparison import compare
from ml_readiness.errors import RepositoryError
from ml_readiness.kept import Kept
from ml_readiness.sources import open_log
from ml_readiness.sources.log import Log, moment
from ml_readiness.store import Store
from ml_readiness.timeline import Moment, Timeline
from ml_readiness.workers import Workers, usable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ml_readiness.changes import Change
    from ml_readiness.report import Report
    from ml_readiness.settings import Settings
    from ml_readiness.snapshot import Entry
    from ml_readiness.sources.log import Commit

MOST = 100
"""Commits that are audited where nobody says how many."""
AT_ONCE = 4
"""Commits between two signs of life."""
WORTH_WORKERS = 12
MEMORY = 8_000_000_000
SHOWN = 5
"""Findings that are kept of one change."""


def history(
    source: str | Path,
    *,
    rev: str | None = None,
    since: str | None = None,
    every: int | None = None,
    tags: bool = False,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Timeline:
    """The scores of a repository's commits, from the oldest to the newest, each with what it changed.

    `since` is a date (`2026-03-31`) or a time (`6 months`). Every commit of the main line is taken with `every=1`,
    every fifth with 5; without a number, at most a hundred, evenly spread. With `tags`, the tagged commits are.
    ReadinessError where there is nothing to audit.
    """
    with open_log(source, rev) as (log, newest):
        settings = _settings(log, newest)
        found = log.tags() if tags else log.commits(newest)
        wanted = _since(found, since)
        if not wanted:
            raise RepositoryError(_nothing(found, since, tags=tags))
        chosen = _chosen(wanted, 1 if tags else every)
        moments, missing = _moments(log, chosen, settings, jobs, progress)
        notes = tuple(_notes(log, wanted, chosen, missing, since))
        if not moments:
            raise RepositoryError(
                f"expected commits whose files are here, found none among {len(chosen)}; fetch them first"
            )
        return Timeline(
            tool_version=__version__,
            repository=log.name,
            revision=newest,
            moments=tuple(moments),
            commits=len(wanted),
            notes=notes,
        )


def _settings(log: Log, newest: str) -> Settings:
    with log.at(newest) as revision:
        return settings_.read(revision, library.listed(library.folder()))


def _since(commits: Sequence[Commit], since: str | None) -> list[Commit]:
    if since is None:
        return list(commits)
    start = moment(since, datetime.now(tz=UTC))
    return [commit for commit in commits if commit.when >= start]


def _nothing(found: Sequence[Commit], since: str | None, *, tags: bool) -> str:
    what = "tags" if tags else "commits"
    if not found:
        return f"expected {what}, found none in this repository"
    return f"expected {what} since {since}, found none; the newest is of {found[-1].when:%Y-%m-%d}"


def _chosen(commits: Sequence[Commit], every: int | None) -> list[Commit]:
    """Every so many commits, counted back from the newest; the oldest is always one of them."""
    step = every or -(-len(commits) // MOST)
    picked = list(commits[::-1][::step])[::-1]
    return picked if picked[0] is commits[0] else [commits[0], *picked]


def _notes(
    log: Log, wanted: Sequence[Commit], chosen: Sequence[Commit], missing: Sequence[str], since: str | None
) -> Iterator[str]:
    if len(chosen) < len(wanted):
        yield (
            f"{len(chosen)} of {len(wanted)} commits were audited, evenly spread, and each stands for those before it; "
            "--every 1 takes all"
        )
    if log.is_shallow and since is None:
        yield f"the clone is shallow: what was before {wanted[0].when:%Y-%m-%d} is not here"
    if missing:
        some = ", ".join(commit[:7] for commit in missing[:3]) + (", ..." if len(missing) > 3 else "")
        yield f"{len(missing)} of {len(chosen)} commits are left out, since not all of their files are here: {some}"


def _moments(
    log: Log,
    commits: Sequence[Commit],
    settings: Settings,
    jobs: int | None,
    progress: Callable[[int, int, str], None] | None,
) -> tuple[list[Moment], list[str]]:
    """What the audits say, and the commits that are not here."""
    count = min(usable() if jobs is None else jobs, -(-len(commits) // WORTH_WORKERS))
    tasks = [_Task(log.path, log.name, settings, part, before) for part, before in _parts(commits, count)]
    done: dict[str, Moment | None] = {}
    for answered in _answers(tasks):
        done.update(answered)
        if progress is not None:
            progress(len(done), len(commits), f"of {len(commits)} commits")
    moments = [done[commit.id] for commit in commits if commit.id in done]
    return [each for each in moments if each is not None], [c.id for c in commits if done.get(c.id) is None]


class _Task(Struct, frozen=True):
    """A run of commits that one process audits, and the one before them, which the first is compared with."""

    path: Path
    name: str
    settings: Settings
    commits: tuple[Commit, ...]
    before: Commit | None

    def pieces(self) -> Iterator[_Task]:
        """The same in pieces, each beginning where the last one ended."""
        before = self.before
        for start in range(0, len(self.commits), AT_ONCE):
            commits = self.commits[start : start + AT_ONCE]
            yield structs.replace(self, commits=commits, before=before)
            before = commits[-1]


def _parts(commits: Sequence[Commit], count: int) -> Iterator[tuple[tuple[Commit, ...], Commit | None]]:
    """Runs of about the same length, each with the commit before it."""
    size = -(-len(commits) // max(count, 1))
    for start in range(0, len(commits), size):
        yield tuple(commits[start : start + size]), commits[start - 1] if start else None


def _answers(tasks: Sequence[_Task]) -> Iterator[dict[str, Moment | None]]:
    """What is found out, piece by piece, in any order; each task has a process where there are several."""
    if len(tasks) == 1:
        auditor = _Auditor()
        yield from map(auditor.answer, tasks[0].pieces())
        return
    pools = [Workers(1, memory=MEMORY) for _ in tasks]
    try:
        waiting = [
            pool.submit(_in_worker, piece) for pool, task in zip(pools, tasks, strict=True) for piece in task.pieces()
        ]
        for future in as_completed(waiting):
            yield future.result()
    except BrokenExecutor:
        raise RepositoryError("a commit holds files that cannot be read within the limits; try --jobs 1") from None
    finally:
        for pool in pools:
            pool.shutdown()


class _Auditor:
    """What one process remembers from one commit to the next."""

    def __init__(self) -> None:
        self.store = Store(Kept.usual())
        self.last: tuple[Mapping[str, Entry], Report] | None = None
        """The files that were audited last, and what was said about them."""

    def answer(self, task: _Task) -> dict[str, Moment | None]:
        """A moment for each commit, None for those that are not here."""
        found: dict[str, Moment | None] = {}
        with kept(self.store), Log(task.path, task.name) as log:
            before = self._report(log, task, task.before) if task.before is not None else None
            for commit in task.commits:
                report = self._report(log, task, commit)
                found[commit.id] = _moment(commit, report, before) if report is not None else None
                before = report or before
        return found

    def _report(self, log: Log, task: _Task, commit: Commit) -> Report | None:
        with log.at(commit.id) as revision:
            if not revision.is_whole:
                return None
            if self.last is None or self.last[0] != revision.entries:
                report = audit_pair(revision, None, task.settings, store=self.store)
                self.last = revision.entries, report
            return self.last[1]


@cache
def _own() -> _Auditor:
    return _Auditor()


def _in_worker(task: _Task) -> dict[str, Moment | None]:
    return _own().answer(task)


def _moment(commit: Commit, report: Report, before: Report | None) -> Moment:
    comparison = compare(before, report) if before is not None else None
    return Moment(
        commit=commit.id,
        when=commit.when,
        subject=commit.subject,
        tag=commit.tag,
        kind=report.kind,
        score=report.score,
        grade=report.grade,
        coverage=report.coverage,
        categories={each.category: each.score for each in report.categories if each.score is not None},
        score_change=comparison.score_change if comparison is not None else None,
        changes=tuple(map(_short, comparison.changes)) if comparison is not None else (),
        notes=comparison.notes if comparison is not None else (),
    )


def _short(change: Change) -> Change:
    return change.replace(new=change.new[:SHOWN], absent=change.absent[:SHOWN])
