"""What the repository is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from ml_readiness.facts.files import Files
from ml_readiness.report import ProjectKind


@dataclass(frozen=True)
class Project:
    """The kind of project, and what was seen that makes it one."""

    kind: ProjectKind
    reasons: tuple[str, ...]

    @classmethod
    def gather(cls, files: Files) -> Self:
        """Everything is training until the detection is here."""
        del files
        return cls(ProjectKind.TRAINING, ())
