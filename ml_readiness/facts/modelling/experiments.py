"""How the runs of training are remembered: by a tracker, by hand, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.source.callgraph import key
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Collection

    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Call

TRAINERS = re.compile(
    r"(?:transformers|trl|setfit|sentence_transformers)\.(?:\w+\.)*\w*(?:TrainingArguments|SFTConfig|\w+Config)$"
)
NO_REPORT = {"none", ""}
LIGHTNING = re.compile(r"(?:lightning|pytorch_lightning)(?:\.\w+)*\.Trainer$")
SWITCH = re.compile(r"^(?:not )?(?:[\w.]+\.)?(\w+)(?:\s*(?:is|==).*)?$")
OFF = {"False", "None", "0", ""}
TELLING = re.compile(r"(?:fastai|ultralytics|keras|tensorflow\.keras|tf_keras)\.(?:.*\.)?(?:fit\w*|fine_tune|train)$")
"""Trainers that print figures while they train."""
WRITERS = frozenset(
    ["print", "to_csv", "to_json", "to_excel", "dump", "dumps", "write", "writerow", "save", "savetxt", "savez", "info",
     "log", "debug", "tqdm", "set_postfix", "set_postfix_str", "set_description", "display", "savefig",
     "pprint", "echo", "plot", "CSVLogger"]
)  # fmt: skip
FIGURE = re.compile(
    r"loss|acc(?:uracy)?\b|score|rmse|mse\b|mae\b|\bauc|f1|precision|recall|metric|error|perplex|reward|bleu|rouge|r2|eval"
    r"|\bvar(?:iance)?\b|_var\b|importance|confusion|silhouette|inertia|report|summary|history",
    re.IGNORECASE,
)
TOLD = ("README*", "*.sh", "*.yml", "*.yaml", "Makefile", "*.json", "*.py", "*.toml", "*.md")


class Experiments(Struct, frozen=True, dict=True):
    """What is kept of a training run."""

    code: Code
    files: Files
    tools: Tools
    lifecycle: Lifecycle

    @classmethod
    def gather(cls, code: Code, files: Files, tools: Tools, lifecycle: Lifecycle) -> Self:
        """From the training code and the trackers in it."""
        return cls(code, files, tools, lifecycle)

    @cached_property
    def training(self) -> tuple[Site, ...]:
        """Training calls outside tests, production code first."""
        sites = [site for site in self.lifecycle.training if not site.unit.is_test]
        return tuple(sorted(sites, key=lambda site: not site.unit.is_production))

    @cached_property
    def paths(self) -> frozenset[str]:
        """Files in which something is trained or tracked, tests left out."""
        used = {use.path for use in self.recorded}
        return frozenset(site.unit.path for site in self.training) | used

    @cached_property
    def opened(self) -> tuple[Use, ...]:
        """Where production code opens a run, whether or not anything is recorded in it."""
        return self.tools.wired("tracking-setup")

    @property
    def exist(self) -> bool:
        """Whether anything is trained or tracked."""
        return bool(self.training or self.recorded or self.opened)

    @cached_property
    def recorded(self) -> tuple[Use, ...]:
        """Calls that hand parameters or metrics to a tracker, outside tests, switched on or not."""
        return tuple(
            use
            for use in self.tools.called("tracking")
            if (use.unit is None or not use.unit.is_test) and self._reports(use) and self._is_used(use)
        )

    @cached_property
    def by_default(self) -> tuple[Site, ...]:
        """Trainers that report to a tracker unless told otherwise, and are not told otherwise."""
        sites = [site for site in self.code.sites if not site.unit.is_test]
        return tuple(site for site in sites if self._is_default_reporting(site))

    @cached_property
    def metrics_files(self) -> tuple[str, ...]:
        """Pipeline definitions that keep metrics with the run."""
        return tuple(
            path
            for path in self.files.find("dvc.yaml")
            if re.search(r"^[ \t]+metrics:", self.files.text(path), re.MULTILINE)
        )

    @cached_property
    def by_hand(self) -> tuple[Location, ...]:
        """Where figures of a run are printed, logged or written to a file."""
        measured = [site for site in self.lifecycle.measuring if not site.unit.is_test]
        units = {site.unit.path for site in (*self.training, *measured)}
        figures = {call.name for path in units for call in self.code.by_path[path].python.calls if _gives_figure(call)}
        models = {(site.unit.path, site.call.line, site.call.column) for site in self.lifecycle.saving}
        written = [
            site.location
            for path in sorted(units)
            for site in self.code.calls_in(self.code.by_path[path])
            if (path, site.call.line, site.call.column) not in models
            if (_writes(site) and (_mentions(site, FIGURE) or _holds(site, figures)))
            or (site.name in self._telling and _says(site, FIGURE))
        ]
        compared = [use.location for use in self.tools.called("comparison") if use.unit and not use.unit.is_test]
        logged = [site.location for site in self.code.calls_to(".CSVLogger") if not site.unit.is_test]
        told = [site.location for site in self.training if TELLING.match(site.name)]
        return (*written, *(site.location for site in measured), *compared, *logged, *told)

    @cached_property
    def _telling(self) -> frozenset[str]:
        """The project's own functions that print or write."""
        return frozenset(
            key(site.unit, site.call.scope) for site in self.code.sites if site.call.scope and _writes(site)
        )

    def is_on(self, use: Use) -> bool:
        """Whether nothing around the call is off unless somebody turns it on, or something here does."""
        return all(self._is_on(use.unit, name) for name in _switches(use))

    def _is_used(self, use: Use) -> bool:
        return use.unit is None or not use.unit.is_production or self.tools.reach.is_mentioned(use.unit, use.scope)

    def _reports(self, use: Use) -> bool:
        """Whether a call that names its trackers names any."""
        if use.call is None or "report_to" not in use.call.keywords:
            return True
        return not _is_nothing(use.call.keywords["report_to"])

    def _is_default_reporting(self, site: Site) -> bool:
        if TRAINERS.match(site.name) and site.name.endswith("TrainingArguments"):
            value = site.call.argument(None, "report_to")
            return value is None or not _is_nothing(value)
        if LIGHTNING.match(site.name):
            value = site.call.argument(None, "logger")
            return value is None or value.text not in {"False", "None"}
        return False

    def _is_on(self, unit: Unit | None, name: str) -> bool:
        return unit is None or not self._defaults_off(unit, name) or self._turned_on(name)

    def _defaults_off(self, unit: Unit, name: str) -> bool:
        for assign in unit.python.assigns:
            if assign.target.rpartition(".")[2] == name and assign.value.kind in {"bool", "none"}:
                return assign.value.text in OFF
        for each in unit.python.functions:
            for parameter in each.parameters:
                if parameter.name == name and parameter.default is not None:
                    return parameter.default.text in OFF and parameter.default.is_constant
        return any(_is_off_option(site, name) for site in self.code.calls_to(".add_argument"))

    def _turned_on(self, name: str) -> bool:
        option = name.replace("_", "[-_]")
        pattern = re.compile_once(
            rf"--{option}\b(?!\s*=?\s*(?:False|false|0|None))|\b{option}\b\s*[=:]\s*(?:True|true)\b"
        )
        beginning = name.partition("_")[0]
        return any(
            pattern.search(line) and "add_argument" not in line
            for path in self.files.find(*TOLD)
            if beginning in (text := self.files.text(path)) and pattern.search(text)
            for line in text.split("\n")
        )


