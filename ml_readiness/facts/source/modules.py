"""Which import names belong to the project itself, and which file each one is."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts.knowledge.distributions import distributions
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.requirement import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping


class Modules(Struct, frozen=True, dict=True):
    """The project's own modules, by every dotted name under which some file could import them."""

    paths: tuple[str, ...]

    @classmethod
    def gather(cls, files: Files) -> Self:
        """Every own Python file, wherever its import root may be."""
        return cls(tuple(path for path in files.own if path.endswith(".py") and not path.startswith(files.corpora)))

    @cached_property
    def by_name(self) -> Mapping[str, tuple[str, ...]]:
        """Dotted name to files: `src/app/model.py` is `model`, `app.model` and `src.app.model`."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            parts = path.removesuffix(".py").split("/")
            if parts[-1] == "__init__":
                parts.pop()
            for start in range(max(0, len(parts) - 8), len(parts)):
                found[".".join(parts[start:])].append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    @cached_property
    def folders(self) -> frozenset[str]:
        """Names of folders that hold Python files, which namespace packages make importable."""
        return frozenset(part for path in self.paths for part in path.split("/")[:-1])

    def is_own(self, module: str, importer: str) -> bool:
        """Whether an absolute import names something of the project: a module or a package of it."""
        if module.startswith("."):
            return True
        top = module.partition(".")[0]
        return self.find(module, importer) is not None or self.find(top, importer) is not None or top in self.folders

    def find(self, module: str, importer: str) -> str | None:
        """The file of a module as a given file would import it; the nearest where several could be meant."""
        return next(iter(self.candidates(module, importer)), None)

    def candidates(self, module: str, importer: str) -> tuple[str, ...]:
        """Every file that the import of a module could mean, the likeliest first."""
        key = (module, importer.rpartition("/")[0])
        if key not in self._candidates:
            relative = module.startswith(".")
            self._candidates[key] = self._relative(module, importer) if relative else self._absolute(module, importer)
        found = self._candidates[key]
        return tuple(path for path in found if path != importer) if importer in found and module[0] != "." else found

    @cached_property
    def _candidates(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """By the module and the importer's folder, which decide all but that no file imports itself."""
        return {}

    def _absolute(self, module: str, importer: str) -> tuple[str, ...]:
        depth = module.count(".") + 1
        found = [path for path in self.by_name.get(module, ()) if self._is_root(_root(path, depth), importer, module)]
        return tuple(sorted(found, key=lambda path: _closeness(path, importer, module), reverse=True))

    def _relative(self, module: str, importer: str) -> tuple[str, ...]:
        level = len(module) - len(module.lstrip("."))
        folder = importer.split("/")[:-level]
        stem = "/".join([*folder, *module[level:].split(".")]).rstrip("/")
        return next(((path,) for path in (f"{stem}.py", f"{stem}/__init__.py") if path in self._known), ())

    def _is_root(self, folder: str, importer: str, module: str) -> bool:
        """Whether imports may start at a folder: the importer is below it, or it is no package itself.

        A file elsewhere, or a part of a package, that is called like a well-known library is not what is meant.
        """
        if not folder or folder.rpartition("/")[2] in ROOTS:
            return True
        below, free = importer.startswith(folder + "/"), folder in self._package_free
        if below and free:
            return True
        return (below or free) and not distributions().is_known(canonical(module.partition(".")[0]))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.paths)

    @cached_property
    def _package_free(self) -> frozenset[str]:
        """Folders without `__init__.py`, whose files can be imported when the folder is on the path."""
        folders = {path.rpartition("/")[0] for path in self.paths}
        folders |= {folder.rpartition("/")[0] for folder in folders}
        return frozenset(folder for folder in folders if f"{folder}/__init__.py" not in self._known)


ROOTS = frozenset({"", "src", "lib", "python", "app", "code", "scripts", "source"})


def _root(path: str, depth: int) -> str:
    """The folder at which the import of a module of so many parts starts."""
    parts = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
    return "/".join(parts[: len(parts) - depth])


def _closeness(path: str, importer: str, module: str) -> tuple[int, int, int]:
    shared = 0
    for ours, theirs in zip(path.split("/")[:-1], importer.split("/")[:-1], strict=False):
        if ours != theirs:
            break
        shared += 1
    exact = path in {f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"}
    return (shared, exact, -len(path))
