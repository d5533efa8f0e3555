"""What the code imports that is neither its own nor the standard library's."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.dependencies.manifests import Manifests
from ml_readiness.facts.knowledge.distributions import distributions, is_standard
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.requirement import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.parsers.python import Import

BUILD_HOOK = re.compile(
    r"(?:^|/)(?:setup|noxfile|fabfile|hatch_build|build|_build|conf|versioneer|tasks|ez_setup|get-pip|docs_?conf)\.py$"
)
ASIDE = re.compile(
    r"(?:^|/)(?:benchmarks?|bench|e2e|end[-_]to[-_]end|\.github|\.ci|ci|doc|docs_src|sphinx|playground|hack"
    r"|build[-_]?tools?|dev[-_]?tools?|release[-_]?tools?)/",
    re.IGNORECASE,
)
END_TO_END = re.compile(
    r"(?:^|/)(?:[^/]*_)?(?:e2e|benchmarks?|bench)(?:_[^/]*)?\.py$|(?:^|/)run_e2e[^/]*\.py$", re.IGNORECASE
)
GENERATED = re.compile(r"_pb2(?:_grpc)?$")
NOBODYS = frozenset({
    "api_key", "api_keys", "apikey", "app", "common", "config", "configs", "constant", "constants", "core", "cred",
    "credentials", "creds", "data", "globals", "helper", "helpers", "key", "keys", "lib", "local_settings", "main",
    "model", "models", "my_config", "params", "scripts", "secret", "secret_config", "secret_key", "settings", "src",
    "tools", "utils", "variables",
})  # fmt: skip
"""Names that no library is imported by: a file of the project that is missing or kept out of git."""
BUILT = re.compile(
    r"\b\w*Extension\(\s*(?:name\s*=\s*)?[\"'](?P<module>[\w.]+)[\"']|\bPYBIND11_MODULE\(\s*(?P<bound>\w+)"
)
"""How build scripts and sources name the compiled modules that they make."""
SOURCES = ("setup*.py", "build*.py", "*.cpp", "*.cc", "*.cu", "*.pyx")
MOST_SOURCES = 200
FIND_SPEC = ("importlib.util.find_spec", "find_spec", "pkgutil.find_loader")


class Needed(Struct, frozen=True):
    """One third-party module that a unit imports."""

    unit: Unit
    module: str
    """Dotted, with the imported name where that may be a module too."""
    top: str
    line: int
    guarded: bool
    """Whether the unit works without it."""


class ThirdParty(Struct, frozen=True, eq=False, dict=True):
    """Third-party imports of the project's code."""

    code: Code
    manifests: Manifests
    files: Files

    @classmethod
    def gather(cls, code: Code, manifests: Manifests, files: Files) -> Self:
        """From every unit's imports."""
        return cls(code, manifests, files)

    @cached_property
    def all(self) -> tuple[Needed, ...]:
        """Every such import, one a unit and module."""
        return tuple(needed for unit in self.code.units for needed in self._of(unit))

    @cached_property
    def judged(self) -> tuple[Needed, ...]:
        """Those that a manifest has to cover: of code that is neither test, example nor build hook; of notebooks where
        no other code imports anything."""
        found = [n for n in self.all if n.unit.is_production and not is_aside(n.unit.path)]
        found = found or [n for n in self.all if n.unit.is_notebook and not n.unit.is_example]
        return tuple(found or [n for n in self.all if n.unit.is_notebook])

    @cached_property
    def tops(self) -> frozenset[str]:
        """The top-level names of everything that is imported anywhere."""
        return frozenset(needed.top for needed in self.all)

    def _of(self, unit: Unit) -> Iterator[Needed]:
        seen: set[tuple[str, str]] = set()
        for each in unit.python.imports:
            if not each.top or is_standard(each.top) or GENERATED.search(each.top) or self._is_own(each, unit):
                continue
            module = f"{each.module}.{each.name}" if each.name not in {"", "*"} else each.module
            if (each.top, module) in seen or distributions().is_ambient(module):
                continue
            seen.add((each.top, module))
            guarded = each.guarded or each.top in self._probed or unit.path in self._optional
            yield Needed(unit, module, each.top, each.line, guarded)

    def _is_own(self, each: Import, unit: Unit) -> bool:
        """Whether an import means the project: a module found as Python finds it, or a package of its own by name.

        A mere folder of that name is not enough where a known distribution has it: a folder `mlflow` holds
        configuration, and `import mlflow` means the library.
        """
        modules = self.code.modules
        if canonical(each.top) in self._own_names or each.top in NOBODYS or each.top in self._built:
            return True
        if not distributions().is_known(distributions().providing(each.module)[0]):
            return modules.is_own(each.module, unit.path)
        path = modules.find(each.module, unit.path)
        return path is not None and (self._is_importable(path, each.module) or self._defines(path, each.name))

    def _is_importable(self, path: str, module: str) -> bool:
        """Whether a module is at the top of an import root, not inside a package of another name."""
        above = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
        root = "/".join(above[: -(module.count(".") + 1)])
        return f"{root}/__init__.py".lstrip("/") not in self.code.by_path

    def _defines(self, path: str, name: str) -> bool:
        unit = self.code.by_path.get(path)
        return unit is not None and (name in unit.functions or name in unit.classes or name in unit.values)

    @cached_property
    def _own_names(self) -> frozenset[str]:
        return frozenset(canonical(each.name) for each in self.manifests.all if each.name)

    @cached_property
    def _built(self) -> frozenset[str]:
        """Compiled modules that the project makes itself."""
        paths = self.files.find(*SOURCES)[:MOST_SOURCES]
        named = (match for path in paths for match in BUILT.finditer(self.files.text(path)))
        found = {(match["module"] or match["bound"]).partition(".")[0] for match in named}
        return frozenset(
            found | {path.rpartition("/")[2].removesuffix(".pyx") for path in paths if path.endswith(".pyx")}
        )

    @cached_property
    def _probed(self) -> frozenset[str]:
        """Packages whose presence the code asks about before it uses them; what tests ask says nothing."""
        found: set[str] = set()
        for site in self.code.calls_to(*FIND_SPEC):
            if site.unit.is_test:
                continue
            name = site.call.argument(0, "name", "modname", "fullname")
            if name is not None and name.kind == "str":
                found.add(name.text.partition(".")[0])
        return frozenset(found)

    @cached_property
    def _optional(self) -> frozenset[str]:
        """Units that the project itself only imports where failing to is allowed for."""
        always: set[str] = set()
        sometimes: set[str] = set()
        for unit in self.code.production:
            for each in unit.python.imports:
                joint = "" if each.module.endswith(".") else "."
                for name in {each.module, f"{each.module}{joint}{each.name}"}:
                    path = self.code.modules.find(name, unit.path)
                    if path is not None and path != unit.path:
                        (sometimes if each.guarded else always).add(path)
        return frozenset(sometimes - always)


def is_aside(path: str) -> bool:
    """Whether a file only builds, documents or measures the project, or is a template of another one."""
    return bool(BUILD_HOOK.search(path) or ASIDE.search(path) or END_TO_END.search(path) or "{{" in path)
