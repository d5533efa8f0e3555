"""The outcomes in groups, as filters and colours show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERS: Mapping[Outcome, str] = {
    Outcome.FAIL: "✗ to fix",
    Outcome.PARTIAL: "◐ half done",
    Outcome.BLOCKED: "… waiting",
    Outcome.ERROR: "! broke",
    Outcome.UNKNOWN: "? open",
    Outcome.ATTESTED: "✎ attested",
    Outcome.WAIVED: "✎ waived",
    Outcome.PASS: "✓ fine",
    Outcome.NOT_APPLICABLE: "· not asked",
}
GROUPS: Mapping[str, tuple[Outcome, ...]] = {
    "to fix": (Outcome.FAIL,),
    "half done": (Outcome.PARTIAL,),
    "open": (Outcome.BLOCKED, Outcome.ERROR, Outcome.UNKNOWN, Outcome.ATTESTED, Outcome.WAIVED),
    "fine": (Outcome.PASS,),
    "not asked": (Outcome.NOT_APPLICABLE,),
}
OPENED = frozenset({Outcome.FAIL, Outcome.PARTIAL, Outcome.ERROR})
"""What is unfolded when the page opens."""


def group_of(outcome: Outcome) -> str:
    """The group of an outcome."""
    return next(name for name, outcomes in GROUPS.items() if outcome in outcomes)
