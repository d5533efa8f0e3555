"""How the answers of a language-model application are judged: cases, a runner, a bar, and who runs it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.documents import Documents
from ml_readiness.facts.language.language_models import LanguageModels
from ml_readiness.facts.modelling.quality import QualityGates
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.yaml import YamlFile
from ml_readiness.report import Location

CASES = re.compile(
    r"(?:^|/)(?:evals?|evaluations?|golden\w*|testsets?|test_?cases|benchmarks?|eval_?(?:data|sets?))/.*\.(?:jsonl?|csv|ya?ml)$"
    r"|(?:^|/)[\w-]*(?:golden|testset|eval(?:uation)?[_-]?(?:set|data|cases|questions|dataset)|test[_-]?(?:questions|cases)"
    r"|qa[_-]?pairs)[\w-]*\.(?:jsonl?|csv|ya?ml|tsv)$",
    re.IGNORECASE,
)
RESULTS = re.compile(r"(?:^|/)(?:evals?|evaluations?|results?)/.*result.*\.(?:jsonl?|csv|md|html)$", re.IGNORECASE)
JUDGES = re.compile(
    r"judge|evaluat|query_and_valid|validate_(?:answer|response|output)|grade|score_answer|rate_answer|correctness"
    r"|faithful",
    re.IGNORECASE,
)
EVALUATES = re.compile(r"eval|judge|rag|bench|promptfoo|golden", re.IGNORECASE)
"""Files that evaluate an application's answers, and do not only test it."""
WORKFLOWS = (
    ".github/workflows/*.yml", ".github/workflows/*.yaml", ".gitlab-ci.yml", "azure-pipelines.yml",
    ".circleci/config.yml",
)  # fmt: skip
RUNS = re.compile(r"promptfoo|deepeval|ragas|inspect eval|braintrust eval|langsmith|\bevals?\b|evaluat", re.IGNORECASE)
ENOUGH, FEW = 20, 5


class Part(Struct, frozen=True):
    """One part of an evaluation, as far as it is there."""

    what: str
    location: Location
    count: int = 1


class LlmEvals(Struct, frozen=True, dict=True):
    """The parts of an evaluation of answers."""

    code: Code
    files: Files
    documents: Documents
    tools: Tools
    models: LanguageModels
    gates: QualityGates

    @classmethod
    def gather(
        cls,
        code: Code,
        files: Files,
        documents: Documents,
        tools: Tools,
        models: LanguageModels,
        gates: QualityGates,
    ) -> Self:
        """From evaluation libraries, case files, tests and pipelines."""
        return cls(code, files, documents, tools, models, gates)

    @cached_property
    def runners(self) -> tuple[Part, ...]:
        """Code or configuration that asks the application and scores its answers."""
        configured = [Part(f"`{use.path}`", use.location) for use in self._uses if use.name == use.path]
        coded = [Part(use.shown, use.location) for use in self._uses if use.call is not None and self._asks(use.path)]
        return (*configured, *coded, *self._judging())

    @cached_property
    def judging(self) -> tuple[Part, ...]:
        """Those of them that are there to evaluate, and not only to test."""
        return tuple(runner for runner in self.runners if EVALUATES.search(runner.location.path))

    @cached_property
    def _uses(self) -> tuple[Use, ...]:
        return self.tools.uses("llm-eval")

    def _asks(self, path: str) -> bool:
        """Whether a file, or what it imports, asks a language model or reads answers."""
        return path in self.code.reaching(self._asking)

    @cached_property
    def _asking(self) -> frozenset[str]:
        tests = {use.path for use in self.tools.called("llm") if use.unit is not None}
        return self.models.units | tests

    def _judging(self) -> Iterator[Part]:
        """Functions of the project's own that let a model or a rule judge answers, in tests and evaluation files."""
        for unit in self.code.units:
            place = unit.is_test or JUDGES.search(unit.path.rpartition("/")[2])
            if place and not unit.is_notebook and self._asks(unit.path):
                for function in unit.python.functions:
                    if JUDGES.search(function.name) or (unit.is_test and self._is_judged(unit, function.name)):
                        yield Part(f"`{function.name}`", unit.location(function.line))

    def _is_judged(self, unit: Unit, scope: str) -> bool:
        """Whether a test asserts what a judge says."""
        asserts = [c for c in unit.python.conditions if c.scope == scope and c.effect == "assert"]
        return any(JUDGES.search(call) for condition in asserts for call in condition.calls)

    @cached_property
    def cases(self) -> tuple[Part, ...]:
        """Files of cases with their number, the largest first."""
        paths = [path for path in self.files.own if CASES.search(path)]
        found = [Part(f"`{path}`", Location(path=path), self._count(path)) for path in paths]
        found += [self._promptfoo(use.path) for use in self._uses if "promptfooconfig" in use.path]
        return tuple(sorted(found, key=lambda part: -part.count))

    def _promptfoo(self, path: str) -> Part:
        config = self.documents.find(YamlFile, path) if path.endswith(("yaml", "yml")) else None
        return Part(f"`{path}`", Location(path=path), len(config.root.list("tests")) if config is not None else FEW)

    def _count(self, path: str) -> int:
        text = self.files.text(path)
        if path.endswith((".jsonl", ".csv", ".tsv")):
            return max(0, len([line for line in text.split("\n") if line.strip()]) - (not path.endswith(".jsonl")))
        if path.endswith(".json"):
            return max(text.count('"question"'), text.count('"input"'), text.count('"query"'), text.count("},") + 1)
        return len(re.findall(r"^[ \t]*- ", text, re.MULTILINE))

    @cached_property
    def bars(self) -> tuple[Part, ...]:
        """Thresholds that a score must reach."""
        asserted = [Part(gate.what, gate.location) for gate in self.gates.blocking]
        configured = [Part("assertions", use.location) for use in self._uses if self._has_assertions(use)]
        return (*asserted, *configured)

    def _has_assertions(self, use: Use) -> bool:
        if use.name != use.path:
            return use.call is not None and "threshold" in use.call.keywords
        return "assert" in self.files.text(use.path)

    @cached_property
    def automatic(self) -> tuple[Part, ...]:
        """Pipelines that run the evaluation, and results that are kept."""
        found = [path for path in self.files.find(*WORKFLOWS) if RUNS.search(self.files.text(path))]
        kept = [path for path in self.files.own if RESULTS.search(path)]
        return tuple(Part(f"`{path}`", Location(path=path)) for path in (*found, *kept))
