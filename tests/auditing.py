"""Strings in, answers out: the door through which the tests use the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import library
from ml_readiness.documents import Documents
from ml_readiness.facts import Facts
from ml_readiness.facts.project.project import Project
from ml_readiness.report import Outcome
from ml_readiness.snapshot import Memory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ml_readiness.report import Finding


class Answer:
    """What one check says about a small repository."""

    def __init__(self, outcome: Outcome, findings: Sequence[Finding]) -> None:
        self.outcome = outcome
        self.findings = tuple(findings)

    @property
    def messages(self) -> str:
        """All messages, a line each."""
        return "\n".join(finding.message for finding in self.findings)

    @property
    def places(self) -> set[str]:
        """Where something was seen, as `path:line`."""
        return {str(finding.location) for finding in self.findings if finding.location}


def facts_of(files: Mapping[str, str | bytes]) -> Facts:
    """The facts of a repository made of strings."""
    return Facts(Documents(Memory(files)))


def answer(check: str, files: Mapping[str, str | bytes]) -> Answer:
    """The answer of one check about a repository made of strings, whatever its kind."""
    found = next(c for c in library.load(library.folder()) if c.id == check)
    findings = list(facts_of(files).call(found.judge))
    return Answer(found.outcome(findings), findings)


def outcome(check: str, files: Mapping[str, str | bytes]) -> str:
    """The outcome of one check about a repository made of strings."""
    return answer(check, files).outcome.value


def kind(files: Mapping[str, str | bytes]) -> str:
    """The kind of a repository made of strings."""
    return facts_of(files).get(Project).kind.value
