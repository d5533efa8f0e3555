"""The one step that is worth taking next, with a draft of what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.audit import audit, kept
from ml_readiness.documents import Documents
from ml_readiness.drafts import draft_for
from ml_readiness.errors import SettingsError, suggestion
from ml_readiness.facts import Facts
from ml_readiness.report import Outcome
from ml_readiness.sources import open_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from ml_readiness.drafts.draft import Draft
    from ml_readiness.judge import Progress
    from ml_readiness.report import Report, Result

OPEN = frozenset({Outcome.FAIL, Outcome.PARTIAL, Outcome.BLOCKED, Outcome.UNKNOWN})


class Advice(Struct, frozen=True):
    """What to do next."""

    report: Report
    result: Result | None
    """The answer to improve; None where nothing is left to do."""
    draft: Draft | None
    """The beginning of the remedy, where a file is missing that can be begun."""


def advise(source: str | Path, check: str | None = None, progress: Progress | None = None) -> Advice:
    """The step with the most points for the effort, or the one for a check; SettingsError if there is no such check."""
    with kept() as store, open_snapshot(source, store=store) as snapshot:
        report = audit(snapshot, progress=progress, store=store)
        result = _chosen(report, check)
        if result is None or result.outcome not in OPEN:
            return Advice(report, result, None)
        return Advice(report, result, draft_for(result.check, Facts(Documents(snapshot, store))))


def _chosen(report: Report, check: str | None) -> Result | None:
    by_name = {result.check: result for result in report.results}
    if check is not None:
        if check not in by_name:
            raise SettingsError(f"there is no check {check!r}{suggestion(check, by_name)}")
        return by_name[check]
    first = next(iter(report.next_steps), None)
    return by_name.get(first) if first is not None else None
