"""A small client of GitHub's API: what a comment on a pull request needs, and patience with a server that is busy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec
import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Retry, Timeout

from ml_readiness import __version__
from ml_readiness.publish.patience import PATIENCE, asked_to_wait

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

PAGES = 30
PAUSE = 1.0
"""Seconds between two writes, as GitHub asks for."""
TIMEOUT = Timeout(connect=10, read=30)

T = TypeVar("T")


class Refused(Exception):
    """GitHub, or something before it, did not do what was asked."""

    def __init__(self, message: str, status: int | None = None, *, is_late: bool = False) -> None:
        super().__init__(message)
        self.status = status
        """None where no answer came."""
        self.is_late = is_late
        """Whether waiting longer would have helped."""

    @property
    def is_unsure(self) -> bool:
        """Whether it may have happened all the same."""
        return self.status is None or self.status >= 500

    @property
    def is_read_only(self) -> bool:
        """Whether the token may not write here, as in runs for forks."""
        return self.status == 403 and "not accessible" in str(self).lower()


class User(msgspec.Struct, frozen=True):
    """Who wrote something."""

    login: str
    type: str = ""


class Comment(msgspec.Struct, frozen=True):
    """A comment on a pull request."""

    id: int
    html_url: str = ""
    body: str | None = None
    user: User | None = None


class End(msgspec.Struct, frozen=True):
    """One end of a pull request."""

    sha: str


class PullRequest(msgspec.Struct, frozen=True):
    """A pull request as it is now."""

    number: int
    state: str
    head: End
    base: End


class _Problem(msgspec.Struct, frozen=True):
    message: str = ""
    errors: msgspec.Raw = msgspec.Raw(b"")


@dataclass
class GitHub:
    """GitHub as one token sees it; every method raises `Refused`."""

    api: str
    token: str = field(repr=False)
    pause: Callable[[float], None] = time.sleep
    backoff: float = 1.0
    _waited: float = field(default=0.0, init=False)
    _written: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._pool = _pool(self.api)

    def login(self) -> str | None:
        """Who the token speaks for; None for the tokens of workflow runs and Apps, which may not ask."""
        try:
            return self._ask("GET", "/user", User).login
        except Refused as refusal:
            if refusal.status in {403, 404}:
                return None
            raise

    def pull(self, repository: str, number: int) -> PullRequest:
        """A pull request."""
        return self._ask("GET", f"/repos/{repository}/pulls/{number}", PullRequest)

    def pulls_from(self, repository: str, owner: str, branch: str) -> list[PullRequest]:
        """The open pull requests from a branch of somebody's fork."""
        head = quote(f"{owner}:{branch}", safe="")
        return self._pages(f"/repos/{repository}/pulls", f"state=open&head={head}&per_page=100", list[PullRequest])

    def comments(self, repository: str, number: int) -> list[Comment]:
        """All comments on a pull request, oldest first."""
        return self._pages(f"/repos/{repository}/issues/{number}/comments", "per_page=100", list[Comment])

    def create_comment(self, repository: str, number: int, body: str) -> Comment:
        """A new comment; never asked twice, since the first time may have worked."""
        return self._ask("POST", f"/repos/{repository}/issues/{number}/comments", Comment, {"body": body})

    def update_comment(self, repository: str, comment: int, body: str) -> Comment:
        """The comment with another text."""
        return self._ask("PATCH", f"/repos/{repository}/issues/comments/{comment}", Comment, {"body": body})

    def delete_comment(self, repository: str, comment: int) -> None:
        """Removes a comment; one that is gone already is no problem."""
        try:
            self._send("DELETE", f"{self.api}/repos/{repository}/issues/comments/{comment}")
        except Refused as refusal:
            if refusal.status != 404:
                raise

    def _pages(self, path: str, query: str | None, kind: type[list[T]]) -> list[T]:
        found: list[T] = []
        for _ in range(PAGES):
            answer = self._send("GET", f"{self.api}{path}?{query}")
            found += _decoded(answer, kind)
            query = _next_query(answer.headers.get("link", ""))
            if query is None:
                return found
        raise Refused(f"more than {PAGES} pages of answers")

    def _ask(self, method: str, path: str, kind: type[T], body: object = None) -> T:
        return _decoded(self._send(method, self.api + path, body), kind)

    def _send(self, method: str, url: str, body: object = None) -> BaseHTTPResponse:
        self._keep_distance(method)
        for is_last in (False, True):
            answer = self._follow(method, url, body)
            if 200 <= answer.status < 300:
                return answer
            wait = None if is_last else self._wait(answer)
            if wait is None:
                raise _refusal(answer)
            self.pause(wait)
        raise AssertionError("unreachable")

    def _follow(self, method: str, url: str, body: object) -> BaseHTTPResponse:
        """The answer, after redirections within the same host."""
        for _ in range(3):
            answer = self._once(method, url, body)
            target = answer.headers.get("location")
            if answer.status not in {301, 302, 307, 308} or not target:
                return answer
            url = urljoin(url, target)
            self._must_be_ours(url)
        raise Refused("too many redirections")

    def _once(self, method: str, url: str, body: object) -> BaseHTTPResponse:
        headers = {
            "Accept": "application/vnd.github+json, application/json;q=0.9",
            "Authorization": f"Bearer {self.token}",
            "User-Agent": f"ml-readiness/{__version__}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
        try:
            return self._pool.request(
                method,
                url,
                body=content,
                headers=headers,
                retries=self._retries(method),
                timeout=TIMEOUT,
                redirect=False,
            )
        except HTTPError as error:
            raise Refused(f"no answer from {urlsplit(url).hostname}: {_reason(error)}") from error

    def _retries(self, method: str) -> Retry | bool:
        if method == "POST":
            return False
        return Retry(
            total=3,
            redirect=0,
            status_forcelist={500, 502, 503, 504},
            allowed_methods=None,
            backoff_factor=self.backoff,
            backoff_jitter=self.backoff / 2,
            respect_retry_after_header=False,
            raise_on_status=False,
        )

    def _keep_distance(self, method: str) -> None:
        if method == "GET":
            return
        if self._written is not None and (left := self._written + PAUSE - time.monotonic()) > 0:
            self.pause(left)
        self._written = time.monotonic()

    def _wait(self, answer: BaseHTTPResponse) -> float | None:
        """How long to wait before asking once more; None where that is not allowed or too long."""
        seconds = asked_to_wait(answer)
        if seconds is None or self._waited + seconds > PATIENCE:
            return None
        self._waited += seconds
        return seconds

    def _must_be_ours(self, url: str) -> None:
        ours, theirs = urlsplit(self.api), urlsplit(url)
        if (ours.scheme, ours.hostname, ours.port) != (theirs.scheme, theirs.hostname, theirs.port):
            raise Refused(f"sent on to another host, {theirs.hostname}, which does not get the token")


def _pool(api: str) -> urllib3.PoolManager:
    parts = urlsplit(api)
    proxy = getproxies().get(parts.scheme)
    if proxy is None or proxy_bypass(parts.hostname or ""):
        return urllib3.PoolManager()
    user = urlsplit(proxy)
    headers = urllib3.make_headers(proxy_basic_auth=f"{user.username}:{user.password or ''}") if user.username else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers)


def _decoded(answer: BaseHTTPResponse, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.data, type=kind)
    except (msgspec.DecodeError, HTTPError) as error:
        raise Refused(f"the answer is not GitHub's: {str(error)[:200]}", answer.status) from error


def _refusal(answer: BaseHTTPResponse) -> Refused:
    said = ""
    try:
        problem = msgspec.json.decode(answer.data, type=_Problem)
        said = ": ".join(part for part in (problem.message, bytes(problem.errors).decode()) if part)
    except (msgspec.DecodeError, HTTPError):
        said = "no JSON, so perhaps not from GitHub"
    return Refused(f"{answer.status} {said[:500]}", answer.status, is_late=asked_to_wait(answer) is not None)


def _next_query(link: str) -> str | None:
    """What to ask for the next page, from a `Link` header; its host and path are none of our business."""
    for part in link.split(","):
        url, _, relation = part.partition(";")
        if 'rel="next"' in relation:
            return urlsplit(url.strip(" <>")).query or None
    return None


def _reason(error: HTTPError) -> str:
    cause = getattr(error, "reason", None) or error
    return f"{type(cause).__name__}: {str(cause)[:200]}"
