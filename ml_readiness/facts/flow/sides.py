"""Which evaluations decide: those of the main training path, before those of side notebooks and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.files import is_example
from ml_readiness.report import ProjectKind

if TYPE_CHECKING:
    from ml_readiness.facts.flow.project import Flow
    from ml_readiness.facts.flow.verdicts import Pair

EVERYTHING_COUNTS = frozenset({ProjectKind.LIBRARY, ProjectKind.COLLECTION, ProjectKind.NOTEBOOKS})


def main_pairs(flow: Flow, kind: ProjectKind) -> tuple[Pair, ...]:
    """The pairs that speak for the project."""
    if kind in EVERYTHING_COUNTS:
        return flow.pairs
    main = tuple(
        pair for pair in flow.pairs if is_main(pair.evaluation.place.path) and is_main(pair.training.place.path)
    )
    return main or flow.pairs


def is_main(path: str) -> bool:
    """Whether a file is neither a notebook nor an example."""
    return not path.endswith(".ipynb") and not is_example(path)
