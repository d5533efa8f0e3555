"""No credential is committed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.tree.leaks import Leaks
from ml_readiness.report import Confidence, Effort, Finding, Severity

if TYPE_CHECKING:
    from ml_readiness.facts.tree.leaks import Leak

MOST = 25
CONFIDENCE = {"provider": Confidence.HIGH, "key": Confidence.HIGH, "url": Confidence.MEDIUM}


@check(
    "Is the repository free of keys and passwords?",
    severity=Severity.CRITICAL,
    effort=Effort.SMALL,
    prohibition=True,
)
def no_secrets(leaks: Leaks) -> Iterator[Finding]:
    """A key in the history is a key in everybody's hands: whoever can read the code can spend the money, read the data
    or push as you. Removing the line is not enough, because the history keeps it.

    ## How to fix
    Revoke the credential first, then take it out of the history, and read it from the environment or a secret store.
    A sample file shows names with empty values.

    ## Sources
    - Engineering best practices for ML: assure application security
    - CWE-798: hard-coded credentials

    ## Fails
    ```yaml title="config.yml"
    database: postgresql://admin:hunter-42x&commat;db.acme-prod.net:5432/sales
    ```
    ## Passes
    ```python title="app.py"
    import os
    API_KEY = os.environ["API_KEY"]
    ```
    ```text title=".env.example"
    API_KEY=your-key-here
    ```
    ## Passes: the default of a local database
    ```yaml title="docker-compose.yml"
    environment:
      DATABASE_URL: postgresql://postgres:postgres@db:5432/app
    ```
    """
    for leak in leaks.found[:MOST]:
        confidence = CONFIDENCE.get(leak.secret.form, Confidence.MEDIUM)
        yield fail(_message(leak), at=leak.location, confidence=confidence)
    if more := leaks.found[MOST:]:
        yield fail(f"{len(more)} more, the first of them here", at=more[0].location)
    if not leaks.found:
        yield ok(f"nothing that looks like a live credential in {leaks.searched} text files")


def _message(leak: Leak) -> str:
    secret = leak.secret
    name = f" in `{secret.name}`" if secret.name else ""
    where = " in the output of the cell" if secret.cell and not secret.line else ""
    shown = f" ({secret.shown})" if secret.shown else ""
    return f"{secret.kind}{name}{where}{shown}"
