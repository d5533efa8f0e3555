"""What distributions are called in code, and what installing one brings along: knowledge, not evidence."""

from __future__ import annotations

import sys
from functools import cache, cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts import knowledge
from ml_readiness.parsers.requirement import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PYTHON2 = frozenset({
    "__builtin__", "BaseHTTPServer", "CGIHTTPServer", "ConfigParser", "Cookie", "HTMLParser", "Queue", "ScrolledText",
    "SimpleHTTPServer", "SocketServer", "StringIO", "Tix", "Tkinter", "Tkconstants", "UserDict", "UserList",
    "UserString", "anydbm", "cPickle", "cProfile", "cStringIO", "commands", "cookielib", "copy_reg", "dummy_thread",
    "exceptions", "hotshot", "htmlentitydefs", "htmllib", "httplib", "md5", "new", "popen2", "robotparser", "sets",
    "sgmllib", "sha", "string", "thread", "tkFileDialog", "tkMessageBox", "ttk", "urllib2", "urlparse", "whichdb",
    "xmlrpclib",
})  # fmt: skip
PAST = frozenset({
    "asynchat", "asyncore", "cgi", "cgitb", "distutils", "imghdr", "imp", "lib2to3", "nntplib", "pipes", "smtpd",
    "sndhdr", "telnetlib", "crypt", "parser", "symbol", "formatter", "binhex", "macpath", "dummy_threading", "aifc",
    "audioop", "chunk", "mailcap", "msilib", "nis", "ossaudiodev", "spwd", "sunau", "uu", "xdrlib", "annotationlib",
    "compression", "tomllib", "zoneinfo", "graphlib",
})  # fmt: skip
VERSION_SUFFIX = re.compile(r"_v\d\w*$")
STANDARD = sys.stdlib_module_names | PYTHON2 | PAST | {"__future__", "__main__", "_typeshed"}
"""Top-level modules of the standard library, of every Python there was."""


class Distributions(Struct, frozen=True, dict=True):
    """The knowledge file."""

    imports: dict[str, tuple[str, ...]]
    installs: dict[str, tuple[str, ...]]
    extends: dict[str, str]
    ambient: frozenset[str]
    plain: frozenset[str]
    namespaces: dict[str, str]

    def providing(self, module: str) -> tuple[str, ...]:
        """The distributions that provide a module, the usual one first; a guess where the module is not known."""
        if module not in self._providers:
            self._providers[module] = self._providing(module)
        return self._providers[module]

    @cached_property
    def _providers(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _providing(self, module: str) -> tuple[str, ...]:
        name = module
        while name and name not in self.imports:
            name = name.rpartition(".")[0]
        space = next((s for s in self.namespaces if module.startswith(s + ".") and len(s) >= len(name)), "")
        guesses = tuple(self._members(space, module)) if space else ()
        return (*guesses, *self.imports.get(name, ())) or (canonical(module.partition(".")[0]),)

    def provides(self, distribution: str, module: str) -> bool:
        """Whether a distribution may well provide a module: by knowledge, or by a name of the usual shape where
        nothing is known about the module, as `python-foo`, `pyfoo` or `somebodys-foo` provide `foo`."""
        providers = self.providing(module)
        if distribution in providers:
            return True
        top = canonical(module.partition(".")[0])
        if module in self.namespaces or module == "google":
            return distribution.startswith(f"{top}-")
        if providers != (top,) or self.is_known(top):
            return False
        return distribution in {f"py{top}", f"{top}-python", f"{top}-py", f"{top}lib"} or distribution.endswith(
            f"-{top}"
        )

    def _members(self, space: str, module: str) -> Iterator[str]:
        parts = [VERSION_SUFFIX.sub("", part) for part in module.removeprefix(space + ".").split(".")]
        for end in range(min(3, len(parts)), 0, -1):
            yield canonical("-".join([self.namespaces[space], *parts[:end]]))

    def same_as(self, distribution: str) -> tuple[str, ...]:
        """The distribution's name and the others under which the same import is known: `sklearn`, `scikit-learn`."""
        others = (names for names in self.imports.values() if distribution in names)
        return tuple(dict.fromkeys((distribution, *(name for names in others for name in names))))

    def is_known(self, distribution: str) -> bool:
        """Whether a distribution is in the knowledge at all."""
        return distribution in self.installs or distribution in self.plain or distribution in self._provided

    @cached_property
    def _provided(self) -> frozenset[str]:
        listed = {name for names in self.imports.values() for name in names}
        return frozenset(listed | {name for names in self.installs.values() for name in names})

    def is_ambient(self, module: str) -> bool:
        """Whether the platform provides a module wherever the code can run."""
        return module.partition(".")[0] in self.ambient or ".".join(module.split(".")[:2]) in self.ambient

    def brought_by(self, distribution: str, extras: Iterable[str] = ()) -> frozenset[str]:
        """Everything that installing one distribution installs, itself included."""
        found: set[str] = set()
        waiting = [distribution, *(f"{distribution}[{extra}]" for extra in extras)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.installs.get(name, ()))
                waiting.extend(host for start, host in self.extends.items() if name.startswith(start))
        return frozenset(name for name in found if "[" not in name)

    def brought_by_all(self, wanted: Iterable[tuple[str, tuple[str, ...]]]) -> frozenset[str]:
        """Everything that installing some distributions installs, themselves included."""
        return frozenset(found for name, extras in wanted for found in self.brought_by(name, extras))


@cache
def distributions() -> Distributions:
    """The knowledge file, read once."""
    return knowledge.read("providers.yml", Distributions)


def is_standard(module: str) -> bool:
    """Whether a module belongs to the standard library of some Python."""
    return module.partition(".")[0] in STANDARD
