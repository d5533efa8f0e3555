"""One snapshot judged by checks: everything that a report says, without what is kept from earlier audits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness import __version__
from ml_readiness.concessions import concede, vouched
from ml_readiness.documents import Documents
from ml_readiness.evidence import excerpts, with_code
from ml_readiness.facts import Facts
from ml_readiness.facts.knowledge.signs import OwnTables
from ml_readiness.facts.project.members import Members
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.survey.repository_map import RepositoryMap
from ml_readiness.facts.tree.files import Files
from ml_readiness.judge import in_short, judge_all, unless_blocked
from ml_readiness.ml_test_score import ml_test_score
from ml_readiness.report import Outcome, Problem, ProjectKind, Report, Result
from ml_readiness.score import of_collection, score
from ml_readiness.settings import Settings
from ml_readiness.snapshot import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from ml_readiness.check import Check
    from ml_readiness.judge import Progress
    from ml_readiness.report import Excerpt, MappedFile, TestScore
    from ml_readiness.snapshot import Snapshot


MOST_MEMBERS = 50
"""How many projects inside a collection get a report of their own."""


def assess(
    documents: Documents,
    checks: Sequence[Check],
    settings: Settings,
    *,
    today: date,
    progress: Progress | None,
    own: OwnTables | None = None,
) -> Report:
    """The report on one snapshot by these checks, and tables of tools of one's own.

    That on a member has neither lines of source nor a map.
    """
    is_member = isinstance(documents.snapshot, Member)
    snapshot, facts = documents.snapshot, Facts(documents, own or OwnTables())
    found = _kind(facts, settings)
    checks = settings.chosen(checks)
    judged = judge_all(checks, found.kind, facts, progress)
    conceded = concede(judged, settings, snapshot, today=today)
    results = unless_blocked(conceded, checks)
    problems = tuple(_problems(snapshot, documents))
    members = tuple(_members(snapshot, checks, documents, facts, today)) if found.kind is ProjectKind.COLLECTION else ()
    files = facts.get(Files)
    mapped, why_not = ((), ()) if is_member else _mapped(facts)
    return _report(
        snapshot,
        found,
        tuple(with_code(result, files) for result in results),
        settings,
        excerpts=() if is_member else excerpts(results, files),
        files=mapped,
        problems=(*problems, *why_not),
        members=members,
        test_score=ml_test_score(found.kind, results, vouched(settings, snapshot, today=today)),
    )


def _members(
    snapshot: Snapshot, checks: Sequence[Check], documents: Documents, facts: Facts, today: date
) -> Iterable[Report]:
    for folder in facts.get(Members).folders[:MOST_MEMBERS]:
        member = Documents(Member(snapshot, folder), documents.store, documents.ahead)
        yield assess(member, checks, Settings(), today=today, progress=None, own=facts.get(OwnTables))


class _KindFound(Struct, frozen=True):
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
    excerpts: tuple[Excerpt, ...],
    files: tuple[MappedFile, ...],
    problems: tuple[Problem, ...],
    members: tuple[Report, ...],
    test_score: TestScore | None,
) -> Report:
    scored = of_collection(score(found.kind, results), members)
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
        results=tuple(r.replace(points=scored.points.get(r.check, 0.0)) for r in results),
        problems=problems,
        excerpts=excerpts,
        files=files,
        members=members,
        test_score=test_score,
        next_steps=scored.next_steps,
        complete=found.certain and all(r.outcome is not Outcome.ERROR for r in results),
        settings=settings.described(),
    )


def _mapped(facts: Facts) -> tuple[tuple[MappedFile, ...], tuple[Problem, ...]]:
    """The map of the files, or why there is none."""
    try:
        return facts.get(RepositoryMap).files, ()
    except Exception as error:  # noqa: BLE001
        return (), (Problem(path="", message=f"the map of the files could not be made: {in_short(error)}"),)


def _problems(snapshot: Snapshot, documents: Documents) -> Iterable[Problem]:
    yield from (Problem(path="", message=note) for note in snapshot.notes)
    told = " ".join(snapshot.notes)
    for unreadable in documents.unreadable:
        if unreadable.path not in told:
            yield Problem(path=unreadable.path, message=unreadable.reason)
