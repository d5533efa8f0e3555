"""Would the deploy files work?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.facts.deployment.references import References
from ml_readiness.report import Effort, Finding, Severity

SHOWN = 8


@check(
    "Would the deploy files work?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    prohibition=True,
    core=False,
)
def deploy_files_consistent(references: References) -> Iterator[Finding]:
    """A Dockerfile that copies what is not there, or starts a module that was renamed, fails on the first day somebody
    needs it, and nobody saw it because nobody had built it since.

    ## How to fix
    Build from a fresh clone once, or better in CI, and rename what moved.

    ## Sources
    - Hidden technical debt in ML systems: configuration debt

    ## Fails: a module that is not there
    ```dockerfile title="Dockerfile"
    FROM python:3.12
    COPY app /app
    CMD ["uvicorn", "app.server:app"]
    ```
    ```python title="app/main.py"
    app = object()
    ```

    ## Partial: ports that do not meet
    ```dockerfile title="Dockerfile"
    FROM python:3.12
    COPY app.py .
    EXPOSE 80
    CMD ["uvicorn", "app:app", "--port", "8000"]
    ```
    ```python title="app.py"
    app = object()
    ```

    ## Passes
    ```dockerfile title="Dockerfile"
    FROM python:3.12
    COPY app.py .
    EXPOSE 8000
    CMD ["uvicorn", "app:app", "--port", "8000"]
    ```
    ```python title="app.py"
    app = object()
    ```

    ## Does not apply
    ```python title="train.py"
    print("nothing to deploy")
    ```
    """
    found = references.mismatches
    broken = [each for each in found if each.kind == "missing"]
    for each in broken[:SHOWN]:
        yield fail(each.message, at=each.location)
    for each in found if not broken else ():
        if each.kind == "port":
            yield partial(each.message, at=each.location)
        elif each.kind == "uncommitted":
            yield unknown(each.message, at=each.location)
    if not broken and not any(each.kind == "port" for each in found):
        unsure = {each.location.path for each in found}
        for path in references.deploy_files[:SHOWN]:
            if path not in unsure:
                yield ok("everything that it names is in the repository", at=path)
