"""What people say about answers: waivers, attestations, and parts that live elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.report import Finding, Kind, Outcome
from ml_readiness.score import SEVERITY_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from ml_readiness.report import Result
    from ml_readiness.settings import Attestation, Elsewhere, Settings, Waiver
    from ml_readiness.snapshot import Snapshot

    Concession = Callable[[Result], Result]

WAIVABLE_SHARE = 0.1
"""How much of the weight of all open questions waivers may take out of the score."""

OPEN = frozenset({Outcome.FAIL, Outcome.PARTIAL, Outcome.BLOCKED, Outcome.UNKNOWN})

ABOUT_THIS_TREE = frozenset({"dependencies", "documentation"})
"""Categories that state something about the files themselves, so that nobody can vouch for them."""

PARTS: Mapping[str, frozenset[str]] = {
    "serving": frozenset({"serving"}),
    "monitoring": frozenset({"monitoring"}),
    "tests": frozenset({"testing"}),
    "training": frozenset(
        {"training-code-present", "seeds-fixed", "experiments-tracked", "data-versioned", "quality-gated"}
    ),
}
"""Which categories or checks `elsewhere` speaks about."""


def concede(results: Sequence[Result], settings: Settings, snapshot: Snapshot, *, today: date) -> tuple[Result, ...]:
    """The results after what the settings say about them; what does not hold is ignored and says so."""
    found = {result.check: result for result in results}
    for part in settings.elsewhere:
        for result in list(found.values()):
            if {result.check, result.category} & PARTS[part.part]:
                found[result.check] = _live_elsewhere(result, part)
    for attestation in settings.attest:
        if attestation.check in found:
            found[attestation.check] = _attested(found[attestation.check], attestation, snapshot, today)
    allowance = WAIVABLE_SHARE * sum(_heft(result) for result in results if result.outcome in OPEN | {Outcome.PASS})
    for waiver in settings.waive:
        failing = found.get(waiver.check)
        if failing is not None and failing.outcome in OPEN:
            found[waiver.check] = _waived(failing, waiver, allowance, today)
            if found[waiver.check].outcome is Outcome.WAIVED:
                allowance -= _heft(failing)
    return tuple(found[result.check] for result in results)


def vouched(settings: Settings, snapshot: Snapshot, *, today: date) -> dict[str, str]:
    """What the attestations that hold today say, by what they are about."""
    return {one.check: _said(one) for one in settings.attest if not _objection(one, snapshot, today)}


def _live_elsewhere(result: Result, part: Elsewhere) -> Result:
    if result.outcome not in OPEN or result.prohibition:
        return result
    summary = f"said to live in {part.where}, owned by {part.owner}"
    return result.replace(outcome=Outcome.ATTESTED, summary=summary)


def _attested(result: Result, attestation: Attestation, snapshot: Snapshot, today: date) -> Result:
    if result.outcome not in OPEN:
        return result
    if result.prohibition or result.category in ABOUT_THIS_TREE:
        objection = "the files decide this question, nobody can vouch for it"
    else:
        objection = _objection(attestation, snapshot, today)
    if objection:
        return _noted(result, f"the attestation by {attestation.by} is ignored: {objection}")
    return result.replace(outcome=Outcome.ATTESTED, summary=_said(attestation))


def _said(attestation: Attestation) -> str:
    return f"attested by {attestation.by} on {attestation.on}: {attestation.statement} ({attestation.evidence})"


def _objection(attestation: Attestation, snapshot: Snapshot, today: date) -> str:
    if attestation.expires < today:
        return f"it expired on {attestation.expires}"
    if attestation.on > today:
        return f"it is dated {attestation.on}, in the future"
    is_url = attestation.evidence.startswith(("https://", "http://"))
    if not is_url and attestation.evidence.strip("/") not in snapshot.entries:
        return f"its evidence, {attestation.evidence}, is not in the repository"
    return ""


def _waived(result: Result, waiver: Waiver, allowance: float, today: date) -> Result:
    if waiver.expires < today:
        return _noted(result, f"the waiver expired on {waiver.expires}: {waiver.reason}")
    if _heft(result) > allowance:
        return _noted(result, f"the waiver is ignored: waivers may take at most {WAIVABLE_SHARE:.0%} of the weight")
    summary = f"waived until {waiver.expires}: {waiver.reason}"
    return result.replace(outcome=Outcome.WAIVED, summary=summary)


def _noted(result: Result, message: str) -> Result:
    note = Finding(kind=Kind.UNKNOWN, message=message)
    return result.replace(findings=(*result.findings, note))


def _heft(result: Result) -> float:
    return SEVERITY_WEIGHTS[result.severity]
