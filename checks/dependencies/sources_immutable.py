"""Can something change under the project?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.dependencies.origins import Origins
from ml_readiness.report import Effort, Finding, Severity

SHOWN = 8


@check(
    "Is everything that gets fetched fixed to one version?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    prohibition=True,
    core=False,
)
def sources_immutable(origins: Origins) -> Iterator[Finding]:
    """A branch, an image tag or a package without a version is somebody else's next commit in your next build. It
    breaks on a day when you changed nothing, or does something that nobody reviewed.

    ## How to fix
    Pin git dependencies and third-party actions to a full commit, and give every install command versions.

    ## Sources
    - OpenSSF Scorecard: Pinned-Dependencies
    - Security hardening for GitHub Actions

    ## Fails
    ```text title="requirements.txt"
    pandas==2.2.3
    git+https://git.example.com/team/features.git@main#egg=features
    ```

    ## Fails: an image that installs whatever is newest
    ```docker title="Dockerfile"
    FROM python:3.11
    RUN pip install pandas
    ```

    ## Partial: a tag can be moved
    ```yaml title=".github/workflows/deploy.yml"
    jobs:
      deploy:
        runs-on: ubuntu-latest
        steps:
          - uses: some-vendor/deploy@v2
    ```

    ## Passes
    ```text title="requirements.txt"
    pandas==2.2.3
    git+https://git.example.com/team/features.git@0123456789abcdef0123456789abcdef01234567#egg=features
    ```

    ## Does not apply
    ```python title="train.py"
    print("fetches nothing")
    ```
    """
    if not origins.exist:
        return
    severe = [each for each in origins.mutable if each.severe]
    for each in severe[:SHOWN]:
        yield fail(f"{each.what} {each.why}", at=each.location)
    if severe:
        return
    for each in origins.mutable[:SHOWN]:
        yield partial(f"{each.what} {each.why}", at=each.location)
    if not origins.mutable:
        yield ok("nothing is fetched from a branch, by a movable tag or without a version")
