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
from ml_readiness.wording import plural, quoted

SHOWN = 3
MOST = 8
"""Libraries that a sentence names."""


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
            yield ok(f"`{each.path}` lists {plural(len(each.wanted), 'library')}", at=each.path)
        return
    package = next((each for each in dependencies.manifests.runtime if each.is_package or each.extras), None)
    if package is not None and not coverage.missing:
        yield ok(f"`{package.path}` says that nothing is needed to run it", at=package.path)
        return
    needed = tuple(each for each in imports.all if not is_aside(each.unit.path))
    if not needed:
        yield ok("the code imports nothing outside the standard library", confidence=Confidence.MEDIUM)
        return
    wanted = quoted(coverage.wanted, MOST)
    hint = f"Write a `requirements.txt` with each library at the version you use: {wanted}." if wanted else None
    yield _otherwise(dependencies, needed, documents, hint)


def _otherwise(
    dependencies: Dependencies, imports: tuple[Needed, ...], documents: Documents, hint: str | None
) -> Finding:
    """What there is instead of a manifest."""
    first = imports[0]
    used = {name for needed in imports for name in distributions().providing(needed.module)}
    commands = [each for each in dependencies.installations.all if _names_used(each, used)]
    if commands:
        each = commands[0]
        named = quoted([requirement.label for requirement in each.command.requirements], MOST)
        at = Location(path=each.path, line=each.command.line, cell=each.cell or None)
        return partial(f"only an install command names {named}, and no manifest does", at=at, hint=hint)
    others = [each for each in dependencies.manifests.all if each.all_names]
    if others:
        return partial(f"only `{others[0].path}` lists libraries, which is for {others[0].role}", at=others[0].path)
    if listed := dependencies.listed_in_readme:
        path, line, names = listed
        return partial(f"only the README lists {quoted(names, MOST)}", at=Location(path=path, line=line), hint=hint)
    broken = [each for each in documents.unreadable if each.path.endswith(("pyproject.toml", "Pipfile", "setup.py"))]
    if broken:
        return unknown(f"`{broken[0].path}` cannot be read: {broken[0].reason}", at=broken[0].path)
    tops = sorted({each.top for each in imports})
    verb = "is imported, and no manifest lists it" if len(tops) == 1 else "are imported, and no manifest lists them"
    return fail(f"{quoted(tops, MOST)} {verb}", at=first.unit.location(first.line), hint=hint)


def _names_used(each: Installation, used: set[str]) -> bool:
    return any(requirement.key in used for requirement in each.command.requirements)
