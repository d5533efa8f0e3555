"""What a check is: a question, and a function from facts to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ml_readiness.report import Confidence, Effort, Finding, Kind, Location, Outcome, ProjectKind, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ml_readiness.report import Step

Judge = Callable[..., Iterable[Finding]]


class Check(Struct, frozen=True):
    """A statement that should hold, how much it matters, and how it is decided."""

    id: str
    question: str
    category: str
    severity: Severity
    effort: Effort
    judge: Judge
    doc: str
    not_for: frozenset[ProjectKind] = frozenset()
    """Kinds of project for which the question does not arise."""
    requires: str | None = None
    """The check that must not fail for this one to be answerable."""
    prohibition: bool = False
    """Whether it forbids something (passing earns nothing) instead of asking for something."""
    bar: float = 1.0
    """The share of findings that must hold to pass."""
    half: float = 0.5
    """The share that is still partial."""
    core: bool = True
    """Whether the check belongs to the questions every report answers."""

    def located(self, *, id: str, category: str) -> Check:  # noqa: A002
        """The same check under the name and category that its place in the library gives it."""
        return structs.replace(self, id=id, category=category)

    def outcome(self, findings: Sequence[Finding]) -> Outcome:
        """What the findings add up to; nothing found means that the question does not arise."""
        if not findings:
            return Outcome.NOT_APPLICABLE
        worth = {Kind.PASS: 1.0, Kind.PARTIAL: 0.5, Kind.FAIL: 0.0}
        decided = [worth[finding.kind] for finding in findings if finding.kind in worth]
        if not decided:
            return Outcome.UNKNOWN
        share = sum(decided) / len(decided)
        if share >= self.bar:
            return Outcome.PASS
        return Outcome.PARTIAL if share >= self.half else Outcome.FAIL


def check(
    question: str,
    *,
    severity: Severity,
    effort: Effort = Effort.MEDIUM,
    not_for: Iterable[ProjectKind] = (),
    requires: str | None = None,
    prohibition: bool = False,
    bar: float = 1.0,
    half: float = 0.5,
    core: bool = True,
) -> Callable[[Judge], Check]:
    """Makes a check of a function whose parameters are facts and which yields findings.

    The id is the function's name in kebab case and must be the name of its file; the category is the folder.
    The share of findings that hold (pass 1, partial one half, fail 0) decides: `bar` and more passes, `half` and
    more is partial, less fails; findings that say `unknown` are left out of the share.
    """

    def decorate(judge: Judge) -> Check:
        return Check(
            id=judge.__name__.replace("_", "-"),
            question=question,
            category="",
            severity=severity,
            effort=effort,
            judge=judge,
            doc=judge.__doc__ or "",
            not_for=frozenset(not_for),
            requires=requires,
            prohibition=prohibition,
            bar=bar,
            half=half,
            core=core,
        )

    return decorate


def _finding(
    kind: Kind,
    message: str,
    at: Location | str | None,
    confidence: Confidence,
    hint: str | None,
    steps: Iterable[Step],
) -> Finding:
    place = Location(path=at) if isinstance(at, str) else at
    where = structs.asdict(place) if place is not None else {}
    return Finding(kind=kind, message=message, confidence=confidence, hint=hint, steps=tuple(steps), **where)


def ok(
    message: str,
    *,
    at: Location | str | None = None,
    confidence: Confidence = Confidence.HIGH,
    steps: Iterable[Step] = (),
) -> Finding:
    """Evidence that the check's statement holds."""
    return _finding(Kind.PASS, message, at, confidence, None, steps)


def partial(
    message: str,
    *,
    at: Location | str | None = None,
    confidence: Confidence = Confidence.HIGH,
    hint: str | None = None,
    steps: Iterable[Step] = (),
) -> Finding:
    """Evidence that it holds in part."""
    return _finding(Kind.PARTIAL, message, at, confidence, hint, steps)


def fail(
    message: str,
    *,
    at: Location | str | None = None,
    confidence: Confidence = Confidence.HIGH,
    hint: str | None = None,
    steps: Iterable[Step] = (),
) -> Finding:
    """Evidence that it does not hold."""
    return _finding(Kind.FAIL, message, at, confidence, hint, steps)


def unknown(
    message: str,
    *,
    at: Location | str | None = None,
    confidence: Confidence = Confidence.HIGH,
    hint: str | None = None,
) -> Finding:
    """Evidence that the files alone cannot decide."""
    return _finding(Kind.UNKNOWN, message, at, confidence, hint, ())
