"""Does anybody learn of newer and of vulnerable versions?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.dependencies.updates import PYTHON, Updates
from ml_readiness.report import Effort, Finding, Severity
from ml_readiness.wording import joined


@check("Who tells you about updates?", severity=Severity.LOW, effort=Effort.SMALL, core=False)
def dependencies_updated(updates: Updates) -> Iterator[Finding]:
    """Pinned versions stay what they are when a hole is found in them. Somebody has to say so: a bot that proposes the
    next version, or a scan that fails when a known vulnerability is installed.

    ## How to fix
    Commit a `.github/dependabot.yml` with a weekly schedule for every ecosystem that you use.

    ## Sources
    - ML Test Score: Monitoring 1
    - OpenSSF Scorecard: Dependency-Update-Tool

    ## Fails
    ```text title="requirements.txt"
    pandas==2.2.3
    ```

    ## Fails: a bot that watches nothing here
    ```text title="requirements.txt"
    pandas==2.2.3
    ```
    ```yaml title=".github/dependabot.yml"
    version: 2
    updates:
      - package-ecosystem: npm
        directory: /
        schedule: {interval: weekly}
    ```

    ## Passes
    ```text title="requirements.txt"
    pandas==2.2.3
    ```
    ```yaml title=".github/dependabot.yml"
    version: 2
    updates:
      - package-ecosystem: pip
        directory: /
        schedule: {interval: weekly}
    ```

    ## Passes: a scan in the pipeline
    ```text title="requirements.txt"
    pandas==2.2.3
    ```
    ```yaml title=".gitlab-ci.yml"
    audit:
      script: pip-audit -r requirements.txt
    ```

    ## Partial: the image is not watched
    ```text title="requirements.txt"
    pandas==2.2.3
    ```
    ```docker title="Dockerfile"
    FROM python:3.11
    ```
    ```yaml title=".github/dependabot.yml"
    version: 2
    updates:
      - package-ecosystem: pip
        directory: /
        schedule: {interval: weekly}
    ```

    ## Does not apply
    ```python title="train.py"
    print("nothing to update")
    ```
    """
    if PYTHON not in updates.ecosystems:
        return
    scanning = [each for each in updates.scanners if each.counts]
    if scanning:
        yield ok(f"`{scanning[0].tool}` looks for known vulnerabilities", at=scanning[0].location)
        return
    covered = frozenset(name for bot in updates.bots for name in bot.covers) & updates.ecosystems
    left = joined(sorted(updates.ecosystems - covered))
    for bot in updates.bots:
        if covered and not left:
            yield ok(f"{bot.tool} watches {joined(sorted(bot.covers & updates.ecosystems))}", at=bot.location)
        elif covered:
            yield partial(f"{bot.tool} is there, but nothing watches the {left}", at=bot.location)
        else:
            yield fail(f"{bot.tool} is configured to watch nothing that is here: {left}", at=bot.location)
    for each in updates.scanners if not updates.bots else ():
        yield partial(f"`{each.tool}` runs, but what it finds fails nothing", at=each.location)
    if not updates.bots and not updates.scanners:
        yield fail(f"no bot and no scan watches the {left}")
