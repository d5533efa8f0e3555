"""The inside of a Markdown paragraph: text, links, images and code, in one pass."""

from __future__ import annotations

import html
from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ml_readiness import regex as re
from ml_readiness.parsers.prose import Link

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPECIAL = re.compile(r"\\[!-/:-@\[-`{-~]|`+|!?\[|\]|<[^<>]{0,3000}>|https?://[^\s<>\"'`|\])]{1,2000}")
_DESTINATION = re.compile(
    r"\(\s*+(?:<(?P<angled>[^<>\n]{0,2000})>|(?P<plain>(?:[^\s()\\]++|\\.|\([^\s()]{0,500}\)){0,200}+))"
    r"(?:\s++(?:\"[^\"]{0,500}\"|'[^']{0,500}'|\([^()]{0,500}\)))?+\s*+\)"
)
_BROKEN_DESTINATION = re.compile(r"\(\s*+(?P<target>[^()\n]{1,300}+)\)")
_PATH_LIKE = re.compile(r"^[^\s:,;?!]*[\w)]/[^:;?!]*$|^[^:;,?!]*\.[A-Za-z0-9]{1,5}$")
_REFERENCE = re.compile(r"\[(?P<label>[^\[\]]{0,500}+)\]")
_ATTRIBUTE = re.compile(r"\b(href|src|alt)\s*=\s*(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s\"'>]{1,2000}))", re.I)
_EMPHASIS = re.compile(r"\*\*|__(?=\S)|(?<=\S)__|~~|(?<![\w*])[*_](?=[^\s*_])|(?<=[^\s*_])[*_](?![\w*])")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_REFERENCES = re.compile(r"&#?[A-Za-z0-9]{1,30};")
_BREAK = re.compile(r"<(?:br|/p|/div|/td|/th|/li|/tr|hr)\b", re.I)

MAX_LABEL = 500
MAX_PIECES = 60


class _Open(Struct):
    """A bracket that may become a link."""

    image: bool
    piece: int
    offset: int


class Inline(Struct):
    """What was found in one paragraph."""

    text: str = ""
    links: list[Link] = field(default_factory=list[Link])
    spans: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


def read_inline(source: str, line: int, definitions: Mapping[str, str]) -> Inline:
    """The parts of a paragraph that begins at `line`."""
    if _SPECIAL.search(source) is None:
        return Inline(_plain(source))
    return _Reader(source, line, definitions).read()


