"""YAML from anyone: read event by event with limits, so that no text can crash, hang or flood the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias, cast

import yaml
from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.parsers.templates import looks_templated, without_templates
from ml_readiness.parsers.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

YamlScalar: TypeAlias = str | int | float | bool | None
YamlValue: TypeAlias = "YamlScalar | list[YamlValue] | dict[str, YamlValue]"

MAX_BYTES = 5_000_000
MAX_NODES = 250_000
"""Scalars, lists and mappings of one text, counted again wherever an alias repeats them."""
MAX_DEPTH = 100
MAX_DIRECTIVES = 100
"""`%TAG` lines; the C parser compares each with all others."""

_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    spelled: value
    for word, value in (("true", True), ("yes", True), ("on", True), ("false", False), ("no", False), ("off", False))
    for spelled in (word, word.title(), word.upper())
}
_INTEGER = re.compile(r"[-+]?(?:0b[01]{1,300}|0x[0-9a-fA-F]{1,300}|0o?[0-7]{1,300}|0|[1-9][0-9_]{0,300})")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9]{1,300}\.[0-9]{0,300}|\.[0-9]{1,300})(?:[eE][-+]?[0-9]{1,3})?|[-+]?[0-9]{1,300}[eE][-+]?[0-9]{1,3}"
)
_DIRECTIVE = re.compile(r"^%TAG", re.MULTILINE)


class Node(Struct, frozen=True):
    """A scalar, a list or a mapping, and where it stands."""

    line: int
    """Of the key it belongs to, of its dash in a list, else of its own start; counted from one."""
    text: str | None = None
    """A scalar as written, without quotes; None for lists and mappings."""
    plain: bool = False
    """Whether the scalar has neither quotes nor tag, so that its text may mean a number or a truth value."""
    inner: int = 0
    """The line on which the text itself begins: below the key for a block scalar."""
    items: tuple[Node, ...] | None = None
    pairs: dict[str, Node] | None = None
    """Keys are text as written, also where YAML 1.1 sees a truth value (`on:`)."""
    tag: str = ""
    """A tag of the application's own, such as `!reference`; ignored otherwise."""

    @property
    def value(self) -> YamlValue:
        """The same as plain lists, dictionaries and scalars."""
        if self.text is not None:
            return resolve(self.text) if self.plain else self.text
        if self.pairs is not None:
            return {key: node.value for key, node in self.pairs.items()}
        return [node.value for node in self.items or ()]

    def get(self, *keys: str) -> Node | None:
        """What a chain of keys leads to, through mappings only."""
        node: Node | None = self
        for key in keys:
            node = node.pairs.get(key) if node is not None and node.pairs is not None else None
        return node

    def string(self, *keys: str) -> str:
        """The text of the scalar that a chain of keys leads to; empty where there is none."""
        node = self.get(*keys)
        return node.text or "" if node is not None else ""

    def entries(self, *keys: str) -> tuple[tuple[str, Node], ...]:
        """The pairs of the mapping that a chain of keys leads to, in order."""
        node = self.get(*keys)
        return tuple(node.pairs.items()) if node is not None and node.pairs is not None else ()

    def list(self, *keys: str) -> tuple[Node, ...]:
        """The items of the list that a chain of keys leads to; a scalar stands for a list of one."""
        node = self.get(*keys)
        if node is None:
            return ()
        if node.items is not None:
            return node.items
        return (node,) if node.text else ()

    def strings(self, *keys: str) -> tuple[str, ...]:
        """The texts of such a list, nested lists included, without empty ones."""
        return tuple(node.text for item in self.list(*keys) for node in item.walk() if node.text)

    def walk(self) -> Iterator[Node]:
        """This node and everything in it, in order of writing."""
        stack: list[Node] = [self]
        while stack:
            node = stack.pop()
            yield node
            inside = node.items if node.items is not None else tuple((node.pairs or {}).values())
            stack.extend(reversed(inside))


class YamlFile(Struct, frozen=True):
    """A YAML file, its documents with line numbers."""

    patterns: ClassVar[tuple[str, ...]] = ("*.yml", "*.yaml")
    max_bytes: ClassVar[int] = 1_000_000
    version: ClassVar[int] = 1

    documents: tuple[Node, ...]
    template: bool = False
    """Whether the text is made into YAML by Helm, Jinja or the like; expressions read as `TEMPLATE`."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The documents; ValueError where the text is not YAML, or refused."""
        text = decode(data)
        if not looks_templated(text):
            try:
                return cls(compose_all(text))
            except ValueError:
                if "{{" not in text and "{%" not in text:
                    raise
        try:
            return cls(compose_all(without_templates(text)), template=True)
        except ValueError:
            return cls((), template=True)

    @property
    def root(self) -> Node:
        """The first document; an empty scalar where there is none."""
        return self.documents[0] if self.documents else Node(1, "", plain=True, inner=1)


