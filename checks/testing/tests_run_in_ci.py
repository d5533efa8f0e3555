"""Do the tests run on every change?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.facts.automation.ci import ContinuousIntegration, PipelineRun
from ml_readiness.facts.testing.tests import Tests
from ml_readiness.report import Confidence, Effort, Finding, Severity

SHOWN = 3
CHANGES = frozenset(("push", "pull_request"))

FAILS = (
    "Let the step fail when a test fails: no `|| true`, no `continue-on-error`, and `set -e` at the top of a script."
)


@check("Do the tests run on every change?", severity=Severity.HIGH, effort=Effort.SMALL)
def tests_run_in_ci(ci: ContinuousIntegration, tests: Tests) -> Iterator[Finding]:
    """Tests that nobody runs fail unseen: only a machine that runs them on every change, and that turns red when one
    fails, keeps a break from reaching the others.

    ## How to fix
    Add a workflow for `pull_request` whose last step is the test command, without `continue-on-error` or `|| true`.

    ## Sources
    - OpenSSF Scorecard: CI-Tests
    - Engineering best practices for ML: continuous integration

    ## Passes
    ```yaml title=".github/workflows/ci.yml"
    on: pull_request
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - run: tox -e unit
    ```
    ```ini title="tox.ini"
    [testenv:unit]
    commands = python -m pytest
    ```
    ```python title="tests/test_sum.py"
    def test_sum():
        assert sum([1, 2]) == 3
    ```

    ## Partial: the tests cannot fail the job
    ```yaml title=".gitlab-ci.yml"
    test:
      script:
        - pytest || true
    ```
    ```python title="tests/test_sum.py"
    def test_sum():
        assert sum([1, 2]) == 3
    ```

    ## Fails
    ```yaml title=".github/workflows/release.yml"
    on: push
    jobs:
      release:
        runs-on: ubuntu-latest
        steps:
          - run: pip install pytest build && python -m build
    ```
    ```python title="tests/test_sum.py"
    def test_sum():
        assert sum([1, 2]) == 3
    ```

    ## Does not apply
    ```python title="train.py"
    print("no tests")
    ```
    """
    if not (tests.functions or tests.scripts or tests.files_without_tests or tests.scripts_without_tests):
        return
    runs = ci.with_role("test") or _of_scripts(ci, tests)
    gating = [run for run in runs if not run.lost and not run.disabled]
    lost = [run for run in runs if run.lost and not run.disabled]
    disabled = [run for run in runs if run.disabled]
    if gating:
        gating.sort(key=lambda run: CHANGES.isdisjoint(run.pipeline.triggers))
        for run in _one_for_each(gating)[:SHOWN]:
            yield ok(f"{_what(run)}{_when(run)}", at=run.location, confidence=_confidence(run))
    elif lost:
        for run in _one_for_each(lost)[:SHOWN]:
            where = "" if run.run.path == run.pipeline.path else f" ({run.run.location})"
            message = f"{_what(run)}, but {run.lost}{where}"
            yield partial(message, at=run.location, confidence=_confidence(run), hint=FAILS)
    elif disabled:
        message = f"{_what(disabled[0])}, but {disabled[0].disabled} keeps it from running"
        yield partial(message, at=disabled[0].location, hint="Take away what keeps the step from running.")
    elif ci.commented:
        message = "the step that would run the tests is commented out"
        yield partial(message, at=ci.commented[0], hint="Put the step back, and repair what it finds.")
    elif ci.unknown:
        what, at = ci.unknown[0]
        yield unknown(f"`{what}` may run the tests; it is not in the tree", at=at)
    elif ci.exists:
        yield fail("continuous integration is configured, but nothing in it runs the tests", at=_first(ci))
    else:
        yield fail("no configuration of continuous integration was found, so nothing runs the tests")


def _of_scripts(ci: ContinuousIntegration, tests: Tests) -> tuple[PipelineRun, ...]:
    """Runs of the scripts that are tests by their place, though no runner would find a test in them."""
    scripts = frozenset(tests.files_without_tests)
    return tuple(run for run in ci.runs if not scripts.isdisjoint(word.removeprefix("./") for word in run.run.words))


def _one_for_each(runs: list[PipelineRun]) -> list[PipelineRun]:
    """The first run of each pipeline."""
    direct_first = sorted(runs, key=lambda run: run.run.path != run.pipeline.path)
    return list({run.pipeline.path: run for run in reversed(direct_first)}.values())[::-1]


def _what(run: PipelineRun) -> str:
    job = f" in job `{run.job}`" if run.job else ""
    hops = [hop.text.split("\n")[0] for hop in run.run.trail]
    through = f" through `{hops[0]}`" if hops and hops[0] != run.run.shown else ""
    return f"`{run.run.shown}` runs{job}{through}"


def _when(run: PipelineRun) -> str:
    triggers = run.pipeline.triggers
    if not triggers or not CHANGES.isdisjoint(triggers) or "call" in triggers:
        return ""
    return f", but only on {' or '.join(triggers)}"


def _confidence(run: PipelineRun) -> Confidence:
    return Confidence.MEDIUM if run.run.trail else Confidence.HIGH


def _first(ci: ContinuousIntegration) -> str:
    return next(iter(ci.pipelines.paths))
