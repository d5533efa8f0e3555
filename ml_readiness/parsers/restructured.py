"""reStructuredText understood as far as a reader of README files needs: headings, text, links, images and code."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, ClassVar, Self

from ml_readiness import regex as re
from ml_readiness.parsers.prose import Block, Code, Heading, Link, Prose
from ml_readiness.parsers.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_ADORNMENT = re.compile(r"([=\-`:.'\"~^_*+#<>])\1{2,}[ \t]*$")
_DIRECTIVE = re.compile(
    r"[ \t]*\.\.[ \t]+(?:\|[^|\n]{1,200}\|[ \t]+)?(?P<name>[A-Za-z][\w-]{0,60})::(?:[ \t]+(?P<argument>.*))?$"
)
_TARGET = re.compile(
    r"[ \t]*\.\.[ \t]+_(?:`(?P<quoted>[^`]{1,300}+)`|(?P<plain>[^:`\n]{1,300}+)):[ \t]*(?P<target>\S.*)?$"
)
_COMMENT = re.compile(r"[ \t]*\.\.(?:[ \t]|$)")
_FIELD = re.compile(r"[ \t]*:(?P<name>[\w-]{1,60}):[ \t]*(?P<value>.*)$")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,4}[.)]|#\.)[ \t]+(?P<text>\S.*)$")
_CODE = {"code-block", "code", "sourcecode", "literalinclude", "parsed-literal", "prompt", "highlight"}
_IMAGE = {"image", "figure"}
_INLINE = re.compile(
    r"``(?P<code>[^`\n]{1,1000}+)``|`(?P<text>[^`<>]{0,500}+)<(?P<target>[^<>`]{1,1000}+)>`__?"
    r"|`(?P<named>[^`]{1,300}+)`__?(?!\w)|(?P<bare>https?://[^\s<>\"'`)\]]{1,2000})"
)


class Restructured(Prose, frozen=True, dict=True):
    """One reStructuredText document."""

    patterns: ClassVar[tuple[str, ...]] = ("*.rst", "*.rest")
    max_bytes: ClassVar[int] = 2_000_000
    version: ClassVar[int] = 1

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The parts of the document; ValueError where it is binary."""
        lines = [line.expandtabs(8).encode("utf-8", "replace").decode() for line in Text.parse(data).lines]
        reader = _Reader(lines)
        reader.read()
        return cls(
            tuple(reader.headings),
            tuple(sorted(reader.links, key=lambda link: link.line)),
            tuple(reader.code),
            tuple(reader.spans),
            tuple(reader.blocks),
        )


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.code: list[Code] = []
        self.spans: list[tuple[int, str]] = []
        self.blocks: list[Block] = []
        self.levels: list[str] = []
        self.targets = _targets(lines)
        self.at = 0

    def read(self) -> None:
        steps = (self._heading, self._directive, self._comment, self._doctest)
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.at += 1
            elif not any(step(line) for step in steps):
                self._text(line)

    def _line(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else ""

    def _heading(self, line: str) -> bool:
        over = _ADORNMENT.match(line)
        title, under = (self._line(self.at + 1), self._line(self.at + 2)) if over else (line, self._line(self.at + 1))
        match = _ADORNMENT.match(under)
        if match is None or not title.strip() or (over and over[1] != match[1]) or _ADORNMENT.match(title):
            self.at += over is not None
            return over is not None
        style = match[1] * (2 if over else 1)
        if style not in self.levels:
            self.levels.append(style)
        number = self.at + 2 if over else self.at + 1
        self.headings.append(Heading(min(self.levels.index(style) + 1, 6), self._inline(title.strip(), number), number))
        self.at += 3 if over else 2
        return True

    def _directive(self, line: str) -> bool:
        match = _DIRECTIVE.match(line)
        if match is None:
            return False
        name, argument = match["name"].lower(), (match["argument"] or "").strip()
        start, body = self.at, self._body(_indent(line) + 1)
        fields = {m["name"]: m["value"].strip() for row in body if (m := _FIELD.match(row))}
        if name in _CODE:
            self._add_code(argument.lower(), body, start + 2)
        elif name in _IMAGE and argument:
            self.links.append(Link(argument, fields.get("alt", ""), start + 1, image=True))
            if "target" in fields:
                self.links.append(Link(fields["target"], fields.get("alt", ""), start + 1))
        elif name == "include" and argument:
            self.links.append(Link(argument, "include", start + 1))
        else:
            self._nested(body, start + 1)
        return True

    def _nested(self, body: list[str], line: int) -> None:
        """The text of notes and other boxes."""
        text = [row.strip() for row in body if not _FIELD.match(row)]
        if any(text):
            self.blocks.append(Block("paragraph", self._inline("\n".join(text), line + 1).strip(), line + 1))

    def _comment(self, line: str) -> bool:
        if _COMMENT.match(line) is None:
            return False
        self._body(_indent(line) + 1)
        return True

    def _body(self, limit: int) -> list[str]:
        """The indented lines below, without their indentation; moves past them."""
        start = self.at = self.at + 1
        end = start
        while self.at < len(self.lines):
            row = self.lines[self.at]
            if row.strip():
                if _indent(row) < limit:
                    break
                end = self.at + 1
            self.at += 1
        self.at = max(end, start)
        rows = self.lines[start:end]
        cut = min((_indent(row) for row in rows if row.strip()), default=0)
        return [row[cut:] for row in rows]

    def _add_code(self, language: str, body: list[str], line: int) -> None:
        first = next((i for i, row in enumerate(body) if row.strip() and not _FIELD.match(row)), None)
        if first is not None:
            self.code.append(Code(language.partition(" ")[0][:40], tuple(body[first:]), line + first))

    def _doctest(self, line: str) -> bool:
        if not line.lstrip().startswith(">>> "):
            return False
        start = self.at
        while self._line(self.at).strip():
            self.at += 1
        self.code.append(Code("pycon", tuple(row.strip() for row in self.lines[start : self.at]), start + 1))
        return True

    def _text(self, line: str) -> None:
        start = self.at
        item = _ITEM.match(line)
        lines = [item["text"] if item else line.strip()]
        self.at += 1
        while (row := self._line(self.at)).strip() and not _ITEM.match(row) and not _DIRECTIVE.match(row):
            lines.append(row.strip())
            self.at += 1
        text = "\n".join(lines)
        self.blocks.append(Block("item" if item else "paragraph", self._inline(text, start + 1), start + 1))
        if text.endswith("::"):
            number = self.at
            self.at -= 1
            self._add_code("", self._body(_indent(line) + 1), number + 1)

    def _inline(self, source: str, line: int) -> str:
        ends = [match.start() for match in re.finditer("\n", source)]

        def replace(match: re.Match[str]) -> str:
            return self._part(match, line + bisect_right(ends, match.start()))

        return _INLINE.sub(replace, source).replace("**", "").replace("\\ ", "")

    def _part(self, match: re.Match[str], line: int) -> str:
        if match["code"]:
            self.spans.append((line, match["code"]))
            return f"`{match['code']}`"
        if match["bare"]:
            self.links.append(Link(match["bare"].rstrip(".,;:!?*_"), match["bare"][:300], line))
            return match["bare"]
        text = " ".join((match["named"] or match["text"] or match["target"]).split())
        target = match["target"] or self.targets.get(text.casefold(), "")
        if target and not target.endswith("_"):
            self.links.append(Link(target.strip(), text[:300], line))
        return text


def _targets(lines: list[str]) -> Mapping[str, str]:
    """What `.. _name: address` defines."""
    found: dict[str, str] = {}
    for line in lines:
        if ".. _" in line and (match := _TARGET.match(line)) and match["target"]:
            found[" ".join((match["quoted"] or match["plain"]).split()).casefold()] = match["target"].strip()
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
