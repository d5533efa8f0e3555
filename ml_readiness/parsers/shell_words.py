"""The words and operators of a shell text, in one pass."""

from __future__ import annotations

from msgspec import Struct, field

from ml_readiness import regex as re

MAX_TOKENS = 100_000
MAX_LENGTH = 500_000

_BLANK = re.compile(r"(?:[ \t\r\f\v]|\\\r?\n)+")
_COMMENT = re.compile(r"#[^\n]*")
_REDIRECTION = re.compile(r"\d*(?:&>>?|>>|>&|>\||<&|<>|<<<|<<-?|>|<)|&>>?")
_OPERATOR = re.compile(r"&&|\|\||;;&|;;|;&|\|&|[;&|()]")
_PLAIN = re.compile(r"[^\s'\"\\$`;&|()<>]+")
_SINGLE = re.compile(r"'([^']*)'?")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*+)"?', re.DOTALL)
_UNESCAPED = re.compile(r"\\([$`\"\\])")
_EXPRESSION = re.compile(r"\$\{\{.{0,2000}?\}\}")
_PARAMETER = re.compile(r"\$\{[^}\n]{0,2000}\}?")
_BACKTICK = re.compile(r"`([^`]*)`?")
_SPECIAL = re.compile(r"[()'\"\\]")
_HEREDOC = re.compile(r"[ \t]*(\\?['\"]?)([\w.-]+)['\"]?")


class Token(Struct, frozen=True):
    """A word, an operator, or the text that a here-document feeds to a command."""

    kind: str
    """`word`, `op`, `redirect` or `heredoc`."""
    text: str
    """Without quotes; variables and substitutions as written. A line end is the operator `\\n`."""
    line: int
    bare: bool = True
    """Whether nothing of it is quoted, so that it may be a reserved word."""
    inner: tuple[tuple[str, int], ...] = ()
    """Commands that are run to make the word, with their lines."""


def tokens(text: str, line: int = 1) -> list[Token]:
    """The tokens of a text whose first line has this number; what is never closed ends with the text."""
    return _Lexer(text[:MAX_LENGTH], line).read()


class _Lexer(Struct):
    text: str
    line: int
    position: int = 0
    found: list[Token] = field(default_factory=list[Token])
    waiting: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])
    """Here-documents announced on this line: (delimiter, tabs may be stripped)."""

    def read(self) -> list[Token]:
        text = self.text
        while self.position < len(text) and len(self.found) < MAX_TOKENS:
            if blank := _BLANK.match(text, self.position):
                self._take(blank[0])
            elif text[self.position] == "\n":
                self.found.append(Token("op", "\n", self.line))
                self._take("\n")
                self._heredocs()
            elif comment := _COMMENT.match(text, self.position):
                self._take(comment[0])
            elif redirection := _REDIRECTION.match(text, self.position):
                self._redirect(redirection[0])
            elif operator := _OPERATOR.match(text, self.position):
                self.found.append(Token("op", operator[0], self.line))
                self._take(operator[0])
            else:
                self._word()
        return self.found

    def _take(self, written: str) -> None:
        self.line += written.count("\n")
        self.position += len(written)

    def _redirect(self, written: str) -> None:
        line = self.line
        self._take(written)
        if written.lstrip("0123456789") in {"<<", "<<-"} and (name := _HEREDOC.match(self.text, self.position)):
            self._take(name[0])
            self.waiting.append((name[2], written.endswith("-")))
            return
        self.found.append(Token("redirect", written, line))

    def _heredocs(self) -> None:
        """Skips the bodies of the here-documents that the line before announced."""
        for delimiter, _ in self.waiting:
            start, line = self.position, self.line
            end = re.compile(rf"^[ \t]*{re.escape(delimiter)}[ \t\r]*$", re.MULTILINE).search(self.text, start)
            stop = end.start() if end is not None else len(self.text)
            self.found.append(Token("heredoc", self.text[start:stop], line))
            self._take(self.text[start : end.end() if end is not None else stop])
        self.waiting = []

    def _word(self) -> None:
        text, line = self.text, self.line
        parts: list[str] = []
        inner: list[tuple[str, int]] = []
        bare = True
        while self.position < len(text):
            here = text[self.position]
            if plain := _PLAIN.match(text, self.position):
                parts.append(plain[0])
                self._take(plain[0])
                if parts[-1].endswith("=") and text.startswith("(", self.position):
                    parts.append(self._balanced(self.position))
            elif here in "'\"":
                bare = False
                parts.append(self._quoted(inner))
            elif here == "\\":
                bare = False
                parts.append(text[self.position + 1 : self.position + 2].strip("\n"))
                self._take(text[self.position : self.position + 2])
            elif here == "$":
                parts.append(self._dollar(inner))
            elif here == "`":
                match = _BACKTICK.match(text, self.position)
                assert match is not None  # noqa: S101
                inner.append((match[1], self.line))
                parts.append(match[0])
                self._take(match[0])
            else:
                break
        self.found.append(Token("word", "".join(parts), line, bare, tuple(inner)))

    def _quoted(self, inner: list[tuple[str, int]]) -> str:
        if match := _SINGLE.match(self.text, self.position):
            self._take(match[0])
            return match[1]
        match = _DOUBLE.match(self.text, self.position)
        assert match is not None  # noqa: S101
        content, line = match[1], self.line
        self._take(match[0])
        for opening in re.finditer(r"\$\((?!\()", content):
            inside, _ = _until_closed(content, opening.end())
            inner.append((inside, line + content.count("\n", 0, opening.end())))
            break
        return _UNESCAPED.sub(r"\1", content).replace("\\\n", "")

    def _dollar(self, inner: list[tuple[str, int]]) -> str:
        text, start = self.text, self.position
        if match := _EXPRESSION.match(text, start) or _PARAMETER.match(text, start):
            self._take(match[0])
            return match[0]
        if text.startswith("$(", start):
            line = self.line
            written = self._balanced(start + 1)
            if not written.startswith("(("):
                inner.append((written[1:-1], line))
            return "$" + written
        self._take("$")
        return "$"

    def _balanced(self, opening: int) -> str:
        """The text from an opening parenthesis to the one that closes it, which is consumed."""
        _, end = _until_closed(self.text, opening + 1)
        written = self.text[opening:end]
        self._take(self.text[self.position : end])
        return written


def _until_closed(text: str, start: int) -> tuple[str, int]:
    """What stands before the parenthesis that closes one opened just before, and where the rest begins."""
    depth, position = 1, start
    while special := _SPECIAL.search(text, position):
        mark, position = special[0], special.end()
        if mark == "\\":
            position += 1
        elif mark in "'\"":
            quoted = (_SINGLE if mark == "'" else _DOUBLE).match(text, special.start())
            position = quoted.end() if quoted is not None else position
        else:
            depth += 1 if mark == "(" else -1
            if depth == 0:
                return text[start : position - 1], position
    return text[start:], len(text)
