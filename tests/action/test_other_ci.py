"""The examples for other systems: their shell is run as it stands in the documentation, on a change that is worse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.action import checkouts
from tests.action.documents import examples
from tests.action.tools import ROOT
from tests.repositories import IDENTITY, Made

DOCKER = """\
import os, subprocess, sys
arguments = sys.argv[1:]
image = next(n for n, a in enumerate(arguments) if a.startswith("registry.example.com/"))
volumes = [arguments[n + 1].split(":")[:2] for n, a in enumerate(arguments[:image]) if a == "--volume"]
command = arguments[image + 1:]
for outside, inside in volumes:
    command = [part.replace("=" + inside, "=" + outside) for part in command]
    if inside == "/repository":
        os.chdir(outside)
sys.exit(subprocess.run(["ml-readiness", *command]).returncode)
"""
"""A `docker run` without containers: what is mounted is used where it is."""


@pytest.fixture
def merged(tmp_path: Path) -> checkouts.Checkout:
    return checkouts.opened(tmp_path / "pull", depth=None)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, text in (("ml-readiness", "from ml_readiness.cli import run\nrun()\n"), ("docker", DOCKER)):
        script = folder / f"{name}.py"
        script.write_text(text)
        (folder / name).write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "{script}" "$@"\n')
        (folder / name).chmod(0o755)
    return folder


def shell(program: str, script: str, folder: Path, programs: Path, **environment: str) -> int:
    """The exit code of a script in a checkout."""
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [program, "-e", "-c", script],
        cwd=folder,
        env={**os.environ, **IDENTITY, "PATH": path, **environment},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.returncode


def test_gitlab_shows_findings_in_the_merge_request(merged: checkouts.Checkout, programs: Path) -> None:
    job = yaml.safe_load(examples()[".gitlab-ci.yml"])["ml-readiness"]
    (script,) = job["script"]
    folder = merged.workspace
    assert shell("sh", script, folder, programs, CI_MERGE_REQUEST_DIFF_BASE_SHA=merged.base) == 1
    findings = json.loads((folder / job["artifacts"]["reports"]["codequality"]).read_text())
    assert "dependencies-pinned" in {finding["check_name"] for finding in findings}
    assert all((folder / path).is_file() for path in job["artifacts"]["paths"])
    assert shell("sh", script, folder, programs) == 0


def test_azure_compares_with_the_first_parent(merged: checkouts.Checkout, programs: Path, tmp_path: Path) -> None:
    pipeline = yaml.safe_load(examples()["azure-pipelines.yml"])
    (script,) = [step["bash"] for step in pipeline["steps"] if "bash" in step]
    staging = tmp_path / "staging"
    given = {"BUILD_ARTIFACTSTAGINGDIRECTORY": str(staging)}
    assert shell("bash", script, merged.workspace, programs, BUILD_REASON="PullRequest", **given) == 1
    (tests,) = [step["inputs"]["testResultsFiles"] for step in pipeline["steps"] if "task" in step]
    assert Path(tests.replace("$(Build.ArtifactStagingDirectory)", str(staging))).is_file()
    assert (staging / "ml-readiness/report.html").is_file()
    assert shell("bash", script, merged.workspace, programs, BUILD_REASON="IndividualCI", **given) == 0


def test_jenkins_compares_with_the_target_branch(merged: checkouts.Checkout, programs: Path) -> None:
    script = examples()["Jenkinsfile"].partition("sh '''")[2].partition("'''")[0]
    Made(merged.workspace).git("update-ref", "refs/remotes/origin/main", merged.base)
    assert shell("sh", script, merged.workspace, programs, CHANGE_TARGET="main") == 1
    assert json.loads((merged.workspace / "ml-readiness.sarif").read_text())["version"] == "2.1.0"
    assert (merged.workspace / "ml-readiness.html").is_file()
    assert shell("sh", script, merged.workspace, programs) == 0


def test_the_hook_stops_a_commit_that_makes_something_worse(merged: checkouts.Checkout, programs: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    used = yaml.safe_load(examples()[".pre-commit-config.yaml"])
    assert used["repos"][0]["hooks"] == [{"id": hook["id"]}]
    made = Made(merged.workspace)
    made.git("checkout", "-q", "--detach", merged.base)
    assert shell("sh", hook["entry"], made.path, programs) == 0
    made.write(checkouts.AFTER)
    assert shell("sh", hook["entry"], made.path, programs) == 1
