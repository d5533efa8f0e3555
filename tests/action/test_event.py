"""Events are read as GitHub really sends them, and whatever is missing or odd is simply not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.publish import event
from ml_readiness.publish.event import Event, Pull, Run
from tests.action import tools

if TYPE_CHECKING:
    from pathlib import Path

HEAD, BASE = "a" * 40, "b" * 40
RELEVANT = ("pull_request", "push", "workflow_run", "merge_group", "workflow_dispatch")
SERVERS = ("api.github.com", "ghes-35", "ghes-34", "ghes-33", "ghes-32", "ghes-31")


def pull(**more: object) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "number": 7,
        "state": "open",
        "head": {"sha": HEAD, "repo": {"full_name": "fork/repo"}},
        "base": {"sha": BASE, "repo": {"full_name": "my-org/repo"}},
    }
    return {"pull_request": usual | more, "repository": {"full_name": "my-org/repo"}}


def run(**more: object) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "id": 99,
        "run_attempt": 2,
        "event": "pull_request",
        "head_sha": HEAD,
        "head_branch": "topic",
        "head_repository": {"full_name": "fork/repo"},
        "pull_requests": [],
    }
    return {"workflow_run": usual | more, "repository": {"id": 1, "full_name": "my-org/repo"}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "event.json"


def read(file: Path, name: str, payload: object) -> Event:
    file.write_text(json.dumps(payload))
    return event.read(name, file)


def examples(server: str) -> dict[str, list[Any]]:
    listing: Any = json.loads(tools.module(f"@octokit/webhooks-examples/{server}/index.json").read_text("utf-8"))
    return {entry["name"]: entry["examples"] for entry in listing if entry["name"] in RELEVANT}


@pytest.mark.parametrize("server", SERVERS)
def test_every_real_payload_is_read(file: Path, server: str) -> None:
    found = examples(server)
    for payload in found["pull_request"]:
        given = payload["pull_request"]
        expected = Pull(
            given["number"],
            given["head"]["sha"],
            given["base"]["sha"],
            given["head"]["repo"]["full_name"] if given["head"]["repo"] else None,
            given["state"] == "open",
        )
        assert read(file, "pull_request", payload).pull == expected
    for payload in found["push"]:
        is_new = set(payload["before"]) == {"0"}
        assert read(file, "push", payload).before == (None if is_new else payload["before"])
    for payload in found["workflow_run"]:
        given = payload["workflow_run"]
        seen = read(file, "workflow_run", payload).run
        assert seen is not None
        assert (seen.id, seen.head, seen.branch) == (given["id"], given["head_sha"], given["head_branch"])
    for payload in found.get("merge_group", ()):
        assert read(file, "merge_group", payload).before == payload["merge_group"]["base_sha"]
    for payload in found["workflow_dispatch"]:
        assert read(file, "workflow_dispatch", payload) == Event("workflow_dispatch")


def test_a_pull_request_from_a_fork_is_foreign(file: Path) -> None:
    seen = read(file, "pull_request", pull())
    assert seen.pull == Pull(7, HEAD, BASE, "fork/repo")
    assert seen.is_foreign("my-org/repo")
    assert not read(file, "pull_request", pull(head={"sha": HEAD, "repo": {"full_name": "My-Org/repo"}})).is_foreign(
        "my-org/repo"
    )


def test_the_fork_may_be_deleted_meanwhile(file: Path) -> None:
    seen = read(file, "pull_request", pull(head={"sha": HEAD, "repo": None}))
    assert seen.pull is not None and seen.pull.source is None
    assert seen.is_foreign("my-org/repo")


@pytest.mark.parametrize(
    "odd",
    [
        {"number": "7"},
        {"number": True},
        {"number": 0},
        {"head": {"sha": "main"}},
        {"head": {"sha": "--upload-pack=x"}},
        {"head": None},
        {"base": {"sha": BASE, "repo": {"full_name": "other/repo"}}},
    ],
)
def test_a_pull_request_that_makes_no_sense_is_none(file: Path, odd: dict[str, object]) -> None:
    assert read(file, "pull_request", pull(**odd)).pull is None


def test_another_run_tells_its_commit_and_where_it_is(file: Path) -> None:
    entry = {"number": 7, "head": {"sha": HEAD}, "base": {"sha": BASE, "repo": {"id": 1}}}
    other = {**entry, "number": 8, "base": {"sha": BASE, "repo": {"id": 2}}}
    seen = read(file, "workflow_run", run(pull_requests=[entry, other, None]))
    assert seen.run == Run(99, 2, "pull_request", HEAD, "fork", "topic", (Pull(7, HEAD, BASE, "fork/repo"),))


def test_a_new_branch_has_nothing_before_it(file: Path) -> None:
    assert read(file, "push", {"before": "0" * 40}).before is None
    assert read(file, "push", {"before": BASE}).before == BASE


def test_without_a_file_there_is_no_pull_request(tmp_path: Path) -> None:
    assert event.read("pull_request", None) == Event("pull_request")
    assert event.read("pull_request", tmp_path / "missing.json") == Event("pull_request")
    assert event.read("pull_request", tmp_path) == Event("pull_request")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"pull_request": 3}'])
@pytest.mark.parametrize("name", [*RELEVANT, ""])
def test_a_file_that_is_no_event_means_nothing(file: Path, name: str, content: bytes) -> None:
    file.write_bytes(content)
    assert event.read(name, file) == Event(name)


def test_a_huge_file_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event, "MAX_BYTES", 10)
    assert read(file, "pull_request", pull()).pull is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.just(HEAD),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["pull_request", "workflow_run", "head", "base", "sha", "repo", "number", "id", "before"]),
            inner,
        )
    ),
    max_leaves=20,
)


@given(payload=JSON, name=st.sampled_from(RELEVANT))
def test_any_json_is_an_event(tmp_path_factory: pytest.TempPathFactory, payload: object, name: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    assert read(file, name, payload).name == name
