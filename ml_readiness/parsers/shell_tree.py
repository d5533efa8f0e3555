"""The structure of a shell text: lists of commands, pipes, and the blocks that hold more of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from ml_readiness import regex as re
from ml_readiness.parsers.shell_words import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 40

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_OPENING = {"if": ("if", "cond"), "while": ("loop", "cond"), "until": ("loop", "cond"), "for": ("loop", "cond"),
            "select": ("loop", "cond"), "{": ("brace", "body"), "case": ("case", "word")}  # fmt: skip
_NEXT = {("if", "then"): "then", ("if", "elif"): "cond", ("if", "else"): "else", ("loop", "do"): "body"}
_CLOSING = {("if", "fi"), ("loop", "done"), ("brace", "}"), ("case", "esac")}


class Simple(Struct):
    """One command: its words, and the variables that are set for it."""

    line: int
    words: list[str] = field(default_factory=list[str])
    variables: dict[str, str] = field(default_factory=dict[str, str])
    inner: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    stdin: tuple[str, int] = ("", 0)
    writes: str = ""


class Block(Struct):
    """A compound command: `if`, `loop`, `case`, `brace`, `paren` or `function`."""

    kind: str
    line: int
    lists: list[CommandList] = field(default_factory=list["CommandList"])
    name: str = ""
    """Of a function."""
    subject: str = ""
    """What a `case` looks at."""


class Pipeline(Struct):
    """Commands joined by pipes, with the operator in front of them."""

    before: str
    items: list[Simple | Block] = field(default_factory=list["Simple | Block"])
    negated: bool = False


class Statement(Struct):
    """Pipelines joined by `&&` and `||`."""

    parts: list[Pipeline]
    background: bool = False


class CommandList(Struct):
    """Statements one after another; its role is what the block uses it for."""

    role: str
    statements: list[Statement] = field(default_factory=list[Statement])
    patterns: tuple[str, ...] = ()
    """Of a `case` arm."""

    def simples(self) -> Iterator[Simple]:
        """Every simple command in it, however deep."""
        return (item for item in self._items() if isinstance(item, Simple))

    def blocks(self) -> Iterator[Block]:
        """Every block in it, however deep."""
        return (item for item in self._items() if isinstance(item, Block))

    def _items(self) -> Iterator[Simple | Block]:
        waiting: list[CommandList] = [self]
        while waiting:
            for statement in waiting.pop().statements:
                for item in (item for part in statement.parts for item in part.items):
                    yield item
                    if isinstance(item, Block):
                        waiting.extend(item.lists)


def tree(text: str, line: int = 1) -> CommandList:
    """The statements of a text; what does not fit the grammar is read as words."""
    return _Builder().build(tokens(text, line))


class _Frame(Struct):
    block: Block
    current: CommandList
    statement: Statement | None = None
    words: list[str] = field(default_factory=list[str])
    """The pattern of a `case` arm so far."""


class _Builder:
    def __init__(self) -> None:
        root = CommandList("body")
        self.stack = [_Frame(Block("root", 0, [root]), root)]
        self.simple: Simple | None = None
        self.last: Simple | None = None
        self.target = False
        """Whether it is a file that is written."""
        self.skip = False
        """Whether the next word is the target of a redirection."""

    def build(self, found: list[Token]) -> CommandList:
        for position, token in enumerate(found):
            if token.kind == "heredoc":
                if self.last is not None:
                    self.last.stdin = (token.text, token.line)
            elif token.kind == "redirect":
                self.skip = True
                self.target = token.text in {">", ">>", ">|"}
            elif token.kind == "op":
                self.skip = False
                self._operator(token)
            elif self.skip:
                self.skip = False
                if self.target and self.simple is not None:
                    self.simple.writes = token.text
            else:
                self._word(token, found[position + 1].text if position + 1 < len(found) else "")
        return self.stack[0].current

    def _in_pattern(self) -> bool:
        frame = self.stack[-1]
        return frame.block.kind == "case" and frame.current.role == "pattern"

    def _operator(self, token: Token) -> None:
        self.last = self.simple or self.last
        if self._in_pattern():
            self._pattern(token)
            return
        if token.text in {"\n", ";", "&"}:
            self._end(background=token.text == "&")
        elif token.text in {"&&", "||"}:
            self.simple = None
            self._statement().parts.append(Pipeline(token.text))
        elif token.text in {"|", "|&"}:
            self.simple = None
        elif token.text == "(":
            self._parenthesis(token)
        elif token.text == ")":
            self._close("paren")
        elif self.stack[-1].block.kind == "case":
            self._end()
            self._switch("pattern")

    def _pattern(self, token: Token) -> None:
        frame = self.stack[-1]
        if token.text == ")":
            patterns, frame.words = tuple(frame.words), []
            self._switch("arm")
            frame.current.patterns = patterns

    def _statement(self) -> Statement:
        frame = self.stack[-1]
        if frame.statement is None:
            frame.statement = Statement([Pipeline("")])
            frame.current.statements.append(frame.statement)
        return frame.statement

    def _end(self, *, background: bool = False) -> None:
        self.simple = None
        frame = self.stack[-1]
        if frame.statement is None:
            return
        last = frame.statement.parts[-1]
        if not background and len(frame.statement.parts) > 1 and not last.items:
            return
        frame.statement.background = background
        frame.statement = None

    def _parenthesis(self, token: Token) -> None:
        if self.simple is not None and len(self.simple.words) == 1:
            name = self.simple.words[0]
            self._statement().parts[-1].items.pop()
            self._open(Block("function", token.line, name=name), "body")
            self.simple = None
        elif self.simple is None:
            self._open(Block("paren", token.line), "body")

    def _open(self, block: Block, role: str) -> None:
        if len(self.stack) >= MAX_DEPTH:
            return
        self._statement().parts[-1].items.append(block)
        inside = CommandList(role)
        block.lists.append(inside)
        self.stack.append(_Frame(block, inside))
        self.simple = None

    def _switch(self, role: str) -> None:
        frame = self.stack[-1]
        frame.statement = None
        frame.current = CommandList(role)
        frame.block.lists.append(frame.current)
        self.simple = None

    def _close(self, kind: str) -> None:
        frame = self.stack[-1]
        if frame.block.kind == "function" and kind == "paren" and not frame.current.statements:
            return  # the `()` behind a function's name
        if frame.block.kind == kind:
            self._pop()

    def _pop(self) -> None:
        self.stack.pop()
        self.simple = None
        if len(self.stack) > 1 and self.stack[-1].block.kind == "function":
            self._pop()

    def _word(self, token: Token, following: str) -> None:
        frame = self.stack[-1]
        if self._in_pattern():
            if token.bare and token.text == "esac":
                self._pop()
            else:
                frame.words.append(token.text)
        elif frame.block.kind == "case" and frame.current.role == "word":
            if token.text == "in":
                self._switch("pattern")
            else:
                frame.block.subject = token.text
        elif self.simple is None and token.bare and self._reserved(token, following):
            return
        else:
            self._add(token)

    def _reserved(self, token: Token, following: str) -> bool:
        """Whether a word in front of a command is part of the grammar; if so it is dealt with."""
        word, frame = token.text, self.stack[-1]
        key = (frame.block.kind, word)
        if key in _CLOSING:
            self._pop()
        elif key in _NEXT:
            self._switch(_NEXT[key])
        elif word == "!":
            self._statement().parts[-1].negated = True
        elif word == "function" and following not in {"", "\n"}:
            self._open(Block("function", token.line), "name")
        elif frame.block.kind == "function" and frame.current.role == "name" and not frame.block.name:
            frame.block.name = word
        elif word in _OPENING and len(self.stack) < MAX_DEPTH:
            kind, role = _OPENING[word]
            self._open(Block(kind, token.line), role)
            if word in {"for", "select"}:
                self._add(token)
        else:
            return False
        return True

    def _add(self, token: Token) -> None:
        if self.simple is None:
            self.simple = self.last = Simple(token.line)
            self._statement().parts[-1].items.append(self.simple)
        if not self.simple.words and (match := _ASSIGNMENT.match(token.text)):
            self.simple.variables[match[0].rstrip("+=")] = token.text[match.end() :]
        else:
            self.simple.words.append(token.text)
        self.simple.inner.extend(token.inner)
