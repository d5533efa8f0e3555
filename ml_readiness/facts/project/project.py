"""What kind of project this is, which decides what may be asked of it."""

from __future__ import annotations

from typing import Self

from msgspec import Struct

from ml_readiness.facts.project.signals import Signals
from ml_readiness.report import ProjectKind


class Project(Struct, frozen=True):
    """The kind of project, and what was seen that makes it one."""

    kind: ProjectKind
    reasons: tuple[str, ...]

    @classmethod
    def gather(cls, signals: Signals) -> Self:
        """The first kind that fits, in the order of the definition."""
        return cls(*decide(signals))


def decide(signals: Signals) -> tuple[ProjectKind, tuple[str, ...]]:
    """The kind, with its reasons."""
    ml = signals.machine_learning or signals.llm or signals.llm_elsewhere
    if not ml:
        return ProjectKind.NOT_ML, ("no code that trains, runs or calls a model",)
    package = signals.package.published
    if not package and (several := signals.independent_projects):
        return ProjectKind.COLLECTION, several
    llm = signals.llm or signals.llm_elsewhere
    asks = llm and signals.language_models_lead and not signals.language_models_studied
    if asks and not signals.audience.imports_it:
        return ProjectKind.LLM_APP, llm
    if signals.serves and not package:
        return ProjectKind.SERVICE, signals.serves
    if signals.scheduled and not package:
        return ProjectKind.BATCH, signals.scheduled
    if package and not signals.is_paper_code:
        return ProjectKind.LIBRARY, package
    if signals.paper.reasons:
        return ProjectKind.RESEARCH, signals.paper.reasons
    if signals.notebooks_only:
        return ProjectKind.NOTEBOOKS, signals.notebooks_only
    return ProjectKind.TRAINING, signals.trained or ml
