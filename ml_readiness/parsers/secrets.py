"""Credentials left in a text: what kind, where, never which."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, ClassVar, Self, cast

from msgspec import Struct
from msgspec.structs import replace

from ml_readiness import regex as re
from ml_readiness.parsers.credentials import (
    PROVIDERS,
    compiled,
    entropy,
    fingerprint,
    is_placeholder,
    is_random,
    is_strong_password,
)
from ml_readiness.parsers.loose import mapping, sequence, text
from ml_readiness.parsers.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST = 200
"""Findings kept of one file."""
SHORTEST = 10
"""Bytes of `pwd:` with a value; most of what notebooks print is shorter."""

_PREFIXES = tuple((provider.prefix, provider) for provider in PROVIDERS)
_PEM = re.compile(
    rb"-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
    rb"(?P<body>(?:\\[nr]|[\s\"'+,:A-Za-z0-9/=-]){0,600}+)"
)
_URL = re.compile(
    rb"://(?P<user>[^\s:/@\"'<>`(){}\[\]$%*\\]{0,80}):(?P<password>[^\s@/\"'<>`(){}\[\]$\\]{1,200})@"
    rb"(?P<host>[A-Za-z0-9.-]{1,200})"
)
_KEYWORDS = (
    (b"passw", rb"passw(?:or)?d"),
    (b"pwd", rb"pwd"),
    (b"secret", rb"secret(?:[_-]?(?:access)?[_-]?key)?"),
    (b"token", rb"token"),
    (b"api_key", rb"api_key"),
    (b"apikey", rb"apikey"),
    (b"api-key", rb"api-key"),
    (b"access_key", rb"access_key"),
    (b"accesskey", rb"accesskey"),
    (b"auth_key", rb"auth_key"),
    (b"account_key", rb"account_key"),
    (b"accountkey", rb"accountkey"),
    (b"private_key", rb"private_key"),
    (b"encryption_key", rb"encryption_key"),
)
_ASSIGNED = (
    rb"(?P<suffix>_?(?:key|value|prod|live|dev|[0-9]{1,2}))?(?:\\?[\"'])?\]?"
    rb"\s{0,8}(?P<sign>=>|:=|(?::\s{0,2}[\w\[\]|. ]{1,40})?=|:|,)\s{0,8}(?:[rbu]|str\()?"
    rb"(?:\\?(?P<quote>[\"'])(?P<quoted>[^\s\"'\\]{6,300})\\?(?P=quote)"
    rb"|(?P<bare>[^\s\"'#,;(){}\[\]\\<>]{6,300}+)(?=\s|\Z))"
)
_ASSIGNMENTS = tuple((prefix, word + _ASSIGNED) for prefix, word in _KEYWORDS)
_HEADER = re.compile(rb"(?:bearer|token|basic)\s{1,3}(?P<value>[A-Za-z0-9._~+/=-]{20,600}+)", re.IGNORECASE)
_LOGIN = re.compile(
    rb"login(?:\(\s{0,20}(?:key\s{0,3}=\s{0,3})?[\"']|\s{1,3}(?:--relogin\s{1,3})?)(?P<value>[0-9a-f]{40})\b"
)
_KAGGLE = re.compile(
    rb"\"username\\?\"\s{0,3}:\s{0,3}\\?\"[\w.-]{1,60}\\?\"\s{0,3},\s{0,3}\\?\"key\\?\"\s{0,3}:\s{0,3}\\?\""
    rb"(?P<value>[0-9a-f]{32})"
)
_PLACE = re.compile(
    r"https?:|[\w.-]+/[\w./-]*$|/|\.{1,2}/|arn:|gs:|s3:|projects/|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|os\.|=|sha\d+[:-]"
)
"""Values that name another thing instead of holding a secret: addresses, paths, attributes, digests."""
_GENERATED = re.compile(r"(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{32,100}")
"""Passwords that a service gave out: nobody thinks of them, and nobody remembers them."""
_NOWHERE = re.compile(
    r"localhost|127\.|0\.0\.0\.0|1\.2\.3\.4|.*(?:exampl|your|host\b)|.*\.(?:local|internal|test|invalid|svc|docker)$",
    re.I,
)
_SOMEWHERE = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|(?:[\w-]+\.)+[A-Za-z]{2,24}")
_REACHABLE = re.compile(
    rb"(?:host|server|url|uri|addr(?:ess)?|endpoint)\w{0,12}[\"']?\s{0,4}[=:]\s{0,4}[\"']?(?:\w{2,20}://)?"
    rb"(?P<host>\d{1,3}(?:\.\d{1,3}){3}|[\w.-]{1,100}\.(?:amazonaws\.com|azure\.com|windows\.net|mongodb\.net|supabase\.co|neon\.tech"
    rb"|cloud\.google\.com|aivencloud\.com|clickhouse\.cloud|elephantsql\.com|railway\.app|render\.com))\b",
    re.IGNORECASE,
)
"""An address beside a password: a number, or a machine of a provider."""
_PRIVATE = re.compile(
    rb"(?:10|127|0|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|192\.0\.2|198\.51\.100|203\.0\.113|1\.2\.3|8\.8\.\d)\."
)
"""Numbers that only a local network knows, or that documents use."""
_USER = re.compile(rb"\buser(?:name)?\w{0,6}[\"']?\s{0,4}[=:]", re.IGNORECASE)
AROUND = 200
"""Bytes on each side of a password that belong to the same connection."""
_STAND_INS = {"", "user", "username", "usr", "name", "login", "password", "passwd", "pass", "pwd", "pw", "token", "x"}


class Secret(Struct, frozen=True):
    """One credential, masked."""

    kind: str
    """In words: `a GitHub token`."""
    line: int
    """Counted from one; in a notebook within the cell, 0 where the outputs hold it."""
    form: str
    """How it was known: `provider` by its own form, `key` (a private key block), `url`, `assigned` (a quoted value
    under a telling name), `bare` (the same without quotes, which only configuration files mean as a value)."""
    shown: str
    """What may be shown of it; nothing of a password."""
    name: str = ""
    """The name it was given, where it was given one."""
    cell: int = 0
    """The notebook cell, counted from one; 0 outside notebooks."""


class Secrets(Struct, frozen=True):
    """The credentials of one text file."""

    patterns: ClassVar[tuple[str, ...]] = ("*",)
    max_bytes: ClassVar[int] = 4_000_000
    version: ClassVar[int] = 3

    found: tuple[Secret, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """What was found; nothing in binary files."""
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            data = decode(data).encode("utf-8", "replace")
        if b"\0" in data[:4000]:
            return cls()
        return cls(tuple(_unique(_scan(data)))[:MOST])


class NotebookSecrets(Struct, frozen=True):
    """The credentials of one notebook, in code, text and outputs."""

    patterns: ClassVar[tuple[str, ...]] = ("*.ipynb",)
    max_bytes: ClassVar[int] = 60_000_000
    version: ClassVar[int] = 3

    found: tuple[Secret, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """What was found, cell by cell; a broken notebook is searched as text."""
        try:
            content = mapping(json.loads(decode(data)))
        except (ValueError, RecursionError):
            return cls(Secrets.parse(data).found)
        sheets = [content, *map(mapping, sequence(content.get("worksheets")))]
        cells = [mapping(cell) for sheet in sheets for cell in sequence(sheet.get("cells"))]
        return cls(
            tuple(_unique(secret for number, cell in enumerate(cells, 1) for secret in _in_cell(number, cell)))[:MOST]
        )


def _in_cell(number: int, cell: Mapping[str, object]) -> Iterator[Secret]:
    source = cell.get("source", cell.get("input"))
    code = source if isinstance(source, str) else "".join(map(text, sequence(source)))
    for secret in _scan(code.encode("utf-8", "replace")):
        yield replace(secret, cell=number)
    for printed in _printed(cell.get("outputs")):
        for secret in _scan(printed.encode("utf-8", "replace")):
            if secret.form != "bare":
                yield replace(secret, cell=number, line=0)


def _printed(outputs: object) -> Iterator[str]:
    """The texts among the outputs; pictures are left out."""
    waiting: list[object] = [outputs]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            parts = sequence(cast("object", value))
            if all(isinstance(part, str) for part in parts):
                yield "".join(map(text, parts))
            else:
                waiting.extend(parts)
        elif isinstance(value, dict):
            waiting.extend(inner for key, inner in mapping(cast("object", value)).items() if key[:6] != "image/")


def _scan(data: bytes) -> Iterator[Secret]:
    if len(data) < SHORTEST:
        return
    lowered = data.lower()
    lines = _Lines(data)
    yield from _by_form(data, lines)
    if b"PRIVATE KEY-----" in data:
        yield from _private_keys(data, lines)
    if b"://" in data and b"@" in data:
        yield from _in_addresses(data, lines)
    for prefix, form in _ASSIGNMENTS:
        for place in _places(lowered, prefix) if prefix in lowered else ():
            if (match := compiled(form, re.IGNORECASE).match(data, place)) is not None and (
                secret := _assigned(data, match, lines)
            ):
                yield secret
    yield from _in_context(data, lowered, lines)


def _by_form(data: bytes, lines: _Lines) -> Iterator[Secret]:
    for provider in [provider for prefix, provider in _PREFIXES if prefix in data]:
        for match in provider.pattern.finditer(data):
            value = match["value"].decode("ascii", "replace")
            signed = data[max(0, match.start() - 15) : match.start()].endswith((b"Credential=", b"AccessKeyId="))
            if signed or is_placeholder(value) or entropy(value) < provider.entropy:
                continue
            yield Secret(provider.name, lines.number(match.start()), "provider", _masked(value))


def _private_keys(data: bytes, lines: _Lines) -> Iterator[Secret]:
    for match in _PEM.finditer(data):
        body = re.sub(rb"\\[nr]|[^A-Za-z0-9/+=]", b"", match["body"]).decode()
        if len(body) >= 64 and entropy(body[:200]) > 4:
            yield Secret("a private key", lines.number(match.start()), "key", "")


def _in_addresses(data: bytes, lines: _Lines) -> Iterator[Secret]:
    for place in _places(data, b"://"):
        match = _URL.match(data, place)
        if match is None:
            continue
        user, password, host = (match[part].decode("ascii", "replace") for part in ("user", "password", "host"))
        if _NOWHERE.match(host) or not _SOMEWHERE.fullmatch(host) or password.lower() in _STAND_INS:
            continue
        real = is_random(password) or is_strong_password(password)
        if real or not (is_placeholder(password) or is_placeholder(user)):
            yield Secret("a password in an address", lines.number(place), "url", "")


def _assigned(data: bytes, match: re.Match[bytes], lines: _Lines) -> Secret | None:
    quoted = match["quoted"] is not None
    value = (match["quoted"] or match["bare"]).decode("utf-8", "replace")
    if (not quoted and match["sign"] == b",") or _PLACE.match(value):
        return None
    name = _name(data, match)
    if "hash" in name.lower():
        return None
    value = _decoded(value)
    if name.lower().rstrip("_").endswith(("passwd", "password", "pwd")) and _GENERATED.fullmatch(value) is None:
        kind, real, shown = "a password", is_strong_password(value) or _opens(data, match, value), ""
    else:
        kind, real, shown = "a key or token", is_random(value) and not _is_demonstration(value), _masked(value)
    form = "assigned" if quoted else "bare"
    return Secret(kind, lines.number(match.start()), form, shown, name) if real else None


def _opens(data: bytes, match: re.Match[bytes], value: str) -> bool:
    """Whether even a weak password lets everybody in: beside it are a user and an address that all can reach."""
    around = data[max(0, match.start() - AROUND) : match.end() + AROUND]
    address = _REACHABLE.search(around)
    reached = address is not None and _PRIVATE.match(address["host"]) is None
    return (
        reached and not is_placeholder(value) and value.lower() not in _STAND_INS and _USER.search(around) is not None
    )


def _decoded(value: str) -> str:
    """The text that a base64 value stands for, as in Kubernetes secrets; the value itself where it is none."""
    if len(value) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value):
        return value
    decoded = base64.b64decode(value)
    return decoded.decode("ascii") if decoded.isascii() and decoded.decode("ascii").strip().isprintable() else value


def _name(data: bytes, match: re.Match[bytes]) -> str:
    """The whole name that the keyword is a part of."""
    before = re.split(rb"[^A-Za-z0-9_-]", data[max(0, match.start() - 40) : match.start()])[-1]
    word = re.match(rb"[A-Za-z0-9_-]*", match[0])
    return (before + (word[0] if word else b"")).decode("ascii", "replace")[:60]


def _in_context(data: bytes, lowered: bytes, lines: _Lines) -> Iterator[Secret]:
    if b"authorization" in lowered:
        for match in _HEADER.finditer(data):
            value = match["value"].decode()
            near = lowered[max(0, match.start() - 60) : match.start()]
            if b"authorization" in near and is_random(value) and not _is_demonstration(value):
                yield Secret("an authorization header", lines.number(match.start()), "assigned", _masked(value))
    for word, kind, pattern in ((b"wandb", "a W&B key", _LOGIN), (b"username", "a Kaggle key", _KAGGLE)):
        for match in pattern.finditer(data) if word in lowered else ():
            if not is_placeholder(match["value"].decode()):
                yield Secret(kind, lines.number(match.start()), "provider", _masked(match["value"].decode()))


def _is_demonstration(value: str) -> bool:
    """Whether a signed token says of itself that it is made for show."""
    parts = value.split(".")
    if len(parts) != 3 or not value.startswith("eyJ"):
        return False
    try:
        claims = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except ValueError:
        return False
    return re.search(rb"demo|John Doe|exampl|test", claims, re.IGNORECASE) is not None


def _masked(value: str) -> str:
    return f"{len(value)} characters ending in {value[-2:]}, fingerprint {fingerprint(value)[:8]}"


def _places(data: bytes, word: bytes) -> Iterator[int]:
    place = data.find(word)
    while place >= 0:
        yield place
        place = data.find(word, place + len(word))


class _Lines:
    """Line numbers of ever larger or smaller offsets, without a table of all lines."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0
        self._line = 1

    def number(self, offset: int) -> int:
        """The line of an offset, counted from one."""
        if offset < self._offset:
            self._offset, self._line = 0, 1
        self._line += self._data.count(b"\n", self._offset, offset)
        self._offset = offset
        return self._line


def _unique(secrets: Iterable[Secret]) -> list[Secret]:
    """One finding a line, the surest first, in the order of the file."""
    order = ("provider", "key", "url", "assigned", "bare")
    found: dict[tuple[int, int], Secret] = {}
    for secret in secrets:
        known = found.get((secret.cell, secret.line))
        if known is None or order.index(secret.form) < order.index(known.form):
            found[secret.cell, secret.line] = secret
    return [found[place] for place in sorted(found)]
