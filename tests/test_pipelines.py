"""Pipelines of every system as jobs and steps, whatever the text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_readiness.documents import Unreadable, parse
from ml_readiness.facts.automation.pipelines import READERS, Pipelines, system_of
from ml_readiness.parsers.pipelines.jenkins import Jenkinsfile
from ml_readiness.parsers.pipelines.model import Pipeline, fill, variants
from ml_readiness.parsers.pipelines.simple import drone
from ml_readiness.parsers.yaml import YamlFile
from tests.auditing import facts_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(path: str, text: str, others: Mapping[str, str] | None = None) -> Pipeline:
    pipeline = facts_of({path: text, **(others or {})}).get(Pipelines).read(path, system_of(path))
    assert pipeline is not None
    return pipeline


def texts(pipeline: Pipeline) -> list[str]:
    """Every text that is run, with values put in, without steps that are never run."""
    return [
        text.strip()
        for job in pipeline.jobs
        for step in job.steps
        if not job.disabled and not step.disabled
        for text, _ in step.filled()
        if text
    ]


@pytest.mark.parametrize(
    ("path", "system"),
    [
        (".github/workflows/a.yaml", "github"), ("x/.github/workflows/a.yml", ""), (".gitlab-ci.yml", "gitlab"),
        ("ci/azure-pipelines-nightly.yml", "azure"), (".azure-pipelines/x.yml", "azure"),
        (".circleci/config.yml", "circleci"), ("Jenkinsfile.prod", "jenkins"),
        ("deploy/cloudbuild.yaml", "cloudbuild"), ("cloudbuild/pr.yaml", "cloudbuild"),
        ("buildspec-test.yml", "codebuild"), (".woodpecker/test.yml", "woodpecker"), ("README.md", ""),
        ("docs/travis.yml", ""),
    ],
)  # fmt: skip
def test_systems_are_known_by_their_paths(path: str, system: str) -> None:
    assert system_of(path) == system


def test_github_values_shells_and_failures() -> None:
    text = """
on: {push: {tags: ['v*']}, schedule: [{cron: '0 1 * * *'}], pull_request_target: }
env: {A: one}
defaults: {run: {working-directory: sub}}
jobs:
  test:
    strategy:
      matrix:
        env: [lint, py]
        include: [{env: extra, continue: true}]
    env: {TOXENV: '${{ matrix.env }}'}
    continue-on-error: ${{ matrix.continue }}
    steps:
      - run: tox -e ${{ matrix.env }} ${{ env.A }} ${{ secrets.X }}
      - {run: pytest, shell: bash, continue-on-error: true}
      - {run: never, if: '${{ false }}'}
  windows:
    runs-on: windows-latest
    steps: [{run: pytest}]
  off:
    if: false
    steps: [{run: off}]
"""
    found = read(".github/workflows/a.yml", text)
    assert found.triggers == ("tag", "schedule", "pull_request")
    assert found.schedules == (("0 1 * * *", 2),)
    assert texts(found) == [
        "tox -e lint one ${{ secrets.X }}", "tox -e py one ${{ secrets.X }}", "tox -e extra one ${{ secrets.X }}",
        "pytest", "pytest",
    ]  # fmt: skip
    job = found.jobs[0]
    assert job.lost == ""
    assert job.steps[0].folder == "sub"
    assert [dict(run)["env.TOXENV"] for run in job.steps[0].variants] == ["lint", "py", "extra"]
    assert (job.steps[1].lost, job.steps[1].options.pipefail) == ("`continue-on-error` on the step", True)
    assert (found.jobs[1].steps[0].dialect, found.jobs[1].steps[0].options.errexit) == ("powershell", False)


def test_gitlab_extends_references_includes_and_rules() -> None:
    text = """
include: ['/ci/base.yml', {remote: 'https://example.com/x.yml'}]
default: {before_script: [pip install .]}
.hidden: {script: [hidden]}
test:
  extends: .base
  variables: {X: '1'}
  script:
    - !reference [.setup, script]
    - |
      pytest
      ls
never: {script: [never], rules: [{when: never}]}
may: {script: [may], allow_failure: true, before_script: []}
"""
    base = ".setup: {script: [setup]}\n.base:\n  image: python:3.12\n  parallel: {matrix: [{P: [a, b]}]}\n"
    found = read(".gitlab-ci.yml", text, {"ci/base.yml": base})
    jobs = {job.name: job for job in found.jobs}
    assert set(jobs) == {"test", "never", "may"}
    assert jobs["test"].image == "python:3.12"
    assert [dict(run)["env.P"] for run in jobs["test"].variants] == ["a", "b"]
    assert jobs["never"].disabled
    assert jobs["may"].lost == "`allow_failure`"
    assert found.unknown == (("remote https://example.com/x.yml", 2),)
    assert any("setup" in text and "pytest" in text for text in texts(found))


def test_azure_templates_loops_and_matrices() -> None:
    text = """