class _Reader:
    def __init__(self, source: str, line: int, definitions: Mapping[str, str]) -> None:
        self.source = source
        self.definitions = definitions
        self.first = line
        self.ends = [match.start() for match in re.finditer("\n", source)]
        self.pieces: list[str] = []
        self.open: list[_Open] = []
        self.found = Inline()
        self.closing = _fences(source)

    def read(self) -> Inline:
        position = 0
        while match := _SPECIAL.search(self.source, position):
            self.pieces.append(_plain(self.source[position : match.start()]))
            position = self._take(match)
        self.pieces.append(_plain(self.source[position:]))
        self.found.text = "".join(self.pieces)
        return self.found

    def _take(self, match: re.Match[str]) -> int:
        token = match[0]
        if token[0] == "\\":
            self.pieces.append(token[1])
        elif token[0] == "`":
            return self._code(match)
        elif token[-1] == "[":
            self.open.append(_Open(token[0] == "!", len(self.pieces), match.start()))
            self.pieces.append(token)
        elif token.startswith("]"):
            return self._close(match)
        elif token[0] == "<":
            self._tag(match)
        else:
            self._link(token.rstrip(".,;:!?*_"), token, match.start())
            self.pieces.append(token)
        return match.end()

    def _code(self, match: re.Match[str]) -> int:
        end = self.closing.after(len(match[0]), match.end())
        if end < 0:
            self.pieces.append(match[0])
            return match.end()
        text = " ".join(self.source[match.end() : end].split())
        self.found.spans.append((self._line(match.start()), text))
        self.pieces.append(f"`{text}`" + "\n" * self.source.count("\n", match.end(), end))
        return end + len(match[0])

    def _close(self, match: re.Match[str]) -> int:
        if not self.open:
            self.pieces.append("]")
            return match.end()
        bracket = self.open.pop()
        follow = self.source[match.end() : match.end() + 1]
        if follow == "(" and (end := self._direct(bracket, match.end())):
            return end
        inside = slice(bracket.offset + 1 + bracket.image, match.start())
        label = self.source[inside] if inside.stop - inside.start < MAX_LABEL else ""
        end = match.end()
        if follow == "[" and (reference := _REFERENCE.match(self.source, end)):
            label, end = reference["label"] or label, reference.end()
        target = self.definitions.get(normal_label(label)) if label else None
        if target is None:
            self.pieces.append("]")
            return match.end()
        self._resolve(bracket, target)
        return end

    def _direct(self, bracket: _Open, at: int) -> int:
        if found := _DESTINATION.match(self.source, at):
            target = found["angled"] if found["angled"] is not None else found["plain"]
            self._resolve(bracket, target.strip())
            return found.end()
        broken = _BROKEN_DESTINATION.match(self.source, at)
        if broken and _PATH_LIKE.match(broken["target"].strip()):
            self._resolve(bracket, broken["target"].strip(), malformed=True)
            return broken.end()
        return 0

    def _resolve(self, bracket: _Open, target: str, *, malformed: bool = False) -> None:
        clean = unescape(_ESCAPED.sub(r"\1", target))
        text = "".join(self.pieces[bracket.piece + 1 : bracket.piece + 1 + MAX_PIECES])
        line = self._line(bracket.offset)
        self.found.links.append(Link(clean, " ".join(text[:300].split()), line, bracket.image, malformed))
        self.pieces[bracket.piece] = ""

    def _link(self, target: str, text: str, at: int, *, image: bool = False) -> None:
        self.found.links.append(Link(unescape(target.strip()), text[:300], self._line(at), image))

    def _tag(self, match: re.Match[str]) -> None:
        inside = match[0][1:-1]
        if re.match(r"https?://|mailto:", inside):
            self._link(inside, inside, match.start())
            self.pieces.append(inside)
        elif re.match(r"/?[A-Za-z]", inside):
            self._element(inside, match)
        else:
            self.pieces.append(match[0])

    def _element(self, inside: str, match: re.Match[str]) -> None:
        name = re.match(r"/?([A-Za-z][\w-]*)", inside)
        tag = name[1].lower() if name else ""
        values = {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(inside)}
        if tag in HTML_TAGS:
            if tag in {"img", "a", "source", "video"} and (target := values.get("src") or values.get("href")):
                self._link(target, values.get("alt", ""), match.start(), image=tag != "a")
            space = " " if _BREAK.match(match[0]) else ""
            self.pieces.append(space + "\n" * match[0].count("\n"))
        else:
            self.pieces.append(match[0])

    def _line(self, offset: int) -> int:
        return self.first + bisect_right(self.ends, offset - 1)


class _Fences:
    """Runs of backticks by their length."""

    def __init__(self, runs: dict[int, list[int]]) -> None:
        self._runs = runs

    def after(self, length: int, position: int) -> int:
        """Where the next run of just this length begins, or -1."""
        starts = self._runs.get(length, [])
        place = bisect_right(starts, position - 1)
        return starts[place] if place < len(starts) else -1


def _fences(source: str) -> _Fences:
    runs: dict[int, list[int]] = {}
    for match in re.finditer("`+", source):
        runs.setdefault(len(match[0]), []).append(match.start())
    return _Fences(runs)


def _plain(text: str) -> str:
    if "*" in text or "_" in text or "~" in text:
        text = _EMPHASIS.sub("", text)
    return unescape(text)


def unescape(text: str) -> str:
    """The text with its character references replaced; only those that end in a semicolon."""
    return _REFERENCES.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def normal_label(label: str) -> str:
    """A reference's name as it is compared."""
    return " ".join(label.split()).casefold()


HTML_TAGS = frozenset(
    """
    a abbr article aside audio b blockquote body br button caption center cite code col colgroup dd del details dfn
    div dl dt em embed figcaption figure font footer form g h1 h2 h3 h4 h5 h6 head header hr html i iframe img input
    ins kbd label li link main mark meta nav object ol option p param path picture pre q rp rt ruby s samp script
    section select small source span strike strong style sub summary sup svg table tbody td tfoot th thead time title
    tr tt u ul var video wbr
    """.split()  # noqa: SIM905
)
