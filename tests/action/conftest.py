"""What tests of the Action share: a GitHub, a client, a repository with a pull request in it."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest
import urllib3

from ml_readiness.publish.github import GitHub
from tests.action import tools
from tests.action.contract import Contract
from tests.action.hub import ACTIONS, PERSON, REPOSITORY, Answer, Hub, Model, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DESCRIPTION = tools.MODULES / "@octokit/openapi/generated/api.github.com.json"


@pytest.fixture(scope="session")
def contract() -> Contract | None:
    """GitHub's description of its API, where it is installed; `test_contract.py` says so where it is not."""
    return Contract(DESCRIPTION) if DESCRIPTION.is_file() else None


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def hub(model: Model, contract: Contract | None) -> Iterator[Hub]:
    """The small model behind real HTTP; in the end, every request must have been one that GitHub allows."""
    with Hub(model, contract) as hub:
        yield hub
    assert hub.violations == []


@pytest.fixture
def waits() -> list[float]:
    """How long the client wanted to wait, each time."""
    return []


@pytest.fixture
def client(hub: Hub, waits: list[float]) -> Callable[[str], GitHub]:
    """A client that does not really wait."""

    def make(token: str = ACTIONS) -> GitHub:
        return GitHub(hub.url, token, pause=waits.append, backoff=0.01)

    return make


class Emulator:
    """GitHub as the package `emulate` plays it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool = urllib3.PoolManager(retries=False)

    def handle(self, request: Request) -> Answer:
        headers = {n: v for n, v in request.headers.items() if n in {"authorization", "accept", "content-type"}}
        answer = self._pool.request(
            request.method, self.url + request.target, body=request.body or None, headers=headers, redirect=False
        )
        kept = {n.lower(): v for n, v in answer.headers.items() if n.lower() in {"content-type", "link", "location"}}
        return Answer(answer.status, answer.data, kept)


SEED = """\
tokens:
  person-token: {login: octocat, scopes: [repo, user]}
github:
  users: [{login: octocat}]
  orgs: [{login: my-org, members: [{login: octocat, role: admin}]}]
  repos: [{owner: my-org, name: org-repo, auto_init: true}]
"""


@pytest.fixture
def emulator(tmp_path: Path, contract: Contract | None) -> Iterator[Hub]:
    """The emulator behind a hub that can let things go wrong; the test is skipped without it."""
    entry = tools.module("emulate/dist/index.js")
    seed = tmp_path / "seed.yaml"
    seed.write_text(SEED)
    port = _free_port()
    command = [tools.node(), str(entry), "start", "--service", "github", "--port", str(port), "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url)
            opened = {"title": "topic", "head": "topic", "base": "main"}
            headers = {"authorization": f"Bearer {PERSON}", "content-type": "application/json"}
            made = urllib3.request("POST", f"{url}/repos/{REPOSITORY}/pulls", json=opened, headers=headers)
            assert made.status == 201
            with Hub(Emulator(url), contract) as hub:
                yield hub
            assert hub.violations == []
        finally:
            process.terminate()


def _free_port() -> int:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(url: str) -> None:
    pool = urllib3.PoolManager(retries=False, timeout=2)
    for _ in range(100):
        try:
            pool.request("GET", url)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the emulator did not start")