def _switches(use: Use) -> Iterator[str]:
    if use.call is None:
        return
    for guard in use.call.guards:
        if guard.startswith("if "):
            for part in re.split(r"\s+and\s+", guard.removeprefix("if ")):
                found = SWITCH.match(part.strip("() "))
                if found and not part.startswith("not "):
                    yield found[1]


def _is_off_option(site: Site, name: str) -> bool:
    option = next((a.text for a in site.call.args if a.kind == "str" and a.text.startswith("--")), "")
    if option.lstrip("-").replace("-", "_") != name:
        return False
    action, default = site.call.argument(None, "action"), site.call.argument(None, "default")
    if action is not None and action.text == "store_true":
        return default is None or default.text in OFF
    return default is None or (default.is_constant and default.text in OFF)


def _is_nothing(value: Expr) -> bool:
    if value.kind == "list":
        return all(_is_nothing(item) for item in value.items)
    return value.kind == "none" or (value.kind == "str" and value.text.lower() in NO_REPORT)


def _writes(site: Site) -> bool:
    return site.name.rpartition(".")[2].lstrip("?:") in WRITERS


def _says(site: Site, pattern: re.Pattern[str]) -> bool:
    """Whether a text that is made for a call names such a thing."""
    texts = (value for value in site.call.args if value.kind == "format" or value.text in {"%", "+", "str.format"})
    return any(pattern.search(part.text) for value in texts for part in value.walk())


def _gives_figure(call: Call) -> bool:
    return any(FIGURE.search(target) for target in call.targets)


def _holds(site: Site, names: Collection[str]) -> bool:
    """Whether a call is given what one of some functions gave."""
    return any(part.text in names for value in site.call.args for part in value.walk() if part.kind in {"name", "call"})


def _mentions(site: Site, pattern: re.Pattern[str]) -> bool:
    """Whether a call that hands over more than constants names such a thing."""
    values = [*site.call.args, *site.call.keywords.values()]
    if all(value.is_constant for value in values):
        return False
    return any(pattern.search(text) for value in values for each in value.walk() for text in (each.text, *each.keys))
