"""A model card, filled in with what the code says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.drafts.draft import MARK, Draft
from ml_readiness.facts.data.datasets import Datasets
from ml_readiness.facts.modelling.evaluation import Evaluation
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.prose.licence import Licence
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterable

PATH = "MODEL_CARD.md"
MOST = 8
"""Places that are named of each sort."""

TEXT = """\
<!-- {mark} -->
# Model card

## Details
Trained by:
{training}

## Intended use
TODO: who decides what with the output, and what it must not be used for.

## Training data
{data}

## Evaluation
Measured by:
{metrics}
TODO: the figure, its metric, and the data it was measured on.

## Limitations
TODO: for whom and where it is known to be wrong.

## How to use
TODO: the command or the request that gives one prediction.

## Contact
TODO: who answers questions.

## Licence
{licence}
"""


def draft(
    lifecycle: Lifecycle, datasets: Datasets, evaluation: Evaluation, licence: Licence, files: Files
) -> Draft | None:
    """A card with the headings that readers look for; only people know what stands under half of them."""
    if PATH in files.entries:
        return None
    text = TEXT.format(
        mark=MARK,
        training=_list(f"{site.name} in {site.location}" for site in lifecycle.training),
        data=_list(f"{read.path} in {read.location}" for read in datasets.reads),
        metrics=_list(f"{site.name} in {site.location}" for site in evaluation.measured),
        licence=licence.file or "TODO",
    )
    return Draft(PATH, text, "Write what stands behind each TODO, and let the training run fill in the figures.")


def _list(entries: Iterable[str]) -> str:
    """The entries as code, so that nothing in them is markup."""
    shown = list(dict.fromkeys(" ".join(entry.replace("`", "'").split())[:200] for entry in entries))[:MOST]
    return "\n".join(f"- `{entry}`" for entry in shown) or "TODO"