trigger: [main]
jobs:
  - template: ci/job.yml
    parameters:
      suites: {unit: pytest unit, all: pytest}
  - template: x.yml@other
  - job: b
    variables: {CMD: tox}
    steps:
      - bash: $(CMD) -e py
        workingDirectory: $(Build.SourcesDirectory)/sub
        continueOnError: true
      - {script: never, enabled: false}
      - task: PythonScript@0
        inputs: {scriptPath: run.py}
"""
    template = """
parameters: {suites: {}}
jobs:
  - job: a
    strategy:
      matrix:
        ${{ each suite in parameters.suites }}:
          ${{ suite.key }}: {command: '${{ suite.value }}'}
    steps:
      - ${{ if eq(1, 1) }}:
        - script: $(command)
"""
    found = read("azure-pipelines.yml", text, {"ci/job.yml": template})
    assert texts(found) == ["pytest unit", "pytest", "tox -e py", "python run.py"]
    assert found.jobs[1].steps[0].lost
    assert found.unknown == (("template x.yml@other", 7),)
    assert found.triggers == ("push", "pull_request")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".pipelines/pr.yml", "pr: [main]\npool: {vmImage: x}\nsteps: [{template: steps.yml}]\n", True),
        ("mlops/devops-pipelines/train.yml", "trigger: none\nstages: [{stage: Train}]\n", True),
        ("eng/release.yaml", "schedules: [{cron: x}]\njobs: [{job: a}]\n", True),
        (".ado/check.yml", "trigger: [main]\nextends: {template: t.yml}\n", True),
        ("ci-build.yml", "trigger: [main]\nsteps: [{script: pytest}]\n", True),
        (".pipelines/steps.yml", "steps: [{script: pytest}]\n", False),
        ("pipelines/train.yml", "$schema: x\ntrigger: {a: 1}\njobs: [{job: a}]\n", False),
        ("conf/model.yml", "trigger: [main]\nsteps: [{script: pytest}]\n", False),
        (".github/workflows/deep/ci.yml", "trigger: [main]\nsteps: [{script: pytest}]\n", False),
        ("ml/pipelines/scoring.yml", "trigger: daily\nsteps: [{name: load}, {name: score}]\n", False),
    ],
)
def test_azure_takes_files_of_any_name(path: str, text: str, expected: bool) -> None:
    assert (path in facts_of({path: text}).get(Pipelines).paths) is expected


def test_azure_templates_alone_start_nothing() -> None:
    files = {
        "azure-pipelines.yml": "jobs: []",
        "ci/azure-pipelines/steps.yml": "parameters: {a: 1}\nsteps: [{script: x}]",
    }
    assert list(facts_of(files).get(Pipelines).paths) == ["azure-pipelines.yml"]


def test_circleci_commands_parameters_and_workflows() -> None:
    text = """
version: 2.1
orbs: {py: circleci/python@2}
commands:
  tests:
    parameters: {env: {type: string, default: py}}
    steps: [{run: {name: t, command: tox -e << parameters.env >>}}]
jobs:
  a:
    parameters: {v: {type: string}}
    docker: [{image: 'python:<< parameters.v >>'}]
    working_directory: ~/repo/sub
    steps: [checkout, {tests: {env: 'py<< parameters.v >>'}}, {when: {condition: x, steps: [{run: ls}]}}, tests]
  unused: {steps: [{run: unused}]}
workflows:
  main:
    jobs:
      - a: {matrix: {parameters: {v: ['38', '39']}}}
      - py/test
"""
    found = read(".circleci/config.yml", text)
    assert texts(found) == ["tox -e py38", "tox -e py39", "ls", "tox -e py"]
    assert found.jobs[0].steps[0].folder == "~/repo/sub"
    assert found.unknown == (("orb py/test", 19),)


def test_travis_combinations_defaults_and_phases() -> None:
    text = (
        "language: python\nenv:\n  global: A=1\n  jobs: [TOXENV=py38, 'TOXENV=lint B=2']\n"
        "script: [tox, 'pytest | cat']\n"
    )
    text += "after_success: coverage\njobs:\n  include:\n    - {name: x, script: make, env: C=3}\n"
    found = read(".travis.yml", text)
    assert [job.name for job in found.jobs] == ["build", "x"]
    assert [dict(run)["env.TOXENV"] for run in found.jobs[0].variants] == ["py38", "lint"]
    assert [step.text for step in found.jobs[0].steps] == ["tox", "pytest | cat", "coverage"]
    assert found.jobs[0].steps[2].lost
    assert texts(read(".travis.yml", "language: node_js\n")) == ["npm test"]


def test_jenkins_declarative_and_scripted() -> None:
    text = r"""
