"""A GitHub for tests: real HTTP, faults on demand, every request held against GitHub's own description of its API.

Behind it is either a small model of pull requests and comments, or an emulator that was installed for the tests.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from types import TracebackType

    from tests.action.contract import Contract

REPOSITORY = "my-org/org-repo"
ACTIONS = "actions-token"
READER = "read-only-token"
PERSON = "person-token"


@dataclass(frozen=True)
class Request:
    """What the client asked."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True)
class Answer:
    """What is sent back."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, value: object, status: int = 200, **headers: str) -> Self:
        return cls(status, json.dumps(value).encode(), {"content-type": "application/json", **headers})

    @classmethod
    def refusal(cls, status: int, message: str, **headers: str) -> Self:
        return cls.of(
            {"message": message, "documentation_url": "https://docs.github.com/rest"},
            status,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        )


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong once, with the first request that fits."""

    method: str
    answer: Answer | None = None
    """None closes the connection without an answer."""
    path: str = ""
    """A pattern of the path, anywhere in it."""
    happens_first: bool = False
    """Whether the request does its work before the answer goes wrong."""


class Backend(Protocol):
    """Who answers when nothing goes wrong."""

    def handle(self, request: Request) -> Answer:
        """The answer."""
        ...


class Hub:
    """A server on a free port; use it in a `with` statement."""

    def __init__(
        self, backend: Backend, contract: Contract | None = None, security: ssl.SSLContext | None = None
    ) -> None:
        self.backend = backend
        self.contract = contract
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.violations: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                hub.serve(self)

            do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if security is not None:
            self._server.socket = security.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def asked(self, *methods: str) -> list[str]:
        """What was asked so far, as `METHOD path`."""
        return [f"{r.method} {r.path}" for r in self.requests if not methods or r.method in methods]

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        size = int(handler.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.command, handler.path, headers, handler.rfile.read(size))
        self.requests.append(request)
        if self.contract is not None:
            self.violations += self.contract.violations(request)
        fault = self._fault(request)
        answer = self.backend.handle(request) if fault is None or fault.happens_first else None
        answer = answer if fault is None else fault.answer
        if answer is None:
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(answer.content)))
        handler.end_headers()
        handler.wfile.write(answer.content)

    def _fault(self, request: Request) -> Fault | None:
        for fault in self.faults:
            if fault.method == request.method and re.search(fault.path, request.path):
                self.faults.remove(fault)
                return fault
        return None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Model:
    """Pull requests and comments of one repository, as far as a comment needs them."""

    LOGINS: Mapping[str, str] = {ACTIONS: "github-actions[bot]", READER: "github-actions[bot]", PERSON: "octocat"}

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.pulls: list[dict[str, Any]] = []
        self._next = 1
        self._lock = threading.Lock()
        self.add_pull(1, "0" * 40)

    def add(self, body: str, login: str = "octocat", kind: str = "User") -> int:
        """A comment that is there already."""
        with self._lock:
            number, self._next = self._next, self._next + 1
        url = f"https://github.com/{REPOSITORY}/pull/1#issuecomment-{number}"
        self.comments.append({"id": number, "body": body, "html_url": url, "user": {"login": login, "type": kind}})
        return number

    def add_pull(
        self, number: int, head: str, *, owner: str = "my-org", branch: str = "topic", state: str = "open"
    ) -> None:
        """A pull request, instead of one with the same number."""
        self.pulls = [pull for pull in self.pulls if pull["number"] != number]
        self.pulls.append(
            {
                "number": number,
                "state": state,
                "head": {"sha": head, "label": f"{owner}:{branch}"},
                "base": {"sha": "0" * 40},
            }
        )

    def handle(self, request: Request) -> Answer:
        if request.token not in self.LOGINS:
            return Answer.refusal(401, "Bad credentials")
        if request.method != "GET" and request.token == READER:
            return Answer.refusal(403, "Resource not accessible by integration")
        path = request.path.removeprefix("/api/v3")
        if path == "/user":
            return self._user(request)
        inside = path.removeprefix(f"/repos/{REPOSITORY}")
        if re.fullmatch(r"/issues/1/comments", inside):
            return self._page(request) if request.method == "GET" else self._create(request)
        if found := re.fullmatch(r"/issues/comments/(\d+)", inside):
            return self._comment(request, int(found[1]))
        if found := re.fullmatch(r"/pulls/(\d+)", inside):
            pull = next((pull for pull in self.pulls if pull["number"] == int(found[1])), None)
            return Answer.of(pull) if pull else Answer.refusal(404, "Not Found")
        if inside == "/pulls":
            head, state = request.query["head"][0], request.query["state"][0]
            return Answer.of([p for p in self.pulls if p["head"]["label"] == unquote(head) and p["state"] == state])
        return Answer.refusal(404, "Not Found")

    def _user(self, request: Request) -> Answer:
        if request.token == PERSON:
            return Answer.of({"login": "octocat", "type": "User"})
        return Answer.refusal(403, "Resource not accessible by integration")

    def _page(self, request: Request) -> Answer:
        size, page = (int(request.query.get(name, [usual])[0]) for name, usual in (("per_page", "30"), ("page", "1")))
        shown = self.comments[(page - 1) * size : page * size]
        links: dict[str, str] = {}
        if page * size < len(self.comments):
            links["link"] = f'<https://api.github.com{request.path}?per_page={size}&page={page + 1}>; rel="next"'
        return Answer.of(shown, 200, **links)

    def _create(self, request: Request) -> Answer:
        body = json.loads(request.body)["body"]
        if len(body) > 65_536:
            return Answer.refusal(422, "Validation Failed: body is too long (maximum is 65536 characters)")
        login = self.LOGINS[request.token]
        number = self.add(body, login, "Bot" if login.endswith("[bot]") else "User")
        return Answer.of(next(comment for comment in self.comments if comment["id"] == number), 201)

    def _comment(self, request: Request, number: int) -> Answer:
        comment = next((comment for comment in self.comments if comment["id"] == number), None)
        if comment is None:
            return Answer.refusal(404, "Not Found")
        if request.method == "DELETE":
            self.comments.remove(comment)
            return Answer(204)
        comment["body"] = json.loads(request.body)["body"]
        return Answer.of(comment)
