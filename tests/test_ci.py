"""Whether the tests run on every change: traps of real pipelines."""

from __future__ import annotations

import pytest

from ml_readiness.facts.automation.ci import ContinuousIntegration
from ml_readiness.report import Outcome
from tests.auditing import Answer, answer, facts_of

TEST = {
    "tests/test_a.py": "from app import f\n\ndef test_f():\n    assert f() == 1\n",
    "app.py": "def f():\n    return 1\n",
}


def ask(files: dict[str, str]) -> Answer:
    return answer("tests-run-in-ci", {**TEST, **files})


def workflow(steps: str, extra: str = "", on: str = "push") -> dict[str, str]:
    return {".github/workflows/ci.yml": f"on: {on}\njobs:\n  test:\n    runs-on: x\n{extra}    steps:\n{steps}"}


def test_a_reusable_workflow_gets_its_inputs() -> None:
    files = workflow("", on="push") | {
        ".github/workflows/ci.yml": "on: push\njobs:\n"
        "  t: {uses: ./.github/workflows/run.yml, with: {command: pytest}}\n",
        ".github/workflows/run.yml": "on: {workflow_call: {inputs: {command: {type: string}}}}\n"
        "jobs:\n  r:\n    steps:\n"
        "      - run: ${{ inputs.command }}\n",
    }
    found = ask(files)
    assert found.outcome is Outcome.PASS
    assert ".github/workflows/ci.yml:3" in found.places


def test_a_composite_action_is_looked_into() -> None:
    action = (
        "inputs: {cmd: {default: pytest}}\nruns:\n  using: composite\n"
        "  steps: [{run: '${{ inputs.cmd }}', shell: bash}]\n"
    )
    used = workflow("      - uses: ./.github/actions/t\n")
    assert ask(used | {".github/actions/t/action.yml": action}).outcome is Outcome.PASS
    given = workflow("      - uses: ./.github/actions/t\n        with: {cmd: ls}\n")
    assert ask(given | {".github/actions/t/action.yml": action}).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("steps", "extra", "reason"),
    [
        ("      - run: pytest || true\n", "", "`|| true` swallows"),
        ("      - {run: pytest, continue-on-error: true}\n", "", "`continue-on-error` on the step"),
        ("      - run: pytest\n", "    continue-on-error: true\n", "`continue-on-error` on the job"),
        ("      - run: pytest | tee log\n", "", "pipe"),
        ("      - run: bash t.sh\n", "", "no `set -e`"),
        ("      - {run: pytest, if: false}\n", "", "`if: false` keeps it from running"),
        ("      - run: ls\n      # - run: pytest\n", "", "commented out"),
        ("      - run: |\n          set +e\n          pytest\n          echo done\n", "", "no `set -e`"),
    ],
)
def test_what_can_not_fail_is_half_done(steps: str, extra: str, reason: str) -> None:
    found = ask(workflow(steps, extra) | {"t.sh": "pytest\nls\n"})
    assert found.outcome is Outcome.PARTIAL
    assert reason in found.messages


@pytest.mark.parametrize(
    "steps",
    [
        "      - {run: pytest | tee log, shell: bash}\n",
        "      - run: pytest; rc=$?; ls; exit $rc\n",
        "      - {run: pytest, continue-on-error: '${{ matrix.x }}'}\n",
        "      - {run: pytest, working-directory: sub, if: always()}\n",
        "      - run: |\n          cd x\n          pytest && echo ok\n",
        "      - {uses: someone/action@v1, with: {run: pytest}}\n",
        "      - uses: nick-fields/retry@v3\n        with: {command: make -k test}\n",
        "      - uses: pre-commit/action@v3\n",
    ],
)
def test_what_can_fail_passes(steps: str) -> None:
    hook = "repos: [{repo: local, hooks: [{id: pytest, entry: uv run pytest, language: system}]}]"
    found = ask(workflow(steps) | {"Makefile": "test:\n\tpytest\n", ".pre-commit-config.yaml": hook})
    assert found.outcome is Outcome.PASS, found.messages


