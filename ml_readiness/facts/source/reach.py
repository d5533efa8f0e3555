"""Which code something starts: an entry point, or what an entry point imports and calls."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.knowledge.signs import Signs
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.source.units import Unit

OPERATED = (
    "Dockerfile*", "*.dockerfile", "Containerfile", "Makefile", "justfile", "Procfile", "*.yml", "*.yaml", "*.sh",
    "*.toml", "*.cfg", "MLproject", "Jenkinsfile", "noxfile.py", "tasks.py", "setup.py", "*.tf", "README*",
)  # fmt: skip
"""Files whose text may name what is to be run."""
STARTED_BY_NAME = frozenset(
    ["lambda_handler", "handler", "model_fn", "predict_fn", "handle", "azureml_main", "proxy_function"]
)
STARTING = frozenset(["api", "demo-ui", "serving", "orchestration", "worker", "scheduling"])
PREPARATION = re.compile(
    r"^(?:sys\.path|os\.path|pathlib|os\.environ|os\.chdir|os\.makedirs|dotenv|warnings|logging|matplotlib|pandas\.set_option|numpy\.seterr"
    r"|seaborn|random\.seed|numpy\.random\.seed|torch\.manual_seed|nltk\.download|transformers\.logging|locale|pyrootutils"
    r"|rootutils|multiprocessing|tensorflow\.config|torch\.set|torch\.backends|load_dotenv|print$|str$|\?)"
)
"""Module-level calls that only prepare what the importer does."""
RUN = re.compile(r"(?<![\w./-])[\w./-]{1,200}\.py\b|\b\w+(?:\.\w+)+\b|(?<=-m )\w+|\b\w+(?=:\w)")
"""Scripts, dotted modules, and what stands before a colon, as in `app:main`."""
SEVERAL = 2
"""Statements that make a file without a main guard a script."""
TOO_MUCH_TEXT = 4_000_000


class Reach(Struct, frozen=True, dict=True):
    """The production code that runs when somebody or something starts the project."""

    code: Code
    files: Files
    signs: Signs

    @classmethod
    def gather(cls, code: Code, files: Files, signs: Signs) -> Self:
        """From the project's code and the files that say what is run."""
        return cls(code, files, signs)

    @cached_property
    def entries(self) -> frozenset[str]:
        """Paths of the production units that are started themselves."""
        return frozenset(unit.path for unit in self.code.production if self._starts(unit))

    @cached_property
    def reached(self) -> frozenset[str]:
        """Paths of the production units that run because of an entry point."""
        found: set[str] = set()
        stack = list(self.entries)
        while stack:
            path = stack.pop()
            if path not in found:
                found.add(path)
                stack.extend(self.code.imported.get(path, ()))
        return frozenset(path for path in found if path in self.code.by_path and self.code.by_path[path].is_production)

    def is_live(self, unit: Unit, scope: str) -> bool:
        """Whether code in this scope runs: its file is reached, and its function is mentioned or decorated."""
        return unit.path in self.reached and self.is_mentioned(unit, scope)

    def is_mentioned(self, unit: Unit, scope: str) -> bool:
        """Whether every function and class around is referred to by production code, or called by a framework."""
        while scope:
            function = unit.functions.get(scope)
            if function is not None and not function.in_class:
                name = scope.rpartition(".")[2]
                if not function.decorators and name not in self._mentioned and name not in STARTED_BY_NAME:
                    return False
            each = unit.classes.get(scope)
            if each is not None and not (each.decorators or each.bases) and each.name not in self._mentioned:
                return False
            scope = scope.rpartition(".")[0]
        return True

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        """Every identifier that production code uses, and every word of the files that say what is run."""
        names: set[str] = set()
        for unit in self.code.production:
            names.update(unit.python.names)
        return frozenset(names | self._operated_words)

    @cached_property
    def _operated_words(self) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", self._operated_text))

    @cached_property
    def _operated_text(self) -> str:
        return "\n".join(self._texts())

    def _texts(self) -> Iterator[str]:
        total = 0
        for path in self.files.find(*OPERATED):
            text = self.files.text(path)
            total += len(text)
            if total > TOO_MUCH_TEXT:
                return
            yield text

    @cached_property
    def _named(self) -> frozenset[str]:
        """Script paths and dotted modules that those files name."""
        return frozenset(RUN.findall(self._operated_text))

    def _starts(self, unit: Unit) -> bool:
        if unit.python.main_guard or self._acts(unit) or self._is_script(unit):
            return True
        return self._is_framework(unit) or self._is_named(unit)

    def _is_script(self, unit: Unit) -> bool:
        """Whether nothing imports it although it does several things when it is run."""
        return unit.python.statements >= SEVERAL and unit.path not in self._imported

    @cached_property
    def _imported(self) -> frozenset[str]:
        return frozenset(path for targets in self.code.imported.values() for path in targets)

    def _acts(self, unit: Unit) -> bool:
        return any(
            not call.scope and not call.targets and call.role in {"", "argument"} and not PREPARATION.match(call.name)
            for call in unit.python.calls
        )

    def _is_framework(self, unit: Unit) -> bool:
        names = [call.name for call in unit.python.calls if not call.scope or call.role == "decorator"]
        names += [name for function in unit.python.functions for name in function.decorators]
        names += [base for each in unit.python.classes for base in each.bases]
        if any(match.role in STARTING for name in names for match in self.signs.of(name)):
            return True
        return any(function.name in STARTED_BY_NAME for function in unit.python.functions)

    def _is_named(self, unit: Unit) -> bool:
        path, name = unit.path, unit.path.rpartition("/")[2]
        dotted = path.removesuffix(".py").replace("/", ".")
        ends = {path, name, dotted, dotted.removeprefix("src."), dotted.rpartition(".")[2]}
        return any(end in self._named for end in ends) or any(
            each.endswith("/" + name) and path.endswith(each.lstrip("./")) for each in self._scripts.get(name, ())
        )

    @cached_property
    def _scripts(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for each in self._named:
            if each.endswith(".py"):
                found.setdefault(each.rpartition("/")[2], []).append(each)
        return found
