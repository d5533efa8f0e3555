"""Commands that run commands: `sudo`, `poetry run`, `docker run image`, `bash -c`, `python -m`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.knowledge.lexicon import PYTHON, Wrapper, lexicon, program

if TYPE_CHECKING:
    from collections.abc import Sequence

DEPTH = 10
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
PYTHON_VALUES = frozenset(("-W", "-X", "-Q", "--check-hash-based-pycs"))
CONTAINERS = frozenset(
    ("docker", "podman", "nvidia-docker", "docker-compose", "kubectl", "oc", "singularity", "apptainer")
)


class Bare(Struct, frozen=True):
    """A command with its wrappers taken off."""

    words: tuple[str, ...]
    """Empty where what is run is a shell text."""
    text: str = ""
    """A shell text that is run in its place."""
    python: bool = False
    """Whether the first word is a Python module or script."""
    elsewhere: bool = False
    """Whether it runs in a container or on another machine, where paths are others."""
    folder: str = ""
    """Where it is run, if a wrapper says so."""


def unwrap(words: Sequence[str]) -> Bare:
    """The innermost command that a command runs."""
    current = Bare(tuple(words))
    for _ in range(DEPTH):
        following = _once(current)
        if following is None or (following.words == current.words and following.text == current.text):
            break
        current = following
        if current.text or not current.words:
            break
    return current


def _once(bare: Bare) -> Bare | None:
    words = bare.words
    if not words:
        return None
    if ASSIGNMENT.match(words[0]):
        return _with(bare, words[1:])
    if PYTHON.fullmatch(words[0]) or program(words[0]) in {"python", "python3"}:
        return _python(bare, words[1:])
    name = program(words[0])
    if name in lexicon().shells or name in {"eval", "ssh", "powershell", "pwsh", "cmd"}:
        return _shell(bare, name, words)
    if name == "docker" and words[1:2] == ("compose",):
        return _with(bare, ("docker-compose", *_behind_options(words[2:], COMPOSE)))
    if name == "docker-compose" and words[1:2] and words[1].startswith("-"):
        return _with(bare, ("docker-compose", *_behind_options(words[1:], COMPOSE)))
    known = lexicon().wrappers
    wrapper = known.get(f"{name} {words[1]}") if len(words) > 1 else None
    if wrapper is not None:
        return _taken(bare, wrapper, words[2:])
    return _wrapped(bare, known[name], words) if name in known else None


COMPOSE = Wrapper(
    values=frozenset(("-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory"))
)


def _with(bare: Bare, words: tuple[str, ...], *, text: str = "", elsewhere: bool = False, folder: str = "") -> Bare:
    return Bare(words, text, bare.python, bare.elsewhere or elsewhere, folder or bare.folder)


def _wrapped(bare: Bare, wrapper: Wrapper, words: tuple[str, ...]) -> Bare | None:
    rest = words[1:]
    if wrapper.subcommands:
        rest = _behind_options(rest, wrapper)
        length = next((n for each in wrapper.subcommands if rest[: (n := len(each.split()))] == tuple(each.split())), 0)
        if not length:
            return None
        rest = rest[length:]
    return _taken(bare, wrapper, rest)


def _taken(bare: Bare, wrapper: Wrapper, rest: tuple[str, ...]) -> Bare | None:
    """What is left when the wrapper's own options and words are gone."""
    name = program(bare.words[0])
    elsewhere = name in CONTAINERS
    for position, word in enumerate(rest):
        if word in wrapper.text and position + 1 < len(rest):
            return _with(bare, (), text=rest[position + 1], elsewhere=elsewhere)
    if wrapper.behind or wrapper.dashes:
        marks = wrapper.behind or frozenset(("--",))
        start = next((n for n, word in enumerate(rest) if word in marks), None)
        return _with(bare, rest[start + 1 :], elsewhere=elsewhere) if start is not None else None
    if wrapper.python and ("-m" in rest or "--module" in rest):
        rest = _behind_options(rest, wrapper, stop="-m")
        return Bare(rest[1:], "", True, bare.elsewhere) if rest[:1] == ("-m",) and rest[1:] else _with(bare, rest)
    folder = _value(rest, "--directory", "-C", "--cwd", "--project") if not elsewhere else ""
    entry = _value(rest, "--entrypoint") if elsewhere else ""
    rest = _behind_options(rest, wrapper)
    if wrapper.optional and not (rest and re.fullmatch(wrapper.optional, rest[0])):
        return _with(bare, rest, folder=folder)
    if len(rest) <= wrapper.skip:
        return None
    rest = rest[wrapper.skip :]
    if wrapper.python:
        return Bare(("python", *rest), "", False, bare.elsewhere)
    rest = (entry, *rest) if entry else rest
    if name in {"poetry", "pipenv"} and rest[1:2] == ("--",):
        rest = (rest[0], *rest[2:])
    return _with(bare, rest, elsewhere=elsewhere, folder=folder)


def _behind_options(words: tuple[str, ...], wrapper: Wrapper, stop: str = "") -> tuple[str, ...]:
    position = 0
    while position < len(words) and words[position].startswith("-") and words[position] != stop:
        word = words[position]
        position += 1
        if word == "--":
            break
        takes = word in wrapper.values if wrapper.flags is None else word not in wrapper.flags and "=" not in word
        if takes:
            position += 1
    return words[position:]


def _value(words: tuple[str, ...], *names: str) -> str:
    for position, word in enumerate(words):
        if not word.startswith("-"):
            return ""
        if word in names and position + 1 < len(words):
            return words[position + 1]
        name, _, value = word.partition("=")
        if name in names and value:
            return value
    return ""


def _python(bare: Bare, rest: tuple[str, ...]) -> Bare | None:
    position = 0
    while position < len(rest) and rest[position].startswith("-"):
        word = rest[position]
        if word == "-m":
            return Bare(rest[position + 1 :], "", True, bare.elsewhere)
        if word.startswith("-m") and len(word) > 2:
            return Bare((word[2:], *rest[position + 1 :]), "", True, bare.elsewhere)
        if word in {"-c", "-"}:
            break
        position += 2 if word in PYTHON_VALUES else 1
    return Bare(("python", *rest[position:]), "", False, bare.elsewhere)


def _shell(bare: Bare, name: str, words: tuple[str, ...]) -> Bare | None:
    rest = words[1:]
    if name == "eval":
        return _with(bare, (), text=" ".join(rest))
    if name == "ssh":
        values = frozenset(("-i", "-p", "-o", "-l", "-F", "-J"))
        rest = _behind_options(rest, Wrapper(values=values))[1:]
        return _with(bare, (), text=" ".join(rest), elsewhere=True) if rest else None
    if name in {"powershell", "pwsh", "cmd"}:
        for position, word in enumerate(rest[:-1]):
            if word.lower() in {"-c", "-command", "/c", "/s/c"}:
                return _with(bare, (), text=" ".join(rest[position + 1 :]))
            if word.lower() in {"-file", "-f"}:
                return _with(bare, ("sh", *rest[position + 1 :]))
        return _with(bare, ("sh", *rest)) if rest and rest[0].endswith((".ps1", ".bat", ".cmd")) else None
    for position, word in enumerate(rest):
        if not word.startswith(("-", "+")):
            return None
        if word.startswith("-") and not word.startswith("--") and "c" in word[1:] and position + 1 < len(rest):
            return _with(bare, (), text=rest[position + 1])
    return None