@pytest.mark.parametrize(
    "files",
    [
        {".travis.yml": "script: pytest\n"},
        {".gitlab-ci.yml": "t: {script: [pytest]}\n"},
        {"azure-pipelines.yml": "steps: [{script: pytest}]\n"},
        {"Jenkinsfile": "node { sh 'pytest' }\n"},
        {"cloudbuild.yaml": "steps: [{name: python, entrypoint: python, args: [-m, pytest]}]\n"},
        {"bitbucket-pipelines.yml": "pipelines: {default: [{step: {script: [pytest]}}]}\n"},
        {".circleci/config.yml": "jobs: {build: {steps: [{run: pytest}]}}\n"},
        {
            ".gitlab-ci.yml": "t: {script: [./batect --output=all units]}\n",
            "batect.yml": "tasks: {units: {prerequisites: [all]}, all: {run: {command: pytest}}}",
            "batect": "#!/bin/sh\nexec java -jar batect.jar",
        },
    ],
)
def test_every_system_counts(files: dict[str, str]) -> None:
    assert ask(files).outcome is Outcome.PASS


def test_rare_runs_pass_and_say_so() -> None:
    found = ask(workflow("      - run: pytest\n", on="workflow_dispatch"))
    assert found.outcome is Outcome.PASS
    assert "only on manual" in found.messages


def test_what_the_tree_does_not_show_is_unknown() -> None:
    remote = {
        ".github/workflows/ci.yml": "on: push\njobs: {t: {uses: org/shared/.github/workflows/python-tests.yml@v1}}\n"
    }
    assert ask(remote).outcome is Outcome.UNKNOWN
    release = {".github/workflows/r.yml": "on: push\njobs: {t: {uses: org/shared/.github/workflows/release.yml@v1}}\n"}
    assert ask(release).outcome is Outcome.FAIL
    assert ask(workflow("      - run: ./generated/run_tests.sh\n")).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"tox.ini": "[testenv]\ncommands = pytest\n", "Makefile": "test:\n\tpytest\n"},
        {".pre-commit-config.yaml": "repos: [{repo: local, hooks: [{id: pytest, entry: pytest, language: system}]}]"},
        {"docs/.github/workflows/ci.yml": "jobs: {t: {steps: [{run: pytest}]}}"},
        workflow("      - run: pip install -r requirements-test.txt\n      - uses: codecov/codecov-action@v4\n"),
        workflow("      - run: echo 'run pytest before you push'\n"),
        {".github/workflows/broken.yml": "on: [push\n"},
    ],
)
def test_what_does_not_run_them_fails(files: dict[str, str]) -> None:
    assert ask(files).outcome is Outcome.FAIL


def test_without_tests_the_question_does_not_arise() -> None:
    assert answer("tests-run-in-ci", workflow("      - run: pytest\n")).outcome is Outcome.NOT_APPLICABLE


def test_workflows_that_call_each_other_end() -> None:
    files = {
        f".github/workflows/{a}.yml": f"on: push\n"
        f"jobs: {{x: {{uses: ./.github/workflows/{b}.yml}}, y: {{uses: ./.github/workflows/{b}.yml}}}}"
        for a, b in (("a", "b"), ("b", "a"))
    }
    action = "runs: {using: composite, steps: [{uses: ./.github/actions/x}, {uses: ./.github/actions/x}]}"
    used = workflow("      - uses: ./.github/actions/x\n")
    ci = facts_of(files | used | {".github/actions/x/action.yml": action}).get(ContinuousIntegration)
    assert len(ci.runs) < 100


ENTERED = """#!/bin/bash -e
if [ "$1" = "test" ]; then
    exec nosetests app
elif [ "$1" = "lint" ]; then
    exec flake8 app
else
    exec "$@"
fi
"""


@pytest.mark.parametrize(
    ("handed", "expected"),
    [
        ("docker run -it registry/app:1 test", Outcome.PASS),
        ("docker run registry/app:1 lint", Outcome.FAIL),
        ("docker compose run --rm app test", Outcome.PASS),
        ("docker push registry/app:1 test", Outcome.FAIL),
    ],
)
def test_words_behind_an_image_are_handed_to_the_script_that_enters_it(handed: str, expected: Outcome) -> None:
    files = workflow(f"      - run: {handed}\n") | {
        "entrypoint.sh": ENTERED,
        "Dockerfile": 'FROM python:3.12\nCOPY entrypoint.sh /src/\nENTRYPOINT ["./entrypoint.sh"]\n',
    }
    assert ask(files).outcome is expected
    assert ask(files | {"Dockerfile": "FROM python:3.12\n"}).outcome is Outcome.FAIL
