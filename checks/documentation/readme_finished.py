"""The README is finished."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.prose.placeholders import Placeholders
from ml_readiness.report import Confidence, Effort, Finding, Location, Severity

MOST = 10


@check("Is the README finished?", severity=Severity.MEDIUM, effort=Effort.SMALL, prohibition=True)
def readme_finished(placeholders: Placeholders) -> Iterator[Finding]:
    """A placeholder tells every reader that nobody has read the page since it was made, and then they doubt the rest:
    the commands, the numbers and the claims.

    ## How to fix
    Fill in what is missing, or delete the heading that asks for it.

    ## Sources
    - ML code completeness checklist: README

    ## Fails
    ````markdown title="README.md"
    # Churn model
    TODO: describe the data.
    ````
    ## Fails: an address that the author never filled in
    ````markdown title="README.md"
    # Churn model
    Predicts who will leave.
    ```bash
    git clone https://github.com/your-username/churn.git
    ```
    ````
    ## Fails: a title and nothing else
    ````markdown title="README.md"
    # Churn model
    ````
    ## Passes
    ````markdown title="README.md"
    # Churn model
    Predicts who will leave. Replace `<your-token>` by your own token.
    ### Roadmap
    - TODO: add more countries
    ````
    ## Does not apply
    ```python title="train.py"
    pass
    ```
    """
    page = placeholders.page
    if page is None:
        return
    for place in placeholders.found[:MOST]:
        yield fail(place.what, at=Location(path=page.path, line=place.line), confidence=Confidence.MEDIUM)
    if not placeholders.found:
        yield ok("no placeholder, template text or empty section", at=page.path, confidence=Confidence.LOW)
