"""Is the Python version stated?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.dependencies.python_versions import PythonVersions
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Effort, Finding, Location, Severity

SHOWN = 4


@check("Which Python?", severity=Severity.MEDIUM, effort=Effort.SMALL)
def python_version_declared(code: Code, versions: PythonVersions, files: Files) -> Iterator[Finding]:
    """The same pins resolve to other wheels, or to none, under another Python. A version in prose is read by people
    only; tools need it where they look.

    ## How to fix
    Write `requires-python` into `pyproject.toml`, or commit a `.python-version`.

    ## Sources
    - Core metadata: Requires-Python

    ## Fails
    ```python title="train.py"
    print("which Python?")
    ```
    ```markdown title="README.md"
    Works with Python 3.11.
    ```

    ## Passes
    ```python title="train.py"
    print("which Python?")
    ```
    ```docker title="Dockerfile"
    FROM python:3.11-slim
    ```

    ## Does not apply
    ```javascript title="index.js"
    console.log("no Python")
    ```
    """
    if not code.units:
        return
    for each in versions.all[:SHOWN]:
        at = Location(path=each.path, line=each.line or None)
        yield ok(f"{each.how} says Python {each.version}", at=at)
    if not versions.all:
        hint = None if files.exists("pyproject.toml") else "Commit a `.python-version` that names the version you use."
        yield fail("no file that a tool reads states the Python version", hint=hint)
