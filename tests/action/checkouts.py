"""Pull requests as they are on disk: an upstream, a change, and the shallow checkout that a runner makes of it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.action.hub import ACTIONS, REPOSITORY
from tests.repositories import IDENTITY, INNOCENT, Made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.action.hub import Hub

BEFORE: Mapping[str, str] = {
    **INNOCENT,
    "tests/test_train.py": "from src.train import model\n\n\ndef test_it():\n    assert model.predict([[1]])[0] == 1\n",
}
"""The target branch."""
AFTER: Mapping[str, str] = {"requirements.txt": "scikit-learn\npandas\n"}
"""What the pull request changes: versions are gone."""


@dataclass(frozen=True)
class Checkout:
    """A runner's workspace, and what the event says about it."""

    workspace: Path
    upstream: Made
    base: str
    head: str
    merge: str

    def event(
        self,
        path: Path,
        *,
        source: str = REPOSITORY,
        state: str = "open",
        base: str | None = None,
        is_draft: bool = False,
    ) -> Path:
        """The event file of the pull request."""
        pull = {
            "number": 1,
            "state": state,
            "draft": is_draft,
            "head": {"sha": self.head, "repo": {"full_name": source}},
            "base": {"sha": base or self.base, "repo": {"full_name": REPOSITORY}},
        }
        path.write_text(json.dumps({"pull_request": pull, "repository": {"full_name": REPOSITORY, "id": 1}}))
        return path

    def environment(self, folder: Path, hub: Hub | None = None, **more: str) -> dict[str, str]:
        """What a runner tells a step about the pull request; inputs are given by their names."""
        folder.mkdir(parents=True, exist_ok=True)
        inputs = {f"ML_READINESS_{name.upper()}": value for name, value in more.items() if name.islower()}
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(self.event(folder / "event.json")),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": f"file://{self.upstream.path.parent.parent}",
            "GITHUB_API_URL": hub.url if hub is not None else "http://127.0.0.1:9",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_SHA": self.merge,
            "GITHUB_RUN_ID": "12",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "RUNNER_TEMP": str(folder),
            "ML_READINESS_GITHUB_TOKEN": ACTIONS,
            "ML_READINESS_OWN_TOKEN": "false",
            **inputs,
            **{name: value for name, value in more.items() if not name.islower()},
        }


def opened(
    folder: Path,
    before: Mapping[str, str | bytes] = BEFORE,
    after: Mapping[str, str | bytes] = AFTER,
    *,
    depth: int | None = 1,
) -> Checkout:
    """A pull request and its checkout, which has as many commits as a runner fetches."""
    owner, name = REPOSITORY.split("/")
    upstream = Made(folder / owner / name)
    upstream.git("config", "uploadpack.allowAnySHA1InWant", "true")
    base = upstream.commit(before)
    upstream.git("switch", "-q", "-c", "topic")
    for path in [path for path in before if after.get(path) == ""]:
        (upstream.path / path).unlink()
    head = upstream.commit({path: text for path, text in after.items() if text})
    upstream.git("switch", "-q", "--detach", base)
    upstream.git("merge", "-q", "--no-ff", "-m", "merge", head)
    merge = upstream.git("rev-parse", "HEAD")
    upstream.git("update-ref", "refs/pull/1/merge", merge)
    upstream.git("switch", "-q", "main")
    workspace = Made(folder / "workspace")
    limit = [f"--depth={depth}"] if depth is not None else []
    workspace.git("fetch", "-q", *limit, f"file://{upstream.path}", "refs/pull/1/merge")
    workspace.git("checkout", "-q", "--detach", "FETCH_HEAD")
    return Checkout(workspace.path, upstream, base, head, merge)


def outputs(folder: Path) -> dict[str, str]:
    """The outputs of a step."""
    found: dict[str, str] = {}
    lines = iter((folder / "output").read_text(encoding="utf-8").splitlines())
    for line in lines:
        name, _, end = line.partition("<<")
        found[name] = "\n".join(iter(lambda: next(lines), end))
    return found


def run_step(script: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A step's script as a runner starts it: in the workspace, with nothing but the environment."""
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"} or "CERT" in name}
    return subprocess.run(
        ["bash", "-c", f'"{script}"'],
        env={**inherited, **IDENTITY, **environment},
        cwd=environment["GITHUB_WORKSPACE"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
