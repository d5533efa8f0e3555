"""Somebody answers for the project."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.tree.ownership import Ownership
from ml_readiness.report import Effort, Finding, Severity


@check("Who owns it, and who reviews?", severity=Severity.MEDIUM, effort=Effort.SMALL, core=False)
def owner_named(ownership: Ownership) -> Iterator[Finding]:
    """When the model misbehaves at night, somebody has to know whom to call; and a change that nobody else has to look
    at is found out about by the users.

    ## How to fix
    Two lines in `.github/CODEOWNERS` name who is asked about which part: `* @team` and `/src/train/ @somebody`.

    ## Sources
    - OpenSSF Scorecard: Code-Review
    - ML Test Score: Model 1

    ## Fails
    ```python title="train.py"
    pass
    ```
    ## Partial: an author is no owner
    ```toml title="pyproject.toml"
    [project]
    name = "churn"
    authors = [{ name = "Maria" }]
    ```
    ## Passes
    ```text title=".github/CODEOWNERS"
    * @acme/churn
    ```
    """
    owner, review = ownership.owner, ownership.review
    if owner is not None and review is not None:
        yield ok("an owner is named", at=owner)
        yield ok("changes have a way to a review", at=review)
    elif owner is not None:
        yield partial("an owner is named, but nothing says how changes are reviewed", at=owner)
    elif review is not None:
        yield partial("changes are reviewed, but nobody is named as owner", at=review)
    elif ownership.author is not None:
        yield partial("an author is named, but no owner, and nothing about reviews", at=ownership.author)
    elif ownership.contact is not None:
        yield partial(
            "the README says whom to ask, but nobody is named as owner, and nothing about reviews", at=ownership.contact
        )
    else:
        yield fail("neither CODEOWNERS nor a maintainer, and nothing about reviews")
