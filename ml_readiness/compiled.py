"""What patterns compile to, kept beside what modules compile to: a small audit needs 400, a fifth of its time."""

from __future__ import annotations

import atexit
import marshal
import os
import re
import sys
from array import array
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from typing import AnyStr

_Form = tuple[int, bytes, int, dict[str, int], tuple[str | None, ...]]
"""Flags, instructions, the number of groups, and their names."""

MOST = 5_000
"""Patterns after which the file starts anew: those of former versions of the product stay in it until then."""
UNKNOWN = (AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What another interpreter, or a broken file, may answer with; patterns are compiled as usual then."""


class Compiled:
    """The instructions of patterns by their text, in a file that is as good as none where it cannot be used.

    It is written at the end of a process, unless Python may not write its own byte code.
    """

    def __init__(self, where: Path) -> None:
        self._where = where
        self._made_by = f"{sys.version} {getattr(import_module('_sre'), 'MAGIC', '')}"
        self.forms = self._read()
        """What is known, by the text of a pattern and its flags."""
        self._is_new = False

    def pattern(self, text: AnyStr, flags: int) -> re.Pattern[AnyStr]:
        """A pattern as `re.compile` gives it."""
        key = (text, int(flags))
        with suppress(*UNKNOWN):
            form = self.forms.get(key)
            if form is None:
                form = self.forms[key] = _form(text, flags)
                self._is_new = True
            return _pattern(text, form)
        return re.compile(text, flags)

    def keep(self) -> None:
        """Writes what is new, for the next process; whole or not at all."""
        if not self._is_new or sys.dont_write_bytecode:
            return
        self._is_new = False
        unfinished = self._where.with_name(f"{self._where.name}.{os.getpid()}")
        with suppress(OSError):
            self._where.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(marshal.dumps((self._made_by, self.forms)))
            unfinished.replace(self._where)

    def _read(self) -> dict[tuple[str | bytes, int], _Form]:
        with suppress(EOFError, *UNKNOWN):
            made_by, forms = marshal.loads(self._where.read_bytes())  # noqa: S302
            if made_by == self._made_by and len(forms) < MOST:
                return cast("dict[tuple[str | bytes, int], _Form]", forms)
        return {}


@cache
def usual() -> Compiled:
    """The file beside the byte code of this module."""
    compiled = Compiled(Path(cache_from_source(__file__)).with_suffix(".patterns"))
    atexit.register(compiled.keep)
    return compiled


def _form(text: AnyStr, flags: int) -> _Form:
    """What `re.compile` does, up to its last step."""
    parsing: Any = import_module("re._parser")
    compiling: Any = import_module("re._compiler")
    tree = parsing.parse(text, flags)
    names: dict[str, int] = tree.state.groupdict
    by_number: list[str | None] = [None] * tree.state.groups
    for name, number in names.items():
        by_number[number] = name
    instructions = array("I", compiling._code(tree, flags)).tobytes()
    return int(flags | tree.state.flags), instructions, tree.state.groups - 1, names, tuple(by_number)


def _pattern(text: AnyStr, form: _Form) -> re.Pattern[AnyStr]:
    """The last step, which checks the instructions."""
    flags, instructions, groups, names, by_number = form
    compiling: Any = import_module("_sre")
    made = compiling.compile(text, flags, array("I", instructions).tolist(), groups, names, by_number)
    return cast("re.Pattern[AnyStr]", made)
