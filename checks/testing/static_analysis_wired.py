"""Do a linter and a type checker read every change?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.automation.analysis import Analysis, Reading
from ml_readiness.facts.source.code import Code
from ml_readiness.report import Effort, Finding, Severity

KINDS = {"lint": "linter", "types": "type checker", "security": "security scanner"}


@check("Do a linter and a type checker read every change?", severity=Severity.LOW, effort=Effort.SMALL, core=False)
def static_analysis_wired(analysis: Analysis, code: Code) -> Iterator[Finding]:
    """A linter and a type checker find undefined names, unused results and wrong arguments in seconds, in code that no
    test reaches; set up but run by nobody, they find nothing.

    ## How to fix
    Put ruff and mypy (or pyright) into `.pre-commit-config.yaml` and run
    `pre-commit run --all-files` in one step of CI.

    ## Sources
    - Engineering best practices for ML: static analysis
    - OpenSSF Scorecard: SAST

    ## Passes
    ```yaml title=".github/workflows/ci.yml"
    on: pull_request
    jobs:
      lint:
        steps:
          - run: ruff check . && mypy src
    ```
    ```python title="src/model.py"
    x = 1
    ```

    ## Partial: hooks that nothing runs
    ```yaml title=".pre-commit-config.yaml"
    repos:
      - repo: https://github.com/astral-sh/ruff-pre-commit
        rev: v0.9.0
        hooks:
          - id: ruff
    ```
    ```python title="src/model.py"
    x = 1
    ```

    ## Fails
    ```python title="src/model.py"
    x = 1
    ```

    ## Does not apply
    ```markdown title="README.md"
    # Notes
    ```
    """
    if not code.units:
        return
    gating = {each.role: each for each in reversed(analysis.run) if not each.lost}
    if "lint" in gating and gating.keys() & {"types", "security"}:
        for role, each in sorted(gating.items()):
            yield ok(f"{each.name}, a {KINDS[role]}, runs on changes", at=each.location)
    elif gating:
        role, each = next(iter(gating.items()))
        missing = "no type checker or security scanner does" if role == "lint" else "no linter does"
        yield partial(f"{each.name}, a {KINDS[role]}, runs on changes; {missing}", at=each.location)
    elif analysis.run:
        each = analysis.run[0]
        yield partial(f"{each.name} runs, but {each.lost}", at=each.location)
    elif analysis.configured:
        yield _unused(analysis.configured[0])
    else:
        yield fail("no linter, type checker or security scanner is set up")


def _unused(each: Reading) -> Finding:
    hint = f"Run {each.name} on every change: in one step of CI, or by `pre-commit run --all-files` there."
    return partial(f"{each.name} is set up, and nothing in CI runs it", at=each.location, hint=hint)
