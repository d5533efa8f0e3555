"""First versions of files that a remedy needs, filled in with what the repository says; people finish them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ml_readiness.drafts.draft import Draft
    from ml_readiness.facts import Facts

HOMES = {
    "containerized": "image",
    "dependencies-declared": "libraries",
    "dependencies-updated": "updates",
    "drift-monitored": "drift_job",
    "model-documented": "model_card",
    "tests-check-model": "first_test",
    "tests-cover-preprocessing": "first_test",
    "tests-exist": "first_test",
    "tests-run-in-ci": "test_workflow",
}
"""By check, the module here whose `draft` begins its remedy."""


def draft_for(check: str, facts: Facts) -> Draft | None:
    """The beginning of a check's remedy, or None where only people can begin it."""
    home = HOMES.get(check)
    if home is None:
        return None
    draft: Draft | None = facts.call(import_module(f"{__name__}.{home}").draft)
    return draft
