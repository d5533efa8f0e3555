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

BASE = os.environ.get("ML_READINESS_TEST_BASE", "")
"""A base that is here already, for machines that cannot fetch the one that the Dockerfile names."""
NAME = "ml-readiness:test"
CERTIFICATES = "/etc/ssl/certs"


def call(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False, encoding="utf-8")


def builder() -> list[str]:
    """How to build, or the test is skipped."""
    argument = ["--build-arg", f"BASE={BASE}"] if BASE else []
    if shutil.which("docker") and call("docker", "info").returncode == 0:
        return ["docker", "build", *argument]
    if not shutil.which("buildah"):
        pytest.skip("neither docker nor buildah can build here")
    local = ["--pull-never", "--volume", f"{CERTIFICATES}:{CERTIFICATES}:ro"] if BASE else []
    local += ["--env", f"PIP_CERT={CERTIFICATES}/ca-certificates.crt"] if BASE else []
    return ["buildah", "bud", "--network", "host", *argument, *local]


@pytest.fixture(scope="module")
def image() -> str:
    if not (ROOT / ".git").exists():
        pytest.skip("the image is built from a git checkout")
    done = call(*builder(), "--tag", NAME, ".", BUILDAH_ISOLATION="chroot")
    if done.returncode and not BASE:
        pytest.skip(f"the image cannot be built here: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stdout + done.stderr
    return NAME


def run(image: str, repository: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in the image, with a repository that it cannot write to."""
    mount = f"{repository}:/repository:ro"
    if shutil.which("docker") and call("docker", "info").returncode == 0:
        return call(
            "docker",
            "run",
            "--rm",
            "--network",
            "none",
            "--volume",
            mount,
            "--entrypoint",
            command[0],
            image,
            *command[1:],
        )
    made = call("buildah", "from", image).stdout.strip()
    try:
        return call("buildah", "run", "--volume", mount, made, "--", *command, BUILDAH_ISOLATION="chroot")
    finally:
        call("buildah", "rm", made)


def test_the_image_audits_what_is_mounted_and_compares(image: str, tmp_path: Path) -> None:
    checkout = checkouts.opened(tmp_path, depth=None)
    tmp_path.chmod(0o755)
    done = run(image, checkout.workspace, "ml-readiness", "audit", "--base", "HEAD^1", "--format", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["complete"]
    assert report["comparison"]["revision"] == checkout.base


def test_the_image_has_no_rights_and_imports_nothing_of_the_audited(image: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "click.py").write_text("raise SystemExit(9)\n")
    (tmp_path / "README.md").write_text("# A\n")
    done = run(image, tmp_path, "sh", "-c", "id -u && ml-readiness --version")
    assert done.stdout.splitlines()[0] == "10001"
    assert "ml-readiness" in done.stdout.splitlines()[1], done.stderr
