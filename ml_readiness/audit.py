"""An audit from its source to its report: snapshots are opened, and judged unless their report is known."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ml_readiness import library, reports
from ml_readiness import settings as settings_
from ml_readiness.errors import SettingsError
from ml_readiness.kept import Kept
from ml_readiness.snapshot import Watched
from ml_readiness.sources import open_pair, open_snapshot
from ml_readiness.store import Store

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from concurrent.futures import Executor
    from datetime import date

    from ml_readiness.check import Check
    from ml_readiness.documents import Documents
    from ml_readiness.judge import Progress
    from ml_readiness.report import Report
    from ml_readiness.settings import Settings
    from ml_readiness.snapshot import Snapshot


@contextmanager
def without_collecting() -> Generator[None]:
    """Pauses the search for reference cycles: trees have none, and looking for them costs a sixth of the parsing.

    Around a function rather than within one, so that the documents are gone when the search goes on.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@without_collecting()
def audit(
    source: str | Path | Snapshot,
    *,
    rev: str | None = None,
    base: str | Snapshot | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
    executor: Executor | None = None,
    checks: Sequence[str | Path] = (),
) -> Report:
    """The report on a folder, a git repository, a URL or a snapshot.

    `rev` names a revision whose files are read from git's objects instead of the work tree, `base` one to compare
    with. Without `settings` the repository's own apply, the base's where there is one. A `store` of one's own keeps
    what was parsed and judged from one audit to the next; else the one in the user's cache folder does. An `executor`
    parses files while others are judged. `checks` names folders of checks of your own, which are code and run.
    ReadinessError where the audit cannot run.
    """
    roots = library.folders(checks)
    with kept(store) as known, _opened(source, rev, base, known) as (after, before):
        return audit_pair(after, before, settings, progress, store=known, executor=executor, roots=roots)


@contextmanager
def kept(store: Store | None = None) -> Generator[Store]:
    """A store that is written when all went well: the given one, or that in the user's cache folder."""
    known = store or Store(Kept.usual())
    yield known
    known.keep()


@contextmanager
def _opened(
    source: str | Path | Snapshot, rev: str | None, base: str | Snapshot | None, store: Store
) -> Generator[tuple[Snapshot, Snapshot | None]]:
    if not isinstance(source, str | Path):
        if isinstance(base, str):
            raise SettingsError(f"expected the base of a snapshot to be a snapshot, found {base!r}")
        yield source, base
    elif base is not None and not isinstance(base, str):
        with open_snapshot(source, rev, store=store) as after:
            yield after, base
    else:
        with open_pair(source, rev, base, store=store) as pair:
            yield pair


@without_collecting()
def audit_pair(
    after: Snapshot,
    before: Snapshot | None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    notes: Sequence[str] = (),
    store: Store | None = None,
    executor: Executor | None = None,
    roots: tuple[Path, ...] = (),
) -> Report:
    """The report on one snapshot with what is new since another, both by the same checks and settings."""
    roots = roots or library.folders()
    store, known = store or Store(), library.listed(*roots)
    if before is None:
        return _report(after, settings or settings_.read(after, known), progress, store, executor, roots)
    if settings is None:
        settings, notes = settings_.agreed(before, after, known)
    from ml_readiness.comparison import compare  # noqa: PLC0415

    old = _report(before, settings, progress, store, executor, roots)
    new = _report(after, settings, progress, store, executor, roots)
    return new.replace(comparison=compare(old, new, notes))


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
    from ml_readiness.assessment import assess  # noqa: PLC0415
    from ml_readiness.documents import Documents  # noqa: PLC0415

    settings = settings or settings_.read(snapshot, checks)
    return assess(Documents(snapshot, store), checks, settings, today=_today(), progress=progress)


def _report(
    snapshot: Snapshot,
    settings: Settings,
    progress: Progress | None,
    store: Store,
    executor: Executor | None,
    roots: tuple[Path, ...],
) -> Report:
    """The report by the checks of some folders: the one that is known, or a new one."""
    today = _today()
    found = reports.find(store, snapshot, settings, today, roots)
    if found is not None:
        return found
    from ml_readiness.documents import Documents, ahead_of  # noqa: PLC0415

    watched = Watched(snapshot)
    with ahead_of(executor) as ahead:
        documents = Documents(watched, store, ahead)
        report = _judged(documents, settings, today, progress, roots)
        is_sure = watched.is_named and report.complete and not (ahead is not None and ahead.lost)
    if is_sure:
        reports.remember(store, snapshot, settings, today, roots, report)
    return report


def _judged(
    documents: Documents, settings: Settings, today: date, progress: Progress | None, roots: tuple[Path, ...]
) -> Report:
    """A new report; workers start to parse before the checks are loaded."""
    if documents.ahead is not None:
        from ml_readiness.facts.source.code import read_ahead  # noqa: PLC0415

        read_ahead(documents)
    from ml_readiness.assessment import assess  # noqa: PLC0415
    from ml_readiness.facts.knowledge.signs import OwnTables  # noqa: PLC0415

    checks, own = library.load(*roots), OwnTables(roots[1:])
    return assess(documents, checks, settings, today=today, progress=progress, own=own)


def _today() -> date:
    return datetime.now(tz=UTC).date()
