"""Is the list of libraries complete?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.dependencies.coverage import Coverage
from ml_readiness.report import Confidence, Effort, Finding, Severity
from ml_readiness.wording import quoted

ALLOWED = 2
SHOWN = 15
MOST = 8
"""Libraries that a remedy names."""


@check("Is the list of libraries complete?", severity=Severity.HIGH, effort=Effort.SMALL)
def imports_declared(coverage: Coverage) -> Iterator[Finding]:
    """What is imported but not declared works only on machines where something else happened to install it. It is the
    first error that a new colleague, and the production image, will see.

    ## How to fix
    Add the missing libraries to the manifest that installs this code.

    ## Sources
    - ML code completeness checklist: dependencies

    ## Fails
    ```python title="train.py"
    import lightgbm
    import optuna
    import shap
    ```
    ```text title="requirements.txt"
    pandas==2.2.3
    ```

    ## Passes
    ```python title="train.py"
    import yaml
    from sklearn.linear_model import LinearRegression
    ```
    ```text title="requirements.txt"
    PyYAML==6.0.2
    scikit-learn==1.5.2
    ```

    ## Partial: another library brings it along
    ```python title="train.py"
    import numpy as np
    import pandas as pd
    ```
    ```text title="requirements.txt"
    pandas==2.2.3
    ```

    ## Does not apply
    ```javascript title="index.js"
    console.log("no Python")
    ```
    """
    if not coverage.imports.code.units:
        return
    missing, brought = coverage.missing, coverage.brought
    if not missing and not brought:
        yield ok(_complete(coverage), confidence=Confidence.MEDIUM, at=coverage.first_manifest)
        return
    few = len(missing) <= ALLOWED and not coverage.nothing_declared
    verdict = partial if few else fail
    hint = _hint(coverage)
    for needed, wanted in missing[:SHOWN]:
        at = needed.unit.location(needed.line)
        yield verdict(_undeclared(needed.top, wanted), at=at, confidence=Confidence.MEDIUM, hint=hint)
    for needed, by in brought[:SHOWN] if few else ():
        at = needed.unit.location(needed.line)
        message = f"`{needed.top}` is imported and not declared; it is there only because of {by}"
        yield partial(message, at=at, confidence=Confidence.MEDIUM, hint=hint)
    if len(missing) > SHOWN:
        yield verdict(f"{len(missing)} imported libraries are not declared", confidence=Confidence.MEDIUM)


def _undeclared(top: str, wanted: str) -> str:
    if top.lower().replace("_", "-") == wanted:
        return f"`{top}` is imported, but not declared"
    return f"`{top}` is imported, but `{wanted}`, which it comes from, is not declared"


def _hint(coverage: Coverage) -> str:
    names = quoted([*dict.fromkeys([*(wanted for _, wanted in coverage.missing), *coverage.brought_names])], MOST)
    if coverage.nothing_declared:
        return f"List them in a `requirements.txt`: {names}."
    where = coverage.only_manifest
    return f"Add {names} to {f'`{where}`' if where else 'the manifest of the code that imports them'}."


def _complete(coverage: Coverage) -> str:
    tops = sorted({needed.top for needed in coverage.imports.judged if not needed.guarded})
    optional = sorted({needed.top for needed in coverage.imports.judged if needed.guarded} - {*tops})
    if not tops:
        beside = f"; {quoted(optional)} {'is' if len(optional) == 1 else 'are'} optional" if optional else ""
        return f"the code needs nothing outside the standard library{beside}"
    if len(tops) == 1:
        return f"the only imported library, `{tops[0]}`, is declared"
    return f"all {len(tops)} imported libraries are declared: {quoted(tops)}"