def load_all(data: bytes) -> tuple[YamlValue, ...]:
    """The documents of an untrusted text as plain values; ValueError where it is broken or refused.

    Keys are text as written, unknown tags are ignored, dates stay text. Deep nesting, too many nodes (aliases and
    merges counted out) and self-reference are refused.
    """
    return tuple(node.value for node in compose_all(decode(data)))


def load(data: bytes) -> YamlValue:
    """The first document of an untrusted text; None where there is none. Raises as `load_all` does."""
    return next(iter(load_all(data)), None)


def resolve(text: str) -> YamlScalar:
    """What an unquoted scalar means: a truth value, nothing, a number, else its text."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > 300 or text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    bare = digits.lstrip("+-")
    if len(bare) > 1 and bare[0] == "0" and bare[1].isdigit():
        return int(digits, 8)
    return int(digits, 0)


class _Frame:
    """A list or mapping that is still open."""

    __slots__ = ("anchor", "is_mapping", "items", "key", "line", "merges", "start", "tag")

    def __init__(self, event: yaml.CollectionStartEvent, line: int, count: int) -> None:
        self.is_mapping = isinstance(event, yaml.MappingStartEvent)
        self.tag = _own(event.tag)
        self.anchor = event.anchor
        self.line = line
        self.start = count
        self.key: tuple[str, int, bool] | None = None
        self.items: list[Node] | dict[str, Node] = {} if self.is_mapping else []
        self.merges: list[Node] = []

    def closed(self) -> Node:
        """The finished node, merged mappings below its own keys."""
        if not isinstance(self.items, dict):
            return Node(self.line, items=tuple(self.items), tag=self.tag)
        pairs = self.items
        for source in self.merges:
            for mapping in source.items if source.items is not None else (source,):
                for key, node in (mapping.pairs or {}).items():
                    pairs.setdefault(key, node)
        return Node(self.line, pairs=pairs, tag=self.tag)


class _Composer:
    """Builds nodes from events with a stack of its own and counts what an alias repeats."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.count = 0

    def read(self, events: Iterator[yaml.Event]) -> tuple[Node, ...]:
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(cast("yaml.ScalarEvent", event))
            elif kind in {yaml.MappingStartEvent, yaml.SequenceStartEvent}:
                self._open(cast("yaml.CollectionStartEvent", event))
            elif kind in {yaml.MappingEndEvent, yaml.SequenceEndEvent}:
                self._close()
            elif kind is yaml.AliasEvent:
                self._alias(cast("yaml.AliasEvent", event))
            elif kind is yaml.DocumentStartEvent:
                self.anchors = {}
                self._spend(1)
        return tuple(self.documents)

    def _spend(self, nodes: int) -> None:
        self.count += nodes
        if self.count > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES:,} values, aliases counted out")

    def _line(self, event: yaml.Event) -> int:
        frame = self.stack[-1] if self.stack else None
        return frame.key[1] if frame is not None and frame.key is not None else _start(event)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._spend(1)
        text = event.value if event.value.isascii() else event.value.encode("utf-8", "replace").decode()
        start = _start(event)
        node = Node(
            self._line(event),
            text,
            plain=event.implicit[0],
            inner=start + 1 if event.style in {"|", ">"} else start,
            tag=_own(event.tag),
        )
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, 1)
        self._add(node)

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
        self.stack.append(_Frame(event, self._line(event), self.count))
        self._spend(1)

    def _close(self) -> None:
        frame = self.stack.pop()
        node = frame.closed()
        if frame.anchor is not None:
            self.anchors[frame.anchor] = (node, self.count - frame.start)
        self._add(node)

    def _alias(self, event: yaml.AliasEvent) -> None:
        if event.anchor not in self.anchors:
            raise ValueError(f"line {_start(event)}: alias of something undefined or unfinished")
        node, weight = self.anchors[event.anchor]
        self._spend(weight)
        self._add(node)

    def _add(self, node: Node) -> None:
        if not self.stack:
            self.documents.append(node)
            return
        frame = self.stack[-1]
        if isinstance(frame.items, list):
            frame.items.append(node)
        elif frame.key is None:
            text = node.text if node.text is not None else "?"
            frame.key = (text, node.line, text == "<<" and node.plain)
        else:
            key, _, merges = frame.key
            frame.key = None
            if merges:
                frame.merges.append(node)
            else:
                frame.items[key] = node


def compose_all(text: str) -> tuple[Node, ...]:
    """The documents of a text as nodes; ValueError where it is broken or refused."""
    if len(text) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES:,} characters")
    if len(_DIRECTIVE.findall(text)) > MAX_DIRECTIVES:
        raise ValueError("too many directives")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Composer().read(yaml.parse(text, Loader=loader))  # pyright: ignore[reportUnknownMemberType]
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())[:300]) from None


def _start(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _own(tag: str | None) -> str:
    return tag if tag is not None and not tag.startswith("tag:yaml.org,2002:") and tag != "!" else ""
