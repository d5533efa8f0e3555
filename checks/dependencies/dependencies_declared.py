"""Does the repository say which libraries it needs?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.documents import Documents
from ml_readiness.facts.dependencies.coverage import Coverage
from ml_readiness.facts.dependencies.dependencies import Dependencies
from ml_readiness.facts.dependencies.installations import Installation
from ml_readiness.facts.dependencies.third_party import Needed, is_aside
from ml_readiness.facts.knowledge.distributions import distributions
from ml_readiness.report import Confidence, Effort, Finding, Location, Severity

SHOWN = 3


@check("What libraries did you use?", severity=Severity.CRITICAL, effort=Effort.SMALL)
def dependencies_declared(dependencies: Dependencies, coverage: Coverage, documents: Documents) -> Iterator[Finding]:
    """Whoever takes over installs what a manifest says, with one command. Without one they guess from error messages,
    and guess other versions than yours.

    ## How to fix
    List the libraries that the code imports in `pyproject.toml` or `requirements.txt`.

    ## Sources
    - ML code completeness checklist: dependencies

    ## Fails
    ```python title="train.py"
    import pandas as pd
    ```

    ## Passes
    ```python title="train.py"
    import pandas as pd
    ```
    ```text title="requirements.txt"
    pandas==2.2.3
    ```

    ## Passes: what builds the package is no library that it uses
    ```python title="setup.py"
    from setuptools import setup
    setup(name="pad")
    ```
    ```python title="pad.py"
    def pad(text, width):
        return text.rjust(width)
    ```

    ## Partial: an install command is no manifest
    ```python title="train.py"
    import pandas as pd
    ```
    ```docker title="Dockerfile"
    FROM python:3.11
    RUN pip install pandas==2.2.3
    ```

    ## Does not apply
    ```javascript title="index.js"
    console.log("no Python")
    ```
    """
    imports = coverage.imports
    if not imports.code.units:
        return
    useful = [each for each in dependencies.manifests.runtime if each.wanted]
    if useful:
        for each in useful[:SHOWN]:
            yield ok(f"`{each.path}` lists {_count(len(each.wanted))}", at=each.path)
        return
    package = next((each for each in dependencies.manifests.runtime if each.is_package or each.extras), None)
    if package is not None and not coverage.missing:
        yield ok(f"`{package.path}` says that nothing is needed to run it", at=package.path)
        return
    needed = tuple(each for each in imports.all if not is_aside(each.unit.path))
    if not needed:
        yield ok("the code imports nothing outside the standard library", confidence=Confidence.MEDIUM)
        return
    yield _otherwise(dependencies, needed, documents)


def _otherwise(dependencies: Dependencies, imports: tuple[Needed, ...], documents: Documents) -> Finding:
    """What there is instead of a manifest."""
    first = imports[0]
    used = {name for needed in imports for name in distributions().providing(needed.module)}
    commands = [each for each in dependencies.installations.all if _names_used(each, used)]
    if commands:
        each = commands[0]
        named = ", ".join(f"`{r.label}`" for r in each.command.requirements[:4])
        at = Location(path=each.path, line=each.command.line, cell=each.cell or None)
        return partial(f"only an install command names {named}; no manifest lists it", at=at)
    others = [each for each in dependencies.manifests.all if each.all_names]
    if others:
        return partial(f"only `{others[0].path}` lists libraries, which is for {others[0].role}", at=others[0].path)
    if listed := dependencies.listed_in_readme:
        path, line, names = listed
        return partial(
            f"only the README lists {', '.join(f'`{n}`' for n in names[:4])}", at=Location(path=path, line=line)
        )
    broken = [each for each in documents.unreadable if each.path.endswith(("pyproject.toml", "Pipfile", "setup.py"))]
    if broken:
        return unknown(f"`{broken[0].path}` cannot be read: {broken[0].reason}", at=broken[0].path)
    further = len({each.top for each in imports}) - 1
    more = f" and {further} more are" if further else " is"
    return fail(f"`{first.top}`{more} imported, and no manifest lists it", at=first.unit.location(first.line))


def _names_used(each: Installation, used: set[str]) -> bool:
    return any(requirement.key in used for requirement in each.command.requirements)


def _count(number: int) -> str:
    return f"{number} libraries" if number != 1 else "one library"
