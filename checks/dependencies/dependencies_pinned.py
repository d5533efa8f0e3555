"""Is every library fixed to one version?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.dependencies.dependencies import Dependencies
from ml_readiness.facts.dependencies.includes import Declared
from ml_readiness.facts.dependencies.manifests import Manifest
from ml_readiness.facts.dependencies.third_party import ThirdParty
from ml_readiness.facts.project.members import Members
from ml_readiness.facts.project.project import Project
from ml_readiness.report import Effort, Finding, Location, ProjectKind, Severity

SHOWN = 12
HALF = 0.5


@check(
    "Which versions, exactly?",
    severity=Severity.HIGH,
    effort=Effort.SMALL,
    not_for=[ProjectKind.LIBRARY],
)
def dependencies_pinned(
    dependencies: Dependencies, imports: ThirdParty, project: Project, members: Members
) -> Iterator[Finding]:
    """A model is only as reproducible as the libraries it was made with: the next release of one of them changes a
    default, and the same code gives other numbers, or none.

    ## How to fix
    Commit a lock file (`uv lock`, `poetry lock`, `pip-compile`), or write every version with `==`.

    ## Sources
    - ML Test Score: Infrastructure 1
    - OpenSSF Scorecard: Pinned-Dependencies

    ## Fails
    ```python title="train.py"
    import pandas as pd
    ```
    ```text title="requirements.txt"
    pandas>=2.0
    scikit-learn
    ```

    ## Passes
    ```python title="train.py"
    import pandas as pd
    ```
    ```text title="requirements.txt"
    pandas==2.2.3
    scikit-learn==1.5.2
    ```

    ## Passes: ranges that a lock file fixes
    ```python title="train.py"
    import pandas as pd
    ```
    ```toml title="pyproject.toml"
    [project]
    name = "churn"
    version = "1"
    dependencies = ["pandas>=2"]
    ```
    ```toml title="uv.lock"
    version = 1
    requires-python = ">=3.11"

    [[package]]
    name = "pandas"
    version = "2.2.3"
    source = { registry = "https://packages.example.com/simple" }
    ```

    ## Partial
    ```python title="train.py"
    import pandas as pd
    ```
    ```text title="requirements.txt"
    pandas==2.2.3
    scikit-learn>=1.5
    ```

    ## Does not apply
    ```javascript title="index.js"
    console.log("no Python")
    ```
    """
    if not imports.code.units or dependencies.is_published_tool(project.kind):
        return
    deciding = dependencies.judged(project.kind)
    if not any(manifest.wanted for manifest, _ in deciding):
        if imports.judged:
            hint = "Write the libraries with their versions into a `requirements.txt`, and install from it."
            yield fail("no manifest names a library, so no version is fixed", hint=hint)
        return
    if project.kind is ProjectKind.COLLECTION and (silent := _silent(members, dependencies)):
        message = f"{len(silent)} of {len(members.folders)} projects say nothing of their libraries, such as this one"
        yield fail(message, at=silent[0])
        return
    open_ones = [(manifest, each) for manifest, _ in deciding for each in _open(dependencies, manifest)]
    wanted = sum(len(manifest.wanted) for manifest, _ in deciding)
    if not open_ones:
        for manifest, reason in deciding[:SHOWN]:
            yield ok(_fixed(dependencies, manifest, reason), at=manifest.path)
        return
    verdict = partial if len(open_ones) <= HALF * wanted else fail
    for manifest, each in open_ones[:SHOWN]:
        stale = dependencies.locks.stale(manifest)
        why = f", and `{stale[0].path}` does not cover it" if stale else ""
        at = Location(path=each.path, line=each.requirement.line or None)
        yield verdict(f"{_problem(each, manifest)}{why}", at=at)
    if len(open_ones) > SHOWN:
        yield verdict(f"{len(open_ones)} of {wanted} libraries are not fixed to one version", at=deciding[0][0].path)


def _silent(members: Members, dependencies: Dependencies) -> tuple[str, ...]:
    """The projects of a collection for which no manifest stands beside them or above, where these are most."""
    places = {manifest.path.rpartition("/")[0] for manifest in dependencies.manifests.all}
    found = tuple(f for f in members.folders if not any(_covers(place, f) for place in places))
    return found if len(found) > HALF * len(members.folders) else ()


def _covers(place: str, folder: str) -> bool:
    """Whether a manifest in a place is for a project: in its folder, below it, or above it."""
    return not place or place == folder or place.startswith(f"{folder}/") or folder.startswith(f"{place}/")


def _open(dependencies: Dependencies, manifest: Manifest) -> tuple[Declared, ...]:
    return () if dependencies.lock_of(manifest) is not None else manifest.open


def _fixed(dependencies: Dependencies, manifest: Manifest, reason: str) -> str:
    lock = dependencies.lock_of(manifest)
    behind = f"; {reason}" if reason else ""
    if lock is not None and lock.path != manifest.path:
        return f"`{lock.path}` fixes all {len(manifest.wanted)} libraries of `{manifest.path}`{behind}"
    return f"all {len(manifest.wanted)} libraries of `{manifest.path}` have one version{behind}"


def _problem(each: Declared, manifest: Manifest) -> str:
    found = each.requirement
    if each in manifest.doubtful:
        return f"pip cannot read the line of `{found.label}`, so it fixes no version"
    if found.is_local:
        return f"`{found.name or 'a library'}` comes from a path on one machine, not from a version that others can get"
    return f"`{found.label}` is not fixed to one version"
