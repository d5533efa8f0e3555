"""How saved models are read, and whether reading them could run code that somebody else wrote."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from ml_readiness import regex as re
from ml_readiness.facts.dependencies.manifests import Manifests
from ml_readiness.facts.modelling.hubs import Fixed, Hubs
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.values import HOLE, Values
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

if TYPE_CHECKING:
    from ml_readiness.parsers.python import Call

SWITCHES = {"allow_dangerous_deserialization": "True", "enable_unsafe_deserialization": "True", "safe_mode": "False"}
MODELS = re.compile(
    r"model|clf|classifier|regressor|pipeline|scaler|encoder|vectori|weights|estimator|\.(?:pkl|joblib|sav)",
    re.IGNORECASE,
)
PICKLED = frozenset(["load", "Unpickler", "read_pickle", "load_model"])
SCANNERS = re.compile(r"\b(?:modelscan|picklescan|fickling|model_signing)\b")
PIPELINES = (".github/workflows/*.yml", ".github/workflows/*.yaml", ".gitlab-ci.yml", ".pre-commit-config.yaml")
SAFE_TORCH = ("2.6.0", "2.7.0", "2.8.0", "2.9.0", "2.10.0", "3.0")
SAFE_YAML = frozenset(["SafeLoader", "CSafeLoader", "BaseLoader"])


class Risk(IntEnum):
    """What reading may do."""

    NONE = 0
    KNOWN = 1
    """It can run code, but the file is made here or checked."""
    UNKNOWN = 2
    """It can run code, and nothing says who made the file."""


class Load(Struct, frozen=True):
    """One place where a saved object is read."""

    what: str
    location: Location
    risk: Risk


class Loads(Struct, frozen=True, dict=True):
    """Every place where production code reads a saved model or transformer."""

    code: Code
    files: Files
    tools: Tools
    values: Values
    manifests: Manifests
    hubs: Hubs

    @classmethod
    def gather(cls, code: Code, files: Files, tools: Tools, values: Values, manifests: Manifests, hubs: Hubs) -> Self:
        """From loading calls and their switches."""
        return cls(code, files, tools, values, manifests, hubs)

    @cached_property
    def all(self) -> tuple[Load, ...]:
        """The riskiest first."""
        found = [*self._pickles(), *self._torch(), *self._switched(), *self._trusting(), *self._yaml(), *self._safe()]
        return tuple(sorted(found, key=lambda load: (-load.risk, load.location.path, load.location.line or 0)))

    def _uses(self, role: str) -> Iterator[tuple[Use, Call]]:
        uses = self.tools.called("pickle-load") if role == "pickle-load" else self.tools.called("safe-load")
        for use in uses:
            if use.unit is not None and use.unit.is_production and use.call is not None:
                yield use, use.call

    def _pickles(self) -> Iterator[Load]:
        for use, call in self._uses("pickle-load"):
            method = use.name.rpartition(".")[2]
            if method in PICKLED or (method == "loads" and MODELS.search(" ".join((*call.targets, use.scope)))):
                yield Load(f"{use.shown} can run code that the file holds", use.location, self._provenance(use, call))

    def _torch(self) -> Iterator[Load]:
        for site in self._production("torch.load"):
            given = site.call.argument(None, "weights_only")
            if given is not None and given.text == "True":
                yield Load("`torch.load` reads weights only", site.location, Risk.NONE)
            elif given is not None and given.text == "False":
                yield Load(
                    "`torch.load` with `weights_only=False` can run code that the file holds",
                    site.location,
                    self._origin(site),
                )
            elif self._old_torch:
                yield Load(
                    "`torch.load` of the declared version can run code that the file holds",
                    site.location,
                    self._origin(site),
                )
            else:
                yield Load("`torch.load` reads weights only since version 2.6", site.location, Risk.NONE)

    def _switched(self) -> Iterator[Load]:
        for site in self.code.sites:
            if site.unit.is_production:
                for name, value in SWITCHES.items():
                    if name in site.call.keywords and site.call.keywords[name].text == value:
                        yield Load(f"`{name}={value}` switches the protection off", site.location, self._origin(site))

    def _trusting(self) -> Iterator[Load]:
        for fetch in self.hubs.fetched:
            if fetch.trusts_code:
                risk = Risk.KNOWN if fetch.fixed is Fixed.COMMIT else Risk.UNKNOWN
                yield Load(f"`trust_remote_code` runs the code of `{fetch.what}`", fetch.location, risk)

    def _yaml(self) -> Iterator[Load]:
        for site in self._production("yaml.load"):
            given = site.call.argument(1, "Loader")
            loader = given.text.rpartition(".")[2] if given is not None else ""
            if loader not in SAFE_YAML and (given is None or given.kind == "name") and "Safe" not in loader:
                risk = Risk.KNOWN if loader == "FullLoader" else Risk.UNKNOWN
                yield Load("`yaml.load` without a safe loader", site.location, risk)

    def _safe(self) -> Iterator[Load]:
        for use, _ in self._uses("safe-load"):
            yield Load(f"{use.shown} reads without running code", use.location, Risk.NONE)

    def _production(self, name: str) -> Iterator[Site]:
        return (site for site in self.code.calls_to(name) if site.unit.is_production and site.name == name)

    def _provenance(self, use: Use, call: Call) -> Risk:
        assert use.unit is not None  # noqa: S101
        return self._origin(Site(use.unit, call, use.name))

    def _origin(self, site: Site) -> Risk:
        """Whether the project makes such files itself, or checks what it reads."""
        if self._scanned or self._checks_sum(site):
            return Risk.KNOWN
        first = site.call.args[0] if site.call.args else None
        text = self.values.text(site.unit, first, site.call.scope)
        name = text.rpartition("/")[2]
        if name and HOLE not in name:
            return Risk.KNOWN if self._saved_names & {name, HOLE} or name in self._saved_text else Risk.UNKNOWN
        return Risk.KNOWN if self._saves or self._saved_names else Risk.UNKNOWN

    @cached_property
    def _saves(self) -> tuple[Use, ...]:
        return tuple(use for use in self.tools.called("pickle-save") if use.unit is not None and not use.unit.is_test)

    @cached_property
    def _saved_names(self) -> frozenset[str]:
        """Names of files that the project writes; `*` where a run decides."""
        found: set[str] = set()
        for use in self._saves:
            if use.unit is not None and use.call is not None:
                target = use.call.argument(1, "filename", "file")
                found.add(self.values.text(use.unit, target, use.scope).rpartition("/")[2] or HOLE)
        for site in self.code.calls_to("torch.save", ".save_model", ".save_pretrained", ".save", ".save_local"):
            if not site.unit.is_test:
                target = site.call.argument(1 if site.name.startswith("torch") else 0, "f", "path", "folder_path")
                found.add(self.values.text(site.unit, target, site.call.scope).rpartition("/")[2] or HOLE)
        return frozenset(HOLE if HOLE in name else name for name in found)

    @cached_property
    def _saved_text(self) -> frozenset[str]:
        """File names that pipelines declare as their output."""
        text = "\n".join(self.files.text(path) for path in self.files.find("dvc.yaml", "dvc.lock", "*.dvc"))
        return frozenset(re.findall(r"[\w.-]+\.\w+", text))

    def _checks_sum(self, site: Site) -> bool:
        return any(each.name.startswith("hashlib.") for each in self.code.calls_in(site.unit, site.call.scope))

    @cached_property
    def _scanned(self) -> bool:
        """Whether a scanner or a signature check runs here."""
        if self.tools.wired("model-scan", "signing"):
            return True
        texts = (self.files.text(path) for path in self.files.find(*PIPELINES))
        return any(SCANNERS.search(text) for text in texts)

    @cached_property
    def _old_torch(self) -> bool:
        """Whether every declared version of torch is from before the safe default."""
        declared = [each for m in self.manifests.runtime for each in m.declared if each.key == "torch"]
        for each in declared:
            try:
                allowed = SpecifierSet(each.requirement.specifier)
            except InvalidSpecifier:
                continue
            if allowed and not any(allowed.contains(v) for v in SAFE_TORCH):
                return True
        return False
