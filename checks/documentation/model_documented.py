"""The model has a card."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.prose.cards import Card, Cards
from ml_readiness.facts.tree.artefacts import Artefacts
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity
from ml_readiness.wording import joined

FULL = 6
SOME = 3
HALF = 4
"""Fields from which on a README stands in for half a card."""


@check(
    "What is this model for, and what is it not for?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY, ProjectKind.COLLECTION, ProjectKind.LLM_APP],
    core=False,
)
def model_documented(cards: Cards, model: ModelCode, lifecycle: Lifecycle, artefacts: Artefacts) -> Iterator[Finding]:
    """A model is used by people who have never met its author. Without its limits and its data in writing, it ends up
    answering questions that it never learned.

    ## How to fix
    Write a `MODEL_CARD.md` with eight headings: details, contact, intended use, limitations, training data, evaluation,
    how to use, licence. Let the training run fill in the numbers.

    ## Sources
    - Model cards for model reporting
    - EU AI Act: articles 11 and 13

    ## Fails
    ````markdown title="README.md"
    # Churn model
    Trains a churn model.
    ````
    ```python title="train.py"
    import joblib
    from sklearn.svm import SVC

    joblib.dump(SVC().fit([[1]], [1]), "model.joblib")
    ```
    ## Passes
    ````markdown title="MODEL_CARD.md"
    # Churn model
    - Contact: the retention team
    - License: MIT
    - Version: 3.1.0
    - Intended use: ranks customers for the retention team
    - Limitations: knows customers of three countries only
    - Training data: the customers of last year
    ````
    ```python title="train.py"
    import joblib
    from sklearn.svm import SVC

    joblib.dump(SVC().fit([[1]], [1]), "model.joblib")
    ```
    """
    if not (artefacts.models or model.local_loads or (model.training and lifecycle.saving)):
        return
    best = max(cards.all, key=_worth, default=None)
    if best is None or _worth(best) == 0:
        at = cards.pages.readme.path if cards.pages.readme else None
        yield fail("no model card, and the README does not stand in for one", at=at, confidence=Confidence.MEDIUM)
        return
    where = "the card" if best.is_card else "there is no model card; the README"
    says = f"{where} covers {len(best.fields)} of its 8 fields"
    lacks = f", but not {joined(best.missing, 'or')}" if best.missing else ""
    verdict = ok if _worth(best) == 2 else partial
    yield verdict(says + lacks, at=best.page.path, confidence=Confidence.LOW)


def _worth(card: Card) -> int:
    """2 for a full card, 1 for half of one or a README in its place, else 0."""
    if card.is_card:
        return (len(card.fields) >= FULL) + (len(card.fields) >= SOME)
    return int(len(card.fields) >= HALF)
