"""Is what comes from a model hub fixed to one revision?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.hubs import Fixed, Hubs
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Is what comes from a model hub fixed to one revision?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
    core=False,
)
def hub_revision_pinned(hubs: Hubs) -> Iterator[Finding]:
    """A name on a hub is a folder that its owner can change at any time, weights and code alike. The service that
    starts tomorrow may then answer with another model than the one that was tested.

    ## How to fix
    Pass `revision=` with the full commit of what was tested.

    ## Sources
    - bandit B615
    - ML Test Score: Infrastructure 1

    ## Fails
    ```python title="app.py"
    from transformers import AutoModel

    model = AutoModel.from_pretrained("bert-base-uncased")
    ```

    ## Partial
    ```python title="app.py"
    from transformers import AutoModel

    model = AutoModel.from_pretrained("bert-base-uncased", revision="v1.0")
    ```

    ## Passes
    ```python title="app.py"
    from transformers import AutoModel

    COMMIT = "86b5e0934494bd15c9632b12f734a8a67f723594"
    model = AutoModel.from_pretrained("bert-base-uncased", revision=COMMIT)
    ```

    ## Does not apply: a folder of one's own
    ```python title="app.py"
    from transformers import AutoModel

    model = AutoModel.from_pretrained("./model")
    ```
    """
    for fetch in hubs.fetched:
        if fetch.fixed is Fixed.COMMIT:
            yield ok(f"`{fetch.what}` is fixed {fetch.fixed.value}", at=fetch.location, confidence=Confidence.MEDIUM)
        elif fetch.fixed is Fixed.NAME:
            yield partial(
                f"`{fetch.what}` is fixed {fetch.fixed.value}", at=fetch.location, confidence=Confidence.MEDIUM
            )
        else:
            message = f"the {fetch.noun} `{fetch.what}` is fetched without a revision"
            yield fail(message, at=fetch.location, confidence=Confidence.MEDIUM)
