"""Findings with the lines of source they speak of, so that a reader need not open the repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ml_readiness.facts.files import Files
    from ml_readiness.report import Finding, Result

KEPT = 100
"""How many findings of one check a report holds; its summary tells how many there were."""
WIDEST = 160
SECRETIVE = frozenset({"no-secrets"})
"""Checks whose findings must not repeat what they found."""

_LONG_WORD = re.compile(r"[A-Za-z0-9+/_=-]{32,}")


def with_code(result: Result, files: Files) -> Result:
    """The result with at most `KEPT` findings, each with its line of source where that may be shown."""
    kept = result.findings[:KEPT]
    if result.check not in SECRETIVE:
        kept = tuple(_quoted(finding, files) for finding in kept)
    return result if kept == result.findings else result.model_copy(update={"findings": kept})


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings by what they say: against the statement first, evidence for it last."""
    order = ("fail", "partial", "unknown", "pass")
    return tuple(sorted(findings, key=lambda finding: order.index(finding.kind)))


def _quoted(finding: Finding, files: Files) -> Finding:
    if finding.path is None or finding.line is None or finding.cell is not None or finding.code:
        return finding
    line = files.line(finding.path, finding.line).strip()[: WIDEST + 1]
    code = _LONG_WORD.sub("…", line)
    return finding.model_copy(update={"code": code[:WIDEST]}) if code else finding
