"""One check asked of one repository: its answer, with everything a reader needs."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ml_readiness.evidence import worst_first
from ml_readiness.examples import explain
from ml_readiness.report import Finding, Kind, Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ml_readiness.check import Check
    from ml_readiness.facts import Facts
    from ml_readiness.report import ProjectKind


class Progress(Protocol):
    """Told before each check how far the audit is."""

    def __call__(self, done: int, total: int, check: str) -> None:
        """`done` of `total` checks are answered, `check` is next."""
        ...


def judge_all(
    checks: Sequence[Check], kind: ProjectKind, facts: Facts, progress: Progress | None
) -> tuple[Result, ...]:
    """The answers of all checks, in their order."""
    results: list[Result] = []
    for done, check in enumerate(checks):
        if progress is not None:
            progress(done, len(checks), check.id)
        results.append(judge(check, kind, facts))
    return tuple(results)


def judge(check: Check, kind: ProjectKind, facts: Facts) -> Result:
    """The answer of one check; one that raises is an answer, too, and stops nobody."""
    if kind in check.not_for:
        return result(check, Outcome.NOT_APPLICABLE, (), f"does not arise for {kind.value}")
    try:
        findings = tuple(facts.call(check.judge))
        return result(check, check.outcome(findings), distinct(findings))
    except Exception as error:  # noqa: BLE001
        return result(check, Outcome.ERROR, (Finding(kind=Kind.UNKNOWN, message=in_short(error)),))


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each statement about a line once, however often a check comes to it."""
    found: dict[tuple[object, ...], Finding] = {}
    for each in findings:
        found.setdefault((each.kind, each.message, each.path, each.cell, each.line), each)
    return tuple(found.values())


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


def unless_blocked(results: Sequence[Result], checks: Sequence[Check]) -> tuple[Result, ...]:
    """The answers, where those that need another check to hold wait for it."""
    outcomes = {result.check: result.outcome for result in results}
    return tuple(_unless_blocked(own, check, outcomes) for own, check in zip(results, checks, strict=True))


def _unless_blocked(own: Result, check: Check, outcomes: Mapping[str, Outcome]) -> Result:
    if check.requires is None or own.outcome not in {Outcome.FAIL, Outcome.PARTIAL, Outcome.UNKNOWN}:
        return own
    if outcomes.get(check.requires) not in {Outcome.FAIL, Outcome.BLOCKED}:
        return own
    return own.replace(outcome=Outcome.BLOCKED, summary=f"waits for {check.requires}")


def in_short(error: Exception) -> str:
    """What went wrong and where, in a line."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__}: {str(error)[:300]} ({places})"
