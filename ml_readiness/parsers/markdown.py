"""Markdown understood: headings, text, links, code and tables with their lines.

An own reader, because a page is read for its parts only: one pass over the lines and one over each paragraph keep it
linear on any input, and every part knows its line.
"""

from __future__ import annotations

from typing import ClassVar, Self

from ml_readiness import regex as re
from ml_readiness.parsers.inline import Inline, normal_label, read_inline, unescape
from ml_readiness.parsers.prose import Block, Code, Heading, Link, Prose, Table
from ml_readiness.parsers.text import decode

_FENCE = re.compile(r"(?P<indent>(?:[ >\t]|[-*+][ \t]+|\d{1,9}[.)][ \t]+)*+)(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)$")
_HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+(?P<text>.*)|(?P<tight>[^\W\d].*))?$")
_HTML_HEADING = re.compile(r"[ \t]*<h(?P<level>[1-6])\b[^>]{0,500}>(?P<text>.*)$", re.I)
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"(?P<indent>[ \t]*+)(?P<bullet>[-*+]|\d{1,9}[.)])(?P<space>[ \t]+)(?P<text>\S.*)$")
_QUOTE = re.compile(r"[ ]{0,3}>[ ]?")
_DEFINITION = re.compile(
    r" {0,3}\[(?P<label>[^\[\]]{1,500}+)\]:[ \t]*(?:<(?P<angled>[^<>\n]{0,2000})>|(?P<plain>\S{1,2000}+))"
)
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_PRE = re.compile(r"[ \t]*<pre\b[^>]{0,500}>", re.I)
_COMMENT = re.compile(r"<!--.*?-->")
_KEY = re.compile(r"(?P<key>[A-Za-z_][\w-]{0,100})[ \t]*:(?:[ \t]+(?P<value>.*))?$")
_TAGS = re.compile(r"<[^<>]{0,1000}>")


