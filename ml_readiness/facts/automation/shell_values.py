"""Variables, arguments and written files of a shell, as far as they are known without running it."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import structs

from ml_readiness import regex as re
from ml_readiness.parsers.shell import GOES_ON, Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ml_readiness.facts.automation.following import Place

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?[-=]([^{}]*))?\}|(\w+)|env:(\w+))")


def note_written(command: Command, place: Place) -> None:
    """Remembers the text of a here-document under the name of the script it is written to."""
    if command.stdin:
        place.written[""] = (command.stdin, command.stdin_line, place.path)
    targets = [command.writes, *(command.words[1:] if command.words[0] == "tee" else ())]
    for target in targets:
        if target.endswith((".sh", ".bash")) and "" in place.written:
            place.written[posixpath.basename(target)] = place.written[""]


def outside(command: Command) -> Command:
    """The command as if it stood outside of its function."""
    return structs.replace(command, function="")


def shifted(command: Command) -> int:
    """How many arguments a `shift` takes away."""
    count = command.words[1] if len(command.words) > 1 else "1"
    return int(count) if count.isdecimal() and len(count) < 4 else 0


def lost_at(command: Command, place: Place) -> str:
    """Why a failure would not be noticed here; one that a variable keeps outlives a script that goes on."""
    return "" if command.noted and place.lost == GOES_ON else place.lost or command.lost


def stemmed(command: Command, stem: str) -> Command:
    """The command with what the `*` of its task's name stands for."""
    return structs.replace(command, words=tuple(word.replace("*", stem) for word in command.words))


def meant(command: Command, known: Mapping[str, str], place: Place) -> bool:
    """Whether the `case` arms around a command fit what is known of the variables."""
    for subject, patterns in command.cases:
        name = subject.strip("${}\"'").partition(":")[0]
        if name.isdigit() and place.arguments:
            number = int(name)
            value = place.arguments[number - 1] if 0 < number <= len(place.arguments) else ""
        else:
            value = known.get(name, "")
        if value and "$" not in value and not any(fnmatchcase(value, pattern) for pattern in patterns):
            return False
    return True


def put_in(text: str, variables: Mapping[str, str]) -> str:
    """The text with variables put in; those that are not known stay."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[3] or match[4]
        return variables.get(name) or (match[2] if match[2] else match[0])

    return _VARIABLE.sub(value, text)[:5_000] if "$" in text else text


def words_of(words: Sequence[str], variables: Mapping[str, str], arguments: tuple[str, ...]) -> Iterator[str]:
    """The words with variables put in; one that is nothing but a variable may become several."""
    numbered = {str(n): text for n, text in enumerate(arguments[:9], 1)}
    for word in words:
        if word in {"$@", "$*", "${@}"} and arguments:
            yield from arguments
            continue
        filled = put_in(word, {**variables, **numbered} if numbered else variables)
        if filled != word and _VARIABLE.fullmatch(word):
            yield from filled.split()[:50]
        else:
            yield filled