@Library('shared') _
pipeline {
  triggers { cron('H 2 * * *') }
  stages { stage('Test') { steps {
    // sh 'comment'
    sh label: 'l', script: "pytest ${env.X} \"a\""
    dir('sub') { sh '''tox
        -e py''' }
    catchError { sh 'flaky' }
  } } }
}
node { def rc = sh(script: 'check', returnStatus: true) }
"""
    found = Jenkinsfile.parse(text.encode())
    assert [(s.text.split("\n")[0], s.stage, s.folder) for s in found.commands] == [
        ('pytest ${X} "a"', "Test", ""), ("tox", "Test", "sub"), ("flaky", "Test", ""), ("check", "", "")
    ]  # fmt: skip
    assert [bool(s.lost) for s in found.commands] == [False, False, True, True]
    assert found.pipeline("Jenkinsfile").schedules == (("H 2 * * *", 4),)
    only = Jenkinsfile.parse(b"@Library('x') _\nstandardPipeline()\n").pipeline("Jenkinsfile")
    assert only.unknown == (("Library x", 1),)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("bitbucket-pipelines.yml", "pipelines:\n  default:\n    - parallel:\n"
            "        - step: {script: [pytest]}\n        - step: {script: [{pipe: x}]}\n", ["pytest"]),
        (".buildkite/p.yml", "steps:\n  - group: g\n    steps: [{command: [a, b]}]\n"
            "  - {command: c, skip: true}\n  - wait\n", ["a", "b"]),
        (".woodpecker.yml", "steps:\n  test: {image: x, commands: [pytest]}\n", ["pytest"]),
        ("appveyor.yml", "test_script:\n  - cmd: pytest\n  - ps: tox\n", ["pytest", "tox"]),
        ("buildspec.yml", "phases:\n  build: {commands: [pytest]}\n", ["pytest"]),
        (".semaphore/semaphore.yml", "blocks: [{task: {prologue: {commands: [a]}, jobs: [{name: "
            "x, commands: [b]}]}}]", ["a", "b"]),
        (".cirrus.yml", "test_task: {test_script: [pytest]}", ["pytest"]),
        ("codefresh.yml", "steps: {t: {commands: [pytest]}}", ["pytest"]),
    ],
)  # fmt: skip
def test_simple_systems(path: str, text: str, expected: list[str]) -> None:
    assert texts(read(path, text)) == expected


def test_cloud_build_starts_programs_without_a_shell() -> None:
    text = (
        "steps:\n- {name: gcr.io/cloud-builders/docker, args: [build, .]}\n- name: python\n"
        "  entrypoint: bash\n  args: [-c, 'pytest']\n"
    )
    text += "- {name: x, script: ls, allowFailure: true}\n"
    found = read("cloudbuild.yaml", text)
    assert [job.steps[0].words for job in found.jobs] == [("docker", "build", "."), ("bash", "-c", "pytest"), ()]
    assert found.jobs[2].steps[0].lost == "`allowFailure`"


def test_drone_documents_are_pipelines() -> None:
    file = YamlFile.parse(
        b"kind: pipeline\nsteps: [{name: a, commands: [x], failure: ignore}]\n---\nsteps: [{name: b, commands: [y]}]\n"
    )
    found = drone(file.documents, ".drone.yml", "drone")
    assert [(job.name, job.lost) for job in found.jobs] == [("a", "`failure: ignore`"), ("b", "")]


def test_values_and_variants() -> None:
    assert fill("${{ a }} ${{ x || a }} ${{ unknown }}", {"a": "1"}) == "1 1 ${{ unknown }}"
    assert len(variants({"a": ("1", "2"), "b": ("x", "y")})) == 4
    many = variants({"a": tuple(map(str, range(50))), "b": ("x", "y")})
    assert len(many) == 24
    assert {run["b"] for run in many} == {"x", "y"}


def test_loops_of_commands_and_references_end() -> None:
    circle = "commands:\n" + "".join(f"  c{i}: {{steps: [{', '.join(['c' + str(i + 1)] * 20)}]}}\n" for i in range(9))
    circle += "jobs: {a: {steps: [c0]}}\n"
    lab = ".a: {script: [" + "!reference [.a, script], " * 50 + "]}\nt: {script: [!reference [.a, script]]}\n"
    start = time.process_time()
    read(".circleci/config.yml", circle)
    read(".gitlab-ci.yml", lab)
    read("azure-pipelines.yml", "jobs: [{template: azure-pipelines.yml}, {template: azure-pipelines.yml}]")
    assert time.process_time() - start < 6


PIECES = ["jobs:", "  a:", "    steps:", "      - run: x", "  script: "
    "[a, [b]]", "- template: a.yml", "on: push", "stages: 3",
          "commands: {a: b}", "strategy: {matrix: {a: [1, "
              "{b: c}]}}", "<<: *a", "&a", "include: 5", "pipelines: []", "{", "- - -"]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_any_yaml_is_some_pipeline(lines: list[str]) -> None:
    found = parse(YamlFile, "x.yml", "\n".join(lines).encode())
    if not isinstance(found, Unreadable):
        for reader in READERS.values():
            texts(reader(found.root, "x.yml", lambda _: None))
        drone(found.documents, "x.yml", "drone")


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(alphabet="sh'\"(){}/*\\\n stage:,=$@", max_size=120).map(str.encode)))
def test_any_groovy_is_read_or_refused(data: bytes) -> None:
    found = parse(Jenkinsfile, "Jenkinsfile", data)
    if not isinstance(found, Unreadable):
        assert msgspec.json.decode(msgspec.json.encode(found), type=Jenkinsfile) == found
        texts(found.pipeline("Jenkinsfile"))
