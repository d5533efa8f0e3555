"""Which evaluations decide: those of the main training path, before those of side notebooks and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.facts.flow.verdicts import PLAIN, TRAINING
from ml_readiness.facts.tree.files import is_example
from ml_readiness.report import ProjectKind

if TYPE_CHECKING:
    from ml_readiness.facts.flow.events import Fit, Splitting
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


def main_splits(flow: Flow, kind: ProjectKind) -> tuple[Splitting, ...]:
    """The splits that speak for the project."""
    splits = tuple(flow.machine.events.splittings)
    if kind in EVERYTHING_COUNTS:
        return splits
    return tuple(splitting for splitting in splits if is_main(splitting.place.path)) or splits


def trained_apart(flow: Flow, kind: ProjectKind) -> tuple[Fit, ...]:
    """What was learned from one side of a split only, categories and vocabularies included."""
    found = tuple(fit for fit in flow.machine.events.fits.values() if _is_apart(fit))
    if kind in EVERYTHING_COUNTS:
        return found
    divided = {splitting.rows.root for splitting in flow.machine.events.splittings if splitting.rows is not None}
    fits = flow.machine.events.fits.values()
    found += tuple(fit for fit in fits if _is_of_training_file(fit) and fit.rows.root not in divided)
    return tuple(fit for fit in found if is_main(fit.place.path)) or found


def fitted_steps(flow: Flow, kind: ProjectKind) -> tuple[Fit, ...]:
    """Everything of the project that was fitted, plain statistics left out."""
    found = tuple(fit for fit in flow.machine.events.fits.values() if fit.kind not in PLAIN)
    return found if kind in EVERYTHING_COUNTS else tuple(fit for fit in found if is_main(fit.place.path))


def _is_apart(fit: Fit) -> bool:
    if fit.kind in PLAIN:
        return False
    parts = [above for above in fit.rows.above if above.kind == "part" and above.selector[0] != "given"]
    return bool(parts) and all(part.selector[1] == 0 for part in parts)


def _is_of_training_file(fit: Fit) -> bool:
    """Whether it was learned from a file that holds the training part by its name."""
    return fit.kind not in PLAIN and bool(TRAINING.search(fit.rows.root.name.rpartition("/")[2]))


def is_main(path: str) -> bool:
    """Whether a file is neither a notebook nor an example."""
    return not path.endswith(".ipynb") and not is_example(path)
