"""What makes a finding the same one tomorrow: what its check says about which file, not on which line."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from ml_readiness import regex as re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ml_readiness.report import Finding, Report, Result

SHOWN = 12
"""How much of a fingerprint is a finding's id."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def stable(message: str) -> str:
    """A message without its numbers, which change when something else does."""
    return _NUMBER.sub("0", message)


def fingerprints(check: str, findings: Sequence[Finding]) -> tuple[str, ...]:
    """One for each finding of a check, in order; equal findings of one file are counted."""
    seen: Counter[str] = Counter()
    return tuple(_fingerprint(check, finding, seen) for finding in findings)


def _fingerprint(check: str, finding: Finding, seen: Counter[str]) -> str:
    identity = f"{check}\0{finding.path or ''}\0{finding.kind}\0{stable(finding.message)}"
    seen[identity] += 1
    return hashlib.sha256(f"{identity}\0{seen[identity]}".encode("utf-8", "backslashreplace")).hexdigest()


def identified(result: Result) -> Result:
    """The result with an id for each of its findings."""
    marks = fingerprints(result.check, result.findings)
    found = (each.replace(id=mark[:SHOWN]) for each, mark in zip(result.findings, marks, strict=True))
    return result.replace(findings=tuple(found))


def found(report: Report, name: str) -> Iterator[tuple[Result, Finding]]:
    """The findings of a report whose id begins so."""
    for part in (report, *report.members):
        for result in part.results:
            for finding, mark in zip(result.findings, fingerprints(result.check, result.findings), strict=True):
                if mark.startswith(name):
                    yield result, finding
