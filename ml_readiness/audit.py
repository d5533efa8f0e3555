"""From a snapshot and checks to a report."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ml_readiness import __version__, library
from ml_readiness import settings as settings_
from ml_readiness.comparison import compare
from ml_readiness.concessions import concede, vouched
from ml_readiness.documents import Documents
from ml_readiness.errors import SettingsError
from ml_readiness.evidence import with_code
from ml_readiness.facts import Facts
from ml_readiness.facts.files import Files
from ml_readiness.facts.members import Members
from ml_readiness.facts.project import Project
from ml_readiness.judge import in_short, judge_all, unless_blocked
from ml_readiness.ml_test_score import ml_test_score
from ml_readiness.report import Outcome, Problem, ProjectKind, Report, Result
from ml_readiness.score import score
from ml_readiness.settings import Settings
from ml_readiness.snapshot import Member
from ml_readiness.sources import open_pair, open_snapshot
from ml_readiness.store import Kept, Store

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from datetime import date

    from ml_readiness.check import Check
    from ml_readiness.judge import Progress
    from ml_readiness.report import TestScore
    from ml_readiness.snapshot import Snapshot


MOST_MEMBERS = 50
"""How many projects inside a collection get a report of their own."""


def audit(
    source: str | Path | Snapshot,
    *,
    rev: str | None = None,
    base: str | Snapshot | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
) -> Report:
    """The report on a folder, a git repository, a URL or a snapshot.

    `rev` names a revision whose files are read from git's objects instead of the work tree, `base` one to compare
    with. Without `settings` the repository's own apply, the base's where there is one. A `store` of one's own keeps
    what was parsed from one audit to the next; else the one in the user's cache folder does. ReadinessError where the
    audit cannot run.
    """
    checks = library.load(library.folder())
    store = store or Store(Kept.usual())
    with without_collecting():
        report = _audit(source, rev, base, checks, settings, progress, store=store)
    store.keep()
    return report


def _audit(
    source: str | Path | Snapshot,
    rev: str | None,
    base: str | Snapshot | None,
    checks: Sequence[Check],
    settings: Settings | None,
    progress: Progress | None,
    store: Store,
) -> Report:
    if not isinstance(source, str | Path):
        if isinstance(base, str):
            raise SettingsError(f"expected the base of a snapshot to be a snapshot, found {base!r}")
        return audit_pair(source, base, checks, settings, progress, store=store)
    if base is not None and not isinstance(base, str):
        with open_snapshot(source, rev) as after:
            return audit_pair(after, base, checks, settings, progress, store=store)
    with open_pair(source, rev, base) as (after, before):
        return audit_pair(after, before, checks, settings, progress, store=store)


@contextmanager
def without_collecting() -> Generator[None]:
    """Pauses the search for reference cycles: trees have none, and looking for them costs a sixth of the parsing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def audit_pair(
    after: Snapshot,
    before: Snapshot | None,
    checks: Sequence[Check],
    settings: Settings | None = None,
    progress: Progress | None = None,
    notes: Sequence[str] = (),
    store: Store | None = None,
) -> Report:
    """The report on one snapshot with what is new since another, both by the same checks and settings."""
    if before is None:
        return audit_snapshot(after, checks, settings, progress, store=store)
    if settings is None:
        settings, notes = settings_.agreed(before, after, checks)
    store = store or Store()
    old = audit_snapshot(before, checks, settings, progress, store=store)
    new = audit_snapshot(after, checks, settings, progress, store=store)
    return new.model_copy(update={"comparison": compare(old, new, notes)})


def audit_snapshot(
    snapshot: Snapshot,
    checks: Sequence[Check],
    settings: Settings | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
) -> Report:
    """The report on one snapshot by these checks; its own settings apply unless others are given.

    What the store knows by its content, from another revision for instance, is not parsed again.
    """
    if settings is None:
        settings = settings_.read(snapshot, checks)
    documents = Documents(snapshot, store)
    facts = Facts(documents)
    found = _kind(facts, settings)
    checks = settings.chosen(checks)
    judged = judge_all(checks, found.kind, facts, progress)
    conceded = concede(judged, settings, snapshot, today=_today())
    results = unless_blocked(conceded, checks)
    problems = tuple(_problems(snapshot, documents))
    members = tuple(_members(snapshot, checks, documents, facts)) if found.kind is ProjectKind.COLLECTION else ()
    files = facts.get(Files)
    return _report(
        snapshot,
        found,
        tuple(with_code(result, files) for result in results),
        settings,
        problems=problems,
        members=members,
        test_score=ml_test_score(found.kind, results, vouched(settings, snapshot, today=_today())),
    )


def _members(snapshot: Snapshot, checks: Sequence[Check], documents: Documents, facts: Facts) -> Iterable[Report]:
    for folder in facts.get(Members).folders[:MOST_MEMBERS]:
        yield audit_snapshot(Member(snapshot, folder), checks, Settings(), store=documents.store)


@dataclass(frozen=True, slots=True)
class _KindFound:
    kind: ProjectKind
    reasons: tuple[str, ...]
    certain: bool = True


def _kind(facts: Facts, settings: Settings) -> _KindFound:
    if settings.kind is not None:
        return _KindFound(settings.kind, ("stated in the settings",))
    try:
        project = facts.get(Project)
    except Exception as error:  # noqa: BLE001
        return _KindFound(ProjectKind.TRAINING, (f"assumed, since the detection failed: {in_short(error)}",), False)
    return _KindFound(project.kind, project.reasons)


def _report(
    snapshot: Snapshot,
    found: _KindFound,
    results: tuple[Result, ...],
    settings: Settings,
    *,
    problems: tuple[Problem, ...],
    members: tuple[Report, ...],
    test_score: TestScore | None,
) -> Report:
    scored = score(found.kind, results)
    return Report(
        tool_version=__version__,
        repository=snapshot.name,
        revision=snapshot.revision,
        kind=found.kind,
        kind_reasons=found.reasons,
        score=scored.total,
        score_low=scored.low,
        score_high=scored.high,
        grade=scored.grade,
        grade_reasons=scored.reasons,
        coverage=scored.coverage,
        categories=scored.categories,
        results=tuple(r.model_copy(update={"points": scored.points.get(r.check, 0.0)}) for r in results),
        problems=problems,
        members=members,
        test_score=test_score,
        next_steps=scored.next_steps,
        complete=found.certain and all(r.outcome is not Outcome.ERROR for r in results),
        settings=settings.described(),
    )


def _problems(snapshot: Snapshot, documents: Documents) -> Iterable[Problem]:
    yield from (Problem(path="", message=note) for note in snapshot.notes)
    told = " ".join(snapshot.notes)
    for unreadable in documents.unreadable:
        if unreadable.path not in told:
            yield Problem(path=unreadable.path, message=unreadable.reason)


def _today() -> date:
    return datetime.now(tz=UTC).date()
