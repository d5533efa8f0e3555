"""Values that scripts read from configuration files and command lines."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ml_readiness.facts.flow.joining import constant
from ml_readiness.facts.flow.values import NOTHING, Const, Map, Seq, Thing, Value
from ml_readiness.parsers.yaml import YamlFile

if TYPE_CHECKING:
    from ml_readiness.facts.flow.calls import Call
    from ml_readiness.facts.tree.files import Files
    from ml_readiness.parsers.yaml import Node

MAX_NODES = 4_000
CONFIGURATIONS = (".yaml", ".yml", ".json")


def configuration(files: Files, path: str, importer: str) -> Value | None:
    """The content of a configuration file as a script at `importer` would find it; None where there is none."""
    if not path.endswith(CONFIGURATIONS):
        return None
    folder = posixpath.dirname(importer)
    for base in ("", folder, posixpath.dirname(folder)):
        full = posixpath.normpath(posixpath.join(base, path.removeprefix("*/"))).lstrip("./")
        if full in files.entries:
            found = files.documents.find(YamlFile, full)
            return _value(found.root, [MAX_NODES]) if found is not None and found.documents else None
    return None


def _value(node: Node, left: list[int]) -> Value:
    left[0] -= 1
    if left[0] < 0:
        return NOTHING
    if node.items is not None:
        return Seq([_value(item, left) for item in node.items])
    if node.pairs is not None:
        return Map({key: _value(inner, left) for key, inner in node.pairs.items()})
    plain = node.value
    return Const(plain) if isinstance(plain, str | int | float | bool) else Const(None)


def parser_made(c: Call) -> Value:
    """`ArgumentParser()`."""
    return Thing("ArgumentParser", "arguments", c.place.path, c.line)


def parser_asked(c: Call, thing: Thing, name: str) -> Value:
    """A method of an argument parser."""
    if name == "add_argument":
        names = [text for arg in c.args if isinstance(text := constant(arg), str)]
        if names:
            long = next((each for each in names if each.startswith("--")), names[0])
            target = constant(c.kw.get("dest"))
            key = target if isinstance(target, str) else long.lstrip("-").replace("-", "_")
            label = long if long.startswith("-") else ""
            thing.children.append((f"{label}\0{key}", c.kw.get("default", Const(None))))
        return NOTHING
    if name in {"parse_args", "parse_known_args"}:
        given = _given(thing, c.m.words(c.frame.unit.path))
        return given if name == "parse_args" else Seq([given, NOTHING])
    return thing if name in {"add_argument_group", "add_mutually_exclusive_group"} else NOTHING


def _given(thing: Thing, words: tuple[str, ...] | None) -> Map:
    """What parsing gives: the words of the known run, else the defaults; the rest is not known."""
    values: dict[object, Value] = {}
    plain = list(words or ())
    for label_key, default in thing.children:
        label, _, key = label_key.partition("\0")
        told = _after(plain, label)
        if told is not None:
            values[key] = Const(told)
        elif isinstance(default, Const) and default.value is None:
            values[key] = Thing(f"argument {key}", "", thing.path, thing.line)
        else:
            values[key] = default
    positional = [key.partition("\0")[2] for key, _ in thing.children if key.startswith("\0")]
    values.update(zip(positional, [Const(word) for word in plain if not word.startswith("-")], strict=False))
    return Map(values)


def _after(words: list[str], label: str) -> str | None:
    """The word after an option, which is then taken out."""
    if not label:
        return None
    for position, word in enumerate(words):
        if word == label and position + 1 < len(words):
            told = words[position + 1]
            del words[position : position + 2]
            return told
        if word.startswith(f"{label}="):
            del words[position]
            return word.partition("=")[2]
    return None