class Markdown(Prose, frozen=True, dict=True):
    """One Markdown document."""

    patterns: ClassVar[tuple[str, ...]] = ("*.md", "*.markdown", "*.mdown", "*.mkd", "*.mdx")
    max_bytes: ClassVar[int] = 2_000_000
    version: ClassVar[int] = 1

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The parts of the document; ValueError where it is binary."""
        if b"\0" in data[:8000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ValueError("a binary file")
        text = decode(data).encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
        reader = _Reader(text.expandtabs(4).split("\n"))
        reader.read()
        return cls(
            tuple(reader.headings),
            tuple(reader.links),
            tuple(reader.code),
            tuple(reader.spans),
            tuple(reader.blocks),
            tuple(reader.tables),
            reader.front,
        )


class _Reader:
    """Reads the lines from top to bottom; each step takes what it recognises and moves on."""

    def __init__(self, lines: list[str]) -> None:
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.code: list[Code] = []
        self.spans: list[tuple[int, str]] = []
        self.blocks: list[Block] = []
        self.tables: list[Table] = []
        self.front, self.at = read_front(lines)
        self.lines = without_comments(lines, self.at)
        self.definitions = _definitions(self.lines)
        self.offset = 0
        """Where the text of the current list item begins; 0 outside lists."""

    def read(self) -> None:
        steps = (
            self._fence,
            self._indented,
            self._heading,
            self._html_heading,
            self._pre,
            self._rule,
            self._definition,
            self._table,
            self._item,
            self._quote,
        )
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.at += 1
            elif not any(step(line) for step in steps):
                if not line.startswith(" "):
                    self.offset = 0
                self._text("paragraph", line)

    def _fence(self, line: str) -> bool:
        match = _FENCE.match(line)
        if match is None:
            return False
        start = self.at + 1
        end = next(
            (i for i in range(start, len(self.lines)) if _closes(self.lines[i], match["fence"])), len(self.lines)
        )
        content = [_unquoted(row, match["indent"]) for row in self.lines[start:end]]
        words = [word.lower()[:40] for word in re.findall(r"[^\s{}.,:=]+", match["info"]) if word != "sourceCode"]
        self.code.append(Code(words[0] if words else "", tuple(content), start + 1))
        self.at = end + 1
        return True

    def _indented(self, line: str) -> bool:
        limit = self.offset + 4
        before = self.lines[self.at - 1].strip() if self.at else ""
        if _indent(line) < limit or before:
            return False
        start = self.at
        while self.at < len(self.lines) and (not self.lines[self.at].strip() or _indent(self.lines[self.at]) >= limit):
            self.at += 1
        content = [row[limit:] for row in self.lines[start : self.at]]
        while not content[-1].strip():
            content.pop()
        self.code.append(Code("", tuple(content), start + 1))
        return True

    def _heading(self, line: str) -> bool:
        match = _HEADING.match(line)
        if match is None:
            return False
        text = (match["text"] or match["tight"] or "").strip().rstrip("#")
        self._add_heading(len(match["marks"]), text, self.at + 1)
        self.at += 1
        return True

    def _html_heading(self, line: str) -> bool:
        match = _HTML_HEADING.match(line)
        if match is None:
            return False
        start = self.at
        last = min(start + 8, len(self.lines))
        end = next((i for i in range(start, last) if "</h" in self.lines[i].lower()), start)
        self._add_heading(int(match["level"]), "\n".join([match["text"], *self.lines[start + 1 : end + 1]]), start + 1)
        self.at = end + 1
        return True

    def _add_heading(self, level: int, text: str, line: int) -> None:
        self.offset = 0
        inline = self._inline(text, line)
        self.headings.append(Heading(level, " ".join(inline.text.split()), line))

    def _pre(self, line: str) -> bool:
        if _PRE.match(line) is None:
            return False
        start = self.at
        end = next((i for i in range(start, len(self.lines)) if "</pre" in self.lines[i].lower()), len(self.lines) - 1)
        content = [unescape(_TAGS.sub("", row)) for row in self.lines[start : end + 1]]
        self.code.append(Code("", tuple(content), start + 1))
        self.at = end + 1
        return True

    def _rule(self, line: str) -> bool:
        found = _RULE.match(line) is not None
        self.at += found
        return found

    def _definition(self, line: str) -> bool:
        found = _DEFINITION.match(line) is not None
        self.at += found
        return found

    def _table(self, line: str) -> bool:
        if "|" not in line or self.at + 1 >= len(self.lines):
            return False
        under = self.lines[self.at + 1]
        if "-" not in under or "|" not in under or _DELIMITER.match(under) is None:
            return False
        start = self.at
        header = self._row(line)
        self.at += 2
        rows: list[tuple[str, ...]] = []
        while self.at < len(self.lines) and "|" in self.lines[self.at] and not _FENCE.match(self.lines[self.at]):
            rows.append(self._row(self.lines[self.at]))
            self.at += 1
        self.tables.append(Table(header, tuple(rows), start + 1))
        return True

    def _row(self, line: str) -> tuple[str, ...]:
        source = line.strip().removeprefix("|").removesuffix("|").replace("\\|", "¦")
        text = self._inline(source, self.at + 1).text
        cells = tuple(" ".join(cell.split()).replace("¦", "|") for cell in text.split("|"))
        self.blocks.append(Block("row", " | ".join(cells), self.at + 1))
        return cells

    def _item(self, line: str) -> bool:
        match = _ITEM.match(line)
        if match is None:
            return False
        self.offset = min(match.start("text"), len(match["indent"]) + len(match["bullet"]) + 4)
        self._text("item", match["text"])
        return True

    def _quote(self, line: str) -> bool:
        match = _QUOTE.match(line)
        if match is None:
            return False
        self._text("quote", line[match.end() :])
        return True

    def _text(self, kind: str, first: str) -> None:
        """A paragraph up to a blank line, another block, or the underline that makes it a heading."""
        start = self.at
        lines = [first.strip()]
        self.at += 1
        while self.at < len(self.lines) and (line := self.lines[self.at]).strip():
            if kind == "paragraph" and _UNDERLINE.match(line):
                self.at += 1
                self._add_heading(1 if "=" in line else 2, "\n".join(lines), start + 1)
                return
            if kind == "quote" and (mark := _QUOTE.match(line)) and not _FENCE.match(line):
                line = line[mark.end() :]
            elif self._interrupts(line):
                break
            lines.append(line.strip())
            self.at += 1
        inline = self._inline("\n".join(lines), start + 1)
        self.blocks.append(Block(kind, inline.text.strip(), start + 1))

    def _interrupts(self, line: str) -> bool:
        mark = line.lstrip()[0]
        if mark.isalpha():
            return False
        if mark in "`~":
            return _FENCE.match(line) is not None
        if mark == "<":
            return _HTML_HEADING.match(line) is not None or _PRE.match(line) is not None
        if mark == "#":
            return _HEADING.match(line) is not None
        under = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        if "|" in line and "-" in under and "|" in under:
            return _DELIMITER.match(under) is not None
        return any(pattern.match(line) for pattern in (_ITEM, _RULE, _QUOTE))

    def _inline(self, source: str, line: int) -> Inline:
        inline = read_inline(source, line, self.definitions)
        self.links += inline.links
        self.spans += inline.spans
        return inline


def read_front(lines: list[str]) -> tuple[dict[str, str], int]:
    """The keys of the front matter, and the number of the line after it, from zero."""
    if not lines or lines[0].strip() != "---":
        return {}, 0
    end = next((i for i in range(1, min(len(lines), 400)) if lines[i].strip() in {"---", "..."}), 0)
    front: dict[str, str] = {}
    key = ""
    for line in lines[1:end]:
        if match := _KEY.match(line):
            key = match["key"]
            front[key] = (match["value"] or "").strip()
        elif key and line.strip():
            front[key] = f"{front[key]}\n{line.strip()}".strip()
        elif line.strip() and not line.startswith("#"):
            return {}, 0
    return front, end + 1 if end else 0


def without_comments(lines: list[str], start: int) -> list[str]:
    """The lines with HTML comments blanked outside fenced code."""
    kept = list(lines)
    fence, hidden = "", False
    for number in range(start, len(lines)):
        line = lines[number]
        if fence:
            fence = "" if _closes(line, fence) else fence
            continue
        if hidden:
            end = line.find("-->")
            hidden, line = end < 0, line[end + 3 :] if end >= 0 else ""
        elif "<!--" not in line:
            opening = _FENCE.match(line)
            fence = opening["fence"] if opening else ""
            continue
        if not hidden:
            line, hidden = _cut_comments(line)
        kept[number] = line
    return kept


def _cut_comments(line: str) -> tuple[str, bool]:
    """The line without comments, and whether one is left open."""
    closed = line.rfind("-->") + 3
    head = _COMMENT.sub("", line[:closed]) if closed > 2 else ""
    tail = line[max(closed, 0) if closed > 2 else 0 :]
    opened = tail.find("<!--")
    return (head + tail, False) if opened < 0 else (head + tail[:opened], True)


def _definitions(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        if "]:" in line and (match := _DEFINITION.match(line)):
            target = match["angled"] if match["angled"] is not None else match["plain"]
            found.setdefault(normal_label(match["label"]), target)
    return found


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip(" >")
    return len(stripped) >= len(fence) and stripped.startswith(fence) and not stripped.strip(fence[0])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _unquoted(row: str, indent: str) -> str:
    """A line of a fenced block without the indentation or the quote marks that its fence has."""
    if ">" in indent:
        return re.sub(r"^[ ]{0,3}>[ ]?", "", row)
    return row[min(len(indent), _indent(row)) :]
