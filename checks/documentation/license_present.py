"""There is a licence."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.prose.licence import Licence
from ml_readiness.report import Effort, Finding, Severity


@check("May I use it?", severity=Severity.MEDIUM, effort=Effort.SMALL)
def license_present(licence: Licence) -> Iterator[Finding]:
    """Without a licence nobody else may run, change or pass on the code, whatever the README invites them to do.

    ## How to fix
    Add a `LICENSE` file with the full text of the licence you choose, and name it in `pyproject.toml`. For work that
    stays inside a company, say so: `license = "LicenseRef-Proprietary"`.

    ## Sources
    - OpenSSF Scorecard: License

    ## Fails
    ````markdown title="README.md"
    # Project
    ## License
    MIT
    ````
    ## Passes
    ```text title="LICENSE"
    MIT License
    ```
    ## Passes: the package metadata names it
    ```toml title="pyproject.toml"
    [project]
    name = "model"
    license = "Apache-2.0"
    ```
    """
    if licence.file is not None:
        yield ok("the licence text is here", at=licence.file)
    elif licence.metadata is not None:
        yield ok("the package metadata names the licence", at=licence.metadata)
    elif licence.mention is not None:
        yield fail("the README speaks of a licence, but there is no licence file", at=licence.mention)
    else:
        yield fail("no licence file, and none named in the package metadata")
