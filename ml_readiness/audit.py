"""From a snapshot and checks to a report."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ml_readiness import __version__, library
from ml_readiness import settings as settings_
from ml_readiness.concessions import concede
from ml_readiness.documents import Documents
from ml_readiness.evidence import with_code, worst_first
from ml_readiness.examples import explain
from ml_readiness.facts import Facts
from ml_readiness.facts.files import Files
from ml_readiness.facts.project import Project
from ml_readiness.report import Finding, Kind, Outcome, Problem, ProjectKind, Report, Result
from ml_readiness.score import score
from ml_readiness.sources import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from ml_readiness.check import Check
    from ml_readiness.settings import Settings
    from ml_readiness.snapshot import Snapshot


class Progress(Protocol):
    """Told before each check how far the audit is."""

    def __call__(self, done: int, total: int, check: str) -> None:
        """`done` of `total` checks are answered, `check` is next."""
        ...


def audit(
    source: str | Path | Snapshot,
    *,
    rev: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Report:
    """The report on a folder, a git repository, a URL or a snapshot.

    `rev` names a revision whose files are read from git's objects instead of the work tree. Without `settings`
    the repository's own apply. ReadinessError where the audit cannot run.
    """
    checks = library.load(library.folder())
    if not isinstance(source, str | Path):
        return audit_snapshot(source, checks, settings, progress)
    with open_snapshot(source, rev) as snapshot:
        return audit_snapshot(snapshot, checks, settings, progress)


def audit_snapshot(
    snapshot: Snapshot,
    checks: Sequence[Check],
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Report:
    """The report on one snapshot by these checks; its own settings apply unless others are given."""
    if settings is None:
        settings = settings_.read(snapshot, checks)
    documents = Documents(snapshot)
    facts = Facts(documents)
    kind = _kind(facts, settings)
    checks = settings.chosen(checks)
    judged = _judge_all(checks, kind.kind, facts, progress)
    conceded = concede(judged, settings, snapshot, today=_today())
    outcomes = {result.check: result.outcome for result in conceded}
    results = tuple(_unless_blocked(own, check, outcomes) for own, check in zip(conceded, checks, strict=True))
    problems = tuple(_problems(snapshot, documents))
    files = facts.get(Files)
    return _report(snapshot, kind, tuple(with_code(result, files) for result in results), problems, settings)


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
        return _KindFound(ProjectKind.TRAINING, (f"assumed, since the detection failed: {_short(error)}",), False)
    return _KindFound(project.kind, project.reasons)


def _judge_all(
    checks: Sequence[Check], kind: ProjectKind, facts: Facts, progress: Progress | None
) -> tuple[Result, ...]:
    results: list[Result] = []
    for done, check in enumerate(checks):
        if progress is not None:
            progress(done, len(checks), check.id)
        results.append(_judge(check, kind, facts))
    return tuple(results)


def _judge(check: Check, kind: ProjectKind, facts: Facts) -> Result:
    if kind in check.not_for:
        return result(check, Outcome.NOT_APPLICABLE, (), f"does not arise for {kind.value}")
    try:
        findings = tuple(facts.call(check.judge))
        return result(check, check.outcome(findings), findings)
    except Exception as error:  # noqa: BLE001
        return result(check, Outcome.ERROR, (Finding(kind=Kind.UNKNOWN, message=_short(error)),))


def result(check: Check, outcome: Outcome, findings: Sequence[Finding], summary: str | None = None) -> Result:
    """A check's answer with everything a reader needs; the worst findings come first."""
    explanation = explain(check.doc)
    ordered = worst_first(findings)
    return Result(
        check=check.id,
        question=check.question,
        category=check.category,
        outcome=outcome,
        severity=check.severity,
        effort=check.effort,
        prohibition=check.prohibition,
        findings=ordered,
        summary=_summary(outcome, ordered) if summary is None else summary,
        why=explanation.why,
        fix=" ".join(explanation.fix.split()),
    )


def _summary(outcome: Outcome, findings: Sequence[Finding]) -> str:
    if not findings:
        return "does not arise here"
    telling = {Outcome.PASS: Kind.PASS, Outcome.UNKNOWN: Kind.UNKNOWN}.get(outcome)
    shown = next((f for f in findings if f.kind is telling), findings[0])
    same = sum(finding.kind is shown.kind for finding in findings)
    more = f" (and {same - 1} more)" if same > 1 else ""
    return f"{shown.message}{more}"


def _unless_blocked(own: Result, check: Check, outcomes: Mapping[str, Outcome]) -> Result:
    if check.requires is None or own.outcome not in {Outcome.FAIL, Outcome.PARTIAL, Outcome.UNKNOWN}:
        return own
    if outcomes.get(check.requires) not in {Outcome.FAIL, Outcome.BLOCKED}:
        return own
    return own.model_copy(update={"outcome": Outcome.BLOCKED, "summary": f"waits for {check.requires}"})


def _report(
    snapshot: Snapshot,
    found: _KindFound,
    results: tuple[Result, ...],
    problems: tuple[Problem, ...],
    settings: Settings,
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
        next_steps=scored.next_steps,
        complete=found.certain and all(r.outcome is not Outcome.ERROR for r in results),
        settings=settings.described(),
    )


def _problems(snapshot: Snapshot, documents: Documents) -> Iterable[Problem]:
    yield from (Problem(path="", message=note) for note in snapshot.notes)
    yield from (Problem(path=unreadable.path, message=unreadable.reason) for unreadable in documents.unreadable)


def _short(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__}: {str(error)[:300]} ({places})"


def _today() -> date:
    return datetime.now(tz=UTC).date()
