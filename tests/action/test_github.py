"""The client does what GitHub's description allows, is patient within limits, and gives the token to nobody else."""

from __future__ import annotations

import base64
import shutil
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from ml_readiness.publish.github import PAGES, GitHub, Refused
from tests.action.hub import ACTIONS, PERSON, READER, REPOSITORY, Answer, Fault, Hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.action.contract import Contract
    from tests.action.hub import Model

    Client = Callable[..., GitHub]

BAD_GATEWAY = Answer(502, b"<html><h1>502 Bad Gateway</h1></html>", {"content-type": "text/html"})
COMMENTS = f"/repos/{REPOSITORY}/issues/1/comments"


def limited(**headers: str) -> Answer:
    return Answer.refusal(429, "API rate limit exceeded", **headers)


def test_the_token_of_a_person_says_who_it_is_and_that_of_a_run_does_not(client: Client) -> None:
    assert client(PERSON).login() == "octocat"
    assert client(ACTIONS).login() is None


def test_a_token_that_is_not_valid_is_refused_at_once(client: Client, hub: Hub) -> None:
    with pytest.raises(Refused, match="401 Bad credentials") as refused:
        client("no-such-token").login()
    assert refused.value.status == 401
    assert len(hub.requests) == 1


def test_all_pages_of_comments_are_read(client: Client, model: Model, hub: Hub) -> None:
    for number in range(250):
        model.add(f"comment {number}")
    assert [comment.body for comment in client().comments(REPOSITORY, 1)] == [f"comment {n}" for n in range(250)]
    assert hub.asked() == [f"GET {COMMENTS}"] * 3


def test_there_is_an_end_to_reading_pages(client: Client, hub: Hub, model: Model) -> None:
    for number in range(100 * PAGES + 1):
        model.add(f"comment {number}")
    with pytest.raises(Refused, match="more than 30 pages"):
        client().comments(REPOSITORY, 1)
    assert len(hub.requests) == PAGES


def test_pull_requests_are_found_by_number_and_by_branch(client: Client, model: Model) -> None:
    model.add_pull(7, "a" * 40, owner="fork", branch="feature/ä#1")
    assert client().pull(REPOSITORY, 7).head.sha == "a" * 40
    assert [pull.number for pull in client().pulls_from(REPOSITORY, "fork", "feature/ä#1")] == [7]
    assert client().pulls_from(REPOSITORY, "fork", "main") == []


@pytest.mark.parametrize("fault", [None, BAD_GATEWAY, Answer.refusal(503, "Unavailable")])
def test_reading_is_tried_again_when_the_server_stumbles(client: Client, hub: Hub, fault: Answer | None) -> None:
    hub.faults = [Fault("GET", fault), Fault("GET", fault)]
    assert client().comments(REPOSITORY, 1) == []
    assert len(hub.requests) == 3


def test_reading_is_given_up_after_three_more_tries(client: Client, hub: Hub) -> None:
    hub.faults = [Fault("GET", BAD_GATEWAY)] * 9
    with pytest.raises(Refused, match="502 no JSON") as refused:
        client().comments(REPOSITORY, 1)
    assert refused.value.is_unsure
    assert len(hub.requests) == 4


@pytest.mark.parametrize("fault", [None, BAD_GATEWAY])
def test_writing_something_new_is_never_tried_twice(client: Client, hub: Hub, fault: Answer | None) -> None:
    hub.faults = [Fault("POST", fault)]
    with pytest.raises(Refused) as refused:
        client().create_comment(REPOSITORY, 1, "text")
    assert refused.value.is_unsure
    assert hub.asked() == [f"POST {COMMENTS}"]


def test_a_change_may_be_tried_again(client: Client, hub: Hub, model: Model) -> None:
    number = model.add("old", "github-actions[bot]", "Bot")
    hub.faults = [Fault("PATCH", None), Fault("PATCH", BAD_GATEWAY)]
    assert client().update_comment(REPOSITORY, number, "new").body == "new"


def test_waits_as_long_as_it_is_asked_to_and_tries_once_more(client: Client, hub: Hub, waits: list[float]) -> None:
    hub.faults = [Fault("GET", limited(retry_after="7"))]
    client().comments(REPOSITORY, 1)
    assert waits == [7.0]


def test_does_not_wait_twice_for_one_request(client: Client, hub: Hub) -> None:
    hub.faults = [Fault("GET", limited(retry_after="1"))] * 2
    with pytest.raises(Refused) as refused:
        client().comments(REPOSITORY, 1)
    assert refused.value.is_late


@pytest.mark.parametrize(
    "answer",
    [
        limited(retry_after="3600"),
        limited(retry_after=format_datetime(datetime.now(tz=UTC) + timedelta(hours=1))),
        limited(x_ratelimit_remaining="0", x_ratelimit_reset=str(int(time.time()) + 3600)),
        limited(x_ratelimit_remaining="0", x_ratelimit_reset="soon"),
    ],
    ids=["seconds", "date", "reset", "nonsense"],
)
def test_does_not_wait_for_longer_than_a_minute(client: Client, hub: Hub, waits: list[float], answer: Answer) -> None:
    hub.faults = [Fault("GET", answer)]
    with pytest.raises(Refused, match="429"):
        client().comments(REPOSITORY, 1)
    assert waits == []


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (limited(retry_after="-5"), 0),
        (limited(retry_after="tomorrow"), 0),
        (limited(retry_after=format_datetime(datetime.now(tz=UTC) - timedelta(hours=1))), 0),
        (limited(x_ratelimit_remaining="0", x_ratelimit_reset="1"), 0),
        (Answer.refusal(403, "You have exceeded a secondary rate limit"), 60),
        (limited(), 60),
    ],
)
def test_odd_clocks_and_missing_numbers_mean_a_wait_within_limits(
    client: Client, hub: Hub, waits: list[float], answer: Answer, seconds: float
) -> None:
    hub.faults = [Fault("GET", answer)]
    assert client().comments(REPOSITORY, 1) == []
    assert waits == [seconds]


