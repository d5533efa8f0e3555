"""Whether a model that is asked of a registry was put there, under the alias or stage by which it is asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.values import HOLE, Values
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.yaml import YamlFile
from ml_readiness.report import Location

URI = re.compile(r"\bmodels:/+(?P<name>[\w.-]+)(?:@(?P<alias>[\w.-]+)|/(?P<stage>[A-Za-z]\w*)|/\d+)?(?![\w/*])")
SETTINGS = ("*.yaml", "*.yml", "*.toml", "*.json", "*.ini", "*.cfg", "*.env", ".env*")
ASIDE = re.compile(r"(?:^|/)(?:docs?|tests?|mlruns|examples?)/|(?:^|/)mkdocs", re.IGNORECASE)
CATALOG = re.compile(r"(?:^|/)conf/.*catalog[\w/-]*\.ya?ml$")
"""Where Kedro is told what its steps are handed."""
IN_REGISTRY = "MlflowModelRegistryDataset"
TOLD = re.compile(r"\balias|\bpromot|\btransition|\bstages?\b|\bregister|\btag\b", re.IGNORECASE)
LATEST = frozenset({"latest", "None"})


class Asked(Struct, frozen=True):
    """One name under which settings ask a registry for a model."""

    uri: str
    location: Location


class Registry(Struct, frozen=True, dict=True):
    """What is put into a registry of models, and what is asked of it."""

    code: Code
    values: Values
    files: Files
    documents: Documents

    @classmethod
    def gather(cls, code: Code, values: Values, files: Files, documents: Documents) -> Self:
        """From calls, settings and documents."""
        return cls(code, values, files, documents)

    def holds(self, uri: str) -> bool:
        """Whether something here puts a model under this name, and under its alias or stage."""
        wanted = re.split(r"[/@]", uri.partition(":/")[2].strip("/"))
        name, mark = wanted[0], wanted[1] if len(wanted) > 1 else ""
        registered = bool(self._names) and (
            name == HOLE or any(HOLE in each or each.rpartition(".")[2] == name for each in self._names)
        )
        return registered and self._is_marked(mark)

    def _is_marked(self, mark: str) -> bool:
        """Whether code sets an alias or stage, or a document says how."""
        if not mark.strip(HOLE) or mark.isdigit() or HOLE in mark or mark in LATEST:
            return True
        return any(HOLE in each or each.lower() == mark.lower() for each in self._marks) or self._is_told(mark)

    @cached_property
    def _names(self) -> frozenset[str]:
        found: set[str] = set()
        for site in self.code.sites:
            given = site.call.argument(None, "registered_model_name")
            if given is None and site.call.method in {"register_model", "create_registered_model"}:
                given = site.call.argument(1, "name")
            if given is not None and not site.unit.is_test:
                found.add(self.values.text(site.unit, given, site.call.scope))
        return frozenset(found)

    @cached_property
    def _marks(self) -> frozenset[str]:
        """The aliases and stages that code gives."""
        given = [
            (site, site.call.argument(1, "alias")) for site in self.code.by_method.get("set_registered_model_alias", ())
        ]
        given += [
            (site, site.call.argument(2, "stage"))
            for name in ("transition_model_version_stage", "transition_model_version")
            for site in self.code.by_method.get(name, ())
        ]
        return frozenset(
            self.values.text(site.unit, value, site.call.scope) for site, value in given if not site.unit.is_test
        )

    def _is_told(self, mark: str) -> bool:
        word = re.compile(rf"\b{re.escape(mark)}\b", re.IGNORECASE)
        return any(
            "models:/" not in line and word.search(line) and TOLD.search(line)
            for path in self.files.find("*.md", "*.rst", "*.sh", "Makefile")
            for line in self.files.text(path).splitlines()
        )

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """What settings name, those that something here provides first."""
        found: list[Asked] = []
        for path in self.files.find(*SETTINGS):
            text = "" if ASIDE.search(path) else self.files.text(path)
            for match in URI.finditer(text) if "models:/" in text else ():
                line = text.count("\n", 0, match.start()) + 1
                found.append(Asked(match[0], Location(path=path, line=line)))
        return tuple(sorted(found, key=lambda asked: not self.holds(asked.uri)))

    @cached_property
    def catalogued(self) -> tuple[Asked, ...]:
        """Models of a registry that a pipeline framework is told to hand to its steps."""
        found: list[Asked] = []
        for path in self.files.find("*.yml", "*.yaml"):
            document = self.documents.find(YamlFile, path) if CATALOG.search(path) else None
            for _, entry in document.root.entries() if document is not None else ():
                name, alias = entry.string("model_name"), entry.string("alias") or entry.string("stage_or_version")
                if name and entry.string("type").endswith(IN_REGISTRY):
                    uri = f"models:/{name}" + (f"@{alias}" if alias else "")
                    found.append(Asked(uri, Location(path=path, line=entry.line)))
        return tuple(found)
