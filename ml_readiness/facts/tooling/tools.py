"""Which tool plays which role, how far it is wired, and where that can be seen."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.dependencies.locks import is_complete
from ml_readiness.facts.dependencies.manifests import Manifests
from ml_readiness.facts.knowledge.signs import Signs
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.javascript import JavaScript
from ml_readiness.facts.source.reach import Reach
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tooling.uses import Level, Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.patterns import matcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.facts.knowledge.roles import Role
    from ml_readiness.facts.knowledge.signs import Match
    from ml_readiness.parsers.python import Call

TARGET = re.compile(r"^[ \t]*(?:-[ \t]*)?['\"]?(?:_target_|class_path)['\"]?[ \t]*:[ \t]*['\"]?([\w.]+)", re.MULTILINE)
DEPLOYED = (
    "Dockerfile*", "*.dockerfile", "Containerfile", "docker-compose*.y*ml", "compose*.y*ml", "*.tf", "app.yaml",
    "render.yaml", "fly.toml", "**/k8s/*.y*ml", "**/kubernetes/*.y*ml", "**/helm/**/*.y*ml", "**/deploy*/**/*.y*ml",
    "serverless.yml",
)  # fmt: skip
SAMPLES = (".env", ".env.*", "*.env", "*.env.*", "env.example", "README*")
INSTRUMENTED = frozenset({"metrics", "errors", "llm-tracing"})
"""Roles that a program around the start command can play."""
SETS_ENVIRONMENT = frozenset({"environ", "putenv"})
CONFIGURABLE = ("hydra", "lightning.pytorch.cli", "pytorch_lightning.cli", "jsonargparse", "omegaconf")
"""Packages that make objects of class names in YAML files."""


class _Spot(Struct, frozen=True, eq=False, gc=False):
    unit: Unit
    line: int
    scope: str = ""
    call: Call | None = None


class Tools(Struct, frozen=True, dict=True):
    """The tools of the project by role, best evidence first."""

    code: Code
    files: Files
    reach: Reach
    manifests: Manifests
    javascript: JavaScript
    signs: Signs

    @classmethod
    def gather(
        cls, code: Code, files: Files, reach: Reach, manifests: Manifests, javascript: JavaScript, signs: Signs
    ) -> Self:
        """From code, manifests and configuration, and the knowledge base."""
        return cls(code, files, reach, manifests, javascript, signs)

    def uses(self, *roles: Role) -> tuple[Use, ...]:
        """Where tools of these roles show, the furthest wired first."""
        found = [use for role in roles for use in self._of(role)]
        return tuple(sorted(found, key=_rank))

    def called(self, *roles: Role) -> tuple[Use, ...]:
        """Calls anywhere."""
        return tuple(use for use in self.uses(*roles) if use.level >= Level.CALLED)

    def wired(self, *roles: Role) -> tuple[Use, ...]:
        """Calls by production code that something starts."""
        return tuple(use for use in self.uses(*roles) if use.level is Level.WIRED)

    def _of(self, role: str) -> tuple[Use, ...]:
        if role not in self._found:
            code = (*self._calls(role), *self._imports(role), *self._configured(role), *self._switched(role))
            beside = (*self._files(role), *self._declared(role), *self._javascript(role))
            self._found[role] = (*code, *self._wrapped(role), *beside)
        return self._found[role]

    @cached_property
    def _found(self) -> dict[str, tuple[Use, ...]]:
        return {}

    # Calls, decorators, base classes, and things handed over by name

    def _calls(self, role: str) -> Iterator[Use]:
        for name, match in self._named.get(role, ()):
            for spot in self._spots[name]:
                if match.keyword and (spot.call is None or match.keyword not in spot.call.keywords):
                    continue
                yield self._use(match, name, spot)
        for name, tops, match in self._guessed.get(role, ()):
            for spot in self._spots[name]:
                if spot.unit.imports_any(*tops):
                    yield self._use(match, name, spot)

    def _use(self, match: Match, name: str, spot: _Spot) -> Use:
        live = spot.unit.is_production and self.reach.is_live(spot.unit, spot.scope)
        level = Level.WIRED if live else Level.CALLED
        return Use(
            self.signs, match.tool, match.role, level, name, spot.unit.path, spot.line, spot.unit, spot.scope, spot.call
        )

    @cached_property
    def _spots(self) -> Mapping[str, list[_Spot]]:
        """Every name that may reveal a tool, since a library that is known or nothing is behind it, with its places."""
        found: dict[str, list[_Spot]] = defaultdict(list)
        for site in self.code.sites:
            call, name = site.call, _past_fallback(site)
            if self._may_tell(name):
                found[name].append(_Spot(site.unit, call.line, call.scope, call))
            for name in _handed_over(call):
                if name.partition(".")[0] in self.signs.tops:
                    found[name].append(_Spot(site.unit, call.line, call.scope))
        for unit in self.code.units:
            for function in unit.python.functions:
                for name in function.decorators:
                    found[self.code.canonical(unit, name)].append(_Spot(unit, function.line))
            for each in unit.python.classes:
                for name in (*each.bases, *each.decorators):
                    found[self.code.canonical(unit, name)].append(_Spot(unit, each.line))
        return found

    def _may_tell(self, name: str) -> bool:
        return name[:1] == "?" or name.partition(".")[0] in self.signs.tops

    @cached_property
    def _named(self) -> Mapping[str, list[tuple[str, Match]]]:
        """For each role, the names that reveal it."""
        found: dict[str, list[tuple[str, Match]]] = defaultdict(list)
        for name in self._spots:
            if name.partition(".")[0] in self.signs.tops:
                for match in self.signs.of(name):
                    if self._is_meant(match):
                        found[match.role].append((name, match))
        return found

    @cached_property
    def _guessed(self) -> Mapping[str, list[tuple[str, tuple[str, ...], Match]]]:
        """For each role, methods of unknown objects that may reveal it, with the imports that must be there."""
        found: dict[str, list[tuple[str, tuple[str, ...], Match]]] = defaultdict(list)
        for name in self._spots:
            if name.startswith("?"):
                for tops, match in self.signs.method(name.rpartition(".")[2]):
                    found[match.role].append((name, tops, match))
        return found

    def _is_meant(self, match: Match) -> bool:
        """Whether a common import name really stands for the tool: its distribution is declared."""
        sign = self.signs.by_role[match.role][match.tool]
        return not sign.generic or not {match.tool, *sign.also}.isdisjoint(self.manifests.names)

    # Imports, manifests, configuration and files

    def _imports(self, role: str) -> Iterator[Use]:
        for unit, module, line, match in self._imported.get(role, ()):
            yield Use(self.signs, match.tool, role, Level.IMPORTED, module, unit.path, line, unit)

    @cached_property
    def _imported(self) -> Mapping[str, list[tuple[Unit, str, int, Match]]]:
        found: dict[str, list[tuple[Unit, str, int, Match]]] = defaultdict(list)
        for unit in self.code.units:
            for each in unit.python.imports:
                if each.top in self.signs.tops and not self.code.modules.is_own(each.module, unit.path):
                    full = f"{each.module}.{each.name}" if each.name not in {"", "*"} else each.module
                    for match in self.signs.importing(full):
                        if self._is_meant(match):
                            found[match.role].append((unit, each.module, each.line, match))
        return found

    def _configured(self, role: str) -> Iterator[Use]:
        for name, path, line in self._targets:
            for match in self.signs.of(name):
                if match.role == role and not match.keyword:
                    yield Use(self.signs, match.tool, role, Level.WIRED, name, path, line)

    @cached_property
    def _targets(self) -> tuple[tuple[str, str, int], ...]:
        """Classes named in YAML files, where the code makes objects of such names."""
        if not any(unit.is_production and unit.imports_any(*CONFIGURABLE) for unit in self.code.units):
            return ()
        return tuple(
            (found[1], path, text.count("\n", 0, found.start(1)) + 1)
            for path in self.files.find("*.yaml", "*.yml")
            for text in (self.files.text(path),)
            for found in TARGET.finditer(text)
        )

    def _switched(self, role: str) -> Iterator[Use]:
        """Environment variables that switch a tool on: in what is deployed, in code, or in a sample only."""
        for tool, names in self.signs.with_env.get(role, {}).items():
            pattern = re.compile(rf"\b(?:{'|'.join(names)})\b")
            for path in self.files.find(*DEPLOYED, *SAMPLES):
                found = pattern.search(text := self.files.text(path))
                if found is not None:
                    level = Level.WIRED if matcher(DEPLOYED)(path) else Level.DECLARED
                    yield Use(self.signs, tool, role, level, found[0], path, text.count("\n", 0, found.start()) + 1)
            for unit in self.code.production:
                if not SETS_ENVIRONMENT.isdisjoint(unit.python.names):
                    for text_ in unit.python.texts:
                        if text_.value in names:
                            yield Use(self.signs, tool, role, Level.WIRED, text_.value, unit.path, text_.line, unit)

    def _wrapped(self, role: str) -> Iterator[Use]:
        """Programs that instrument the command they are given, where it is deployed."""
        for tool, commands in self.signs.with_commands.get(role, {}).items() if role in INSTRUMENTED else ():
            pattern = re.compile(rf"(?<![\w/-])(?:{'|'.join(map(re.escape, commands))})(?![\w-])")
            for path in self.files.find(*DEPLOYED, "Procfile", "*.sh"):
                found = pattern.search(text := self.files.text(path))
                if found is not None:
                    line = text.count("\n", 0, found.start()) + 1
                    yield Use(self.signs, tool, role, Level.WIRED, found[0], path, line)

    def _declared(self, role: str) -> Iterator[Use]:
        for name, path, match in self._declarations.get(role, ()):
            yield Use(self.signs, match.tool, role, Level.DECLARED, name, path)

    @cached_property
    def _declarations(self) -> Mapping[str, list[tuple[str, str, Match]]]:
        """What manifests ask for; in a freeze nobody asked for anything."""
        found: dict[str, list[tuple[str, str, Match]]] = defaultdict(list)
        for manifest in self.manifests.runtime:
            if not is_complete(manifest):
                for each in manifest.declared:
                    for match in self.signs.distribution(each.key):
                        found[match.role].append((each.key, each.path, match))
        return found

    def _javascript(self, role: str) -> Iterator[Use]:
        script = self.javascript
        for name, place in (*script.imported.items(), *script.declared.items()):
            level = Level.WIRED if name in script.imported else Level.DECLARED
            for match in self.signs.npm(name):
                if match.role == role:
                    yield Use(self.signs, match.tool, role, level, name, place.path, place.line)

    def _files(self, role: str) -> Iterator[Use]:
        for tool, patterns in self.signs.with_files.get(role, {}).items():
            for path in self.files.find(*patterns):
                yield Use(self.signs, tool, role, Level.DECLARED, path, path)


def _past_fallback(site: Site) -> str:
    """The name of a call; of the library's, where the project only defines a stand-in for a failed import."""
    if site.name[:1] == ":" and site.name.startswith(prefix := f":{site.unit.path}:"):
        first, dot, rest = site.name.removeprefix(prefix).partition(".")
        each = site.unit.guarded_as.get(first)
        if each is not None:
            return f"{each.module}.{each.name}{dot}{rest}"
    return site.name


def _handed_over(call: Call) -> Iterator[str]:
    """Names that are passed on without being called: `app.add_middleware(PrometheusMiddleware)`."""
    for value in (*call.args, *call.keywords.values()) if call.keywords else call.args:
        if value.kind in {"name", "list"}:
            for item in value.items or (value,):
                if item.kind == "name" and "." in item.text and item.text[0] != "?":
                    yield item.text


def _rank(use: Use) -> tuple[int, bool, str, int]:
    return -use.level, use.call is None, use.path, use.line or 0