def test_all_waits_together_fit_into_a_minute(client: Client, hub: Hub, waits: list[float]) -> None:
    github = client()
    hub.faults = [Fault("GET", limited(retry_after="40"))]
    github.comments(REPOSITORY, 1)
    hub.faults = [Fault("GET", limited(retry_after="40"))]
    with pytest.raises(Refused):
        github.comments(REPOSITORY, 1)
    assert waits == [40.0]


def test_writes_keep_a_second_between_them(client: Client, model: Model, waits: list[float]) -> None:
    github = client()
    number = github.create_comment(REPOSITORY, 1, "a").id
    github.update_comment(REPOSITORY, number, "b")
    assert len(waits) == 1
    assert 0 < waits[0] <= 1


def test_deleting_what_is_gone_is_no_problem(client: Client) -> None:
    client().delete_comment(REPOSITORY, 99)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_is_sent_on_within_the_same_host(client: Client, hub: Hub, status: int) -> None:
    hub.faults = [Fault("GET", Answer(status, headers={"location": f"{COMMENTS}?per_page=100"}), path="/repos/old")]
    assert client().comments("old/name", 1) == []


def test_is_not_sent_on_to_another_host_with_the_token(client: Client, hub: Hub, contract: Contract | None) -> None:
    with Hub(hub.backend, contract) as other:
        hub.faults = [Fault("GET", Answer(302, headers={"location": f"{other.url}{COMMENTS}"}))]
        with pytest.raises(Refused, match="another host"):
            client().comments(REPOSITORY, 1)
        assert other.requests == []


def test_is_not_sent_on_for_ever(client: Client, hub: Hub) -> None:
    hub.faults = [Fault("GET", Answer(302, headers={"location": COMMENTS}))] * 5
    with pytest.raises(Refused, match="too many redirections"):
        client().comments(REPOSITORY, 1)


@pytest.mark.parametrize("content", [b"<html>please log in</html>", b"", b'{"comments": []}', b"[{}]", b"[" * 5000])
def test_an_answer_that_is_not_from_github_is_told_apart(client: Client, hub: Hub, content: bytes) -> None:
    hub.faults = [Fault("GET", Answer(200, content))]
    with pytest.raises(Refused, match="the answer is not GitHub's"):
        client().comments(REPOSITORY, 1)


def test_a_server_that_is_not_there_is_said() -> None:
    github = GitHub("http://127.0.0.1:9", ACTIONS, pause=lambda _: None, backoff=0)
    with pytest.raises(Refused, match=r"no answer from 127\.0\.0\.1") as refused:
        github.comments(REPOSITORY, 1)
    assert refused.value.status is None


def test_the_path_of_an_enterprise_server_is_kept(hub: Hub) -> None:
    assert GitHub(f"{hub.url}/api/v3", PERSON).login() == "octocat"
    assert hub.asked() == ["GET /api/v3/user"]


def test_a_read_only_token_is_told_from_other_refusals(client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client(READER).create_comment(REPOSITORY, 1, "text")
    assert refused.value.is_read_only
    assert not refused.value.is_unsure


def test_the_token_is_in_no_representation_and_no_message(client: Client, hub: Hub) -> None:
    github = client("no-such-token")
    assert "no-such-token" not in repr(github)
    with pytest.raises(Refused) as refused:
        github.login()
    assert "no-such-token" not in str(refused.value)
    assert all("no-such-token" not in request.target for request in hub.requests)


def test_a_proxy_of_the_environment_is_used(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", hub.url.replace("http://", "http://user:word@"))
    monkeypatch.setenv("no_proxy", "")
    hub.faults = [Fault("GET", Answer.of({"login": "octocat"}))]
    try:
        assert GitHub("http://api.github.example.com", PERSON).login() == "octocat"
        assert hub.requests[0].target == "http://api.github.example.com/user"
        assert hub.requests[0].headers["proxy-authorization"] == f"Basic {base64.b64encode(b'user:word').decode()}"
    finally:
        hub.violations.clear()


def test_a_certificate_that_the_system_trusts_is_enough(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = self_signed(tmp_path)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)
    with Hub(hub.backend, hub.contract, served) as secured:
        url = secured.url.replace("http://127.0.0.1", "https://localhost")
        monkeypatch.setenv("no_proxy", "localhost")
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert GitHub(url, PERSON).login() == "octocat"
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
        with pytest.raises(Refused, match="certificate"):
            GitHub(url, PERSON, backoff=0).login()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that nobody else has signed, and its key."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    made = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *name]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key


def test_hosts_that_want_no_proxy_get_none(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert GitHub(hub.url, PERSON).login() == "octocat"
