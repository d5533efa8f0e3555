"""The image: built where a builder and a base can be had, small, without rights, and as good as the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.action import checkouts
from tests.action.tools import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LOCAL_BASE = "localhost/ml-readiness-base"
"""What `tests/action/base` makes, for machines that cannot fetch the base that the Dockerfile names."""
NAME = "localhost/ml-readiness:test"
CERTIFICATES = "/etc/ssl/certs"
LIMITS = ("--runtime", "runc", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")


def call(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False, encoding="utf-8")


def has_docker() -> bool:
    return shutil.which("docker") is not None and call("docker", "info").returncode == 0


def builder() -> list[str]:
    """How to build, or the test is skipped."""
    if has_docker():
        return ["docker", "build"]
    if not (shutil.which("buildah") and shutil.which("podman")):
        pytest.skip("neither docker nor buildah with podman is there: run tests/action/install")
    if call("buildah", "inspect", "--type", "image", LOCAL_BASE).returncode:
        pytest.skip("there is no base for the image: run tests/action/base")
    certificates = [
        "--volume",
        f"{CERTIFICATES}:{CERTIFICATES}:ro",
        "--env",
        f"PIP_CERT={CERTIFICATES}/ca-certificates.crt",
    ]
    return ["buildah", "bud", "--network", "host", "--pull-never", "--build-arg", f"BASE={LOCAL_BASE}", *certificates]


@pytest.fixture(scope="module")
def image() -> str:
    done = call(*builder(), "--tag", NAME, ".", BUILDAH_ISOLATION="chroot")
    assert done.returncode == 0, done.stdout + done.stderr
    return NAME


def run(image: str, repository: Path, *command: str, entry: str | None = None) -> subprocess.CompletedProcess[str]:
    """The image as its documentation says: no network, and a repository that it cannot write to."""
    program = ["docker"] if has_docker() else ["podman", "--cgroup-manager", "cgroupfs"]
    options = ["run", "--rm", "--network", "none", "--volume", f"{repository}:/repository:ro"]
    options += [] if program == ["docker"] else LIMITS
    return call(*program, *options, *(["--entrypoint", entry] if entry else []), image, *command)


def test_the_image_audits_what_is_mounted_and_compares(image: str, tmp_path: Path) -> None:
    checkout = checkouts.opened(tmp_path, depth=None)
    tmp_path.chmod(0o755)
    done = run(image, checkout.workspace, "audit", "--base", "HEAD^1", "--format", "json", "--fail-on-regression")
    assert done.returncode == 1, done.stderr
    assert "dependencies-pinned got worse" in done.stderr
    report = json.loads(done.stdout)
    assert report["complete"]
    assert report["comparison"]["revision"] == checkout.base


def test_without_a_command_the_image_audits(image: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "train.py").write_text("import torch\n")
    done = run(image, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "To fix" in done.stdout


def test_the_image_has_no_rights_and_imports_nothing_of_the_audited(image: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "click.py").write_text("raise SystemExit(9)\n")
    (tmp_path / "README.md").write_text("# A\n")
    done = run(image, tmp_path, "-c", "id -u && ml-readiness --version && git --version", entry="sh")
    assert done.returncode == 0, done.stderr
    user, version, git = done.stdout.splitlines()
    assert user == "10001"
    assert version.startswith("ml-readiness ")
    assert git.startswith("git version ")


def test_the_image_passes_our_own_questions_about_images(image: str) -> None:
    done = run(image, ROOT, "audit", "--format", "json")
    assert done.returncode == 0, done.stderr
    outcomes = {result["check"]: result["outcome"] for result in json.loads(done.stdout)["results"]}
    assert outcomes["base-image-pinned"] == "pass"
    assert outcomes["deploy-files-consistent"] == "pass"
