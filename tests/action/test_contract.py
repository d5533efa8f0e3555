"""The description of the API notices what the client must not do."""

from __future__ import annotations

import pytest

from tests.action.contract import Contract
from tests.action.hub import REPOSITORY, Request

HEADERS = {"accept": "application/json", "content-type": "application/json"}
COMMENTS = f"/repos/{REPOSITORY}/issues/1/comments"


def test_the_description_is_there(contract: Contract | None) -> None:
    if contract is None:
        pytest.skip("GitHub's description of its API is not installed: run tests/action/install")


@pytest.mark.parametrize(
    ("method", "target", "body", "said"),
    [
        ("GET", "/nowhere", b"", "no such path"),
        ("PUT", COMMENTS, b"", "no such method"),
        ("GET", f"{COMMENTS}?pages=1", b"", "no such parameter: pages"),
        ("GET", f"/repos/{REPOSITORY}/issues/one/comments", b"", "issue_number: 'one' is not of type 'integer'"),
        ("GET", f"/repos/{REPOSITORY}/pulls?state=opened", b"", "state: 'opened' is not one of"),
        ("GET", COMMENTS, b"{}", "a body where none is expected"),
        ("POST", COMMENTS, b"{}", "body: 'body' is a required property"),
        ("POST", COMMENTS, b'{"body": 3}', "body: 3 is not"),
    ],
)
def test_a_request_that_is_not_described_is_noticed(
    contract: Contract | None, method: str, target: str, body: bytes, said: str
) -> None:
    if contract is None:
        pytest.skip("GitHub's description of its API is not installed: run tests/action/install")
    (found,) = contract.violations(Request(method, target, HEADERS, body))
    assert said in found


def test_a_request_that_is_described_is_fine(contract: Contract | None) -> None:
    if contract is None:
        pytest.skip("GitHub's description of its API is not installed: run tests/action/install")
    assert contract.violations(Request("POST", COMMENTS, HEADERS, b'{"body": "text"}')) == []
    assert contract.violations(Request("POST", COMMENTS, {}, b'{"body": "text"}')) != []
