"""Where a figure of the model's quality decides something, and where it is only looked at."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.acceptance import Acceptance
from ml_readiness.facts.modelling.claimed import claimed, says_wanted
from ml_readiness.facts.modelling.figures import LOSS, METRIC, ORDER, WORDS, bars, fixed
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.expressions import Expr
from ml_readiness.report import Location

if TYPE_CHECKING:
    from ml_readiness.parsers.python import Condition

STEERING = re.compile(
    r"early|checkpoint|callback|best|patience|on_epoch|on_train|scheduler|tun(?:e|ing)|search|optimi|objective|prune|select"
    r"|fit$|train_(?:loop|epoch)",
    re.IGNORECASE,
)
PROMOTES = re.compile(
    r"promot|champion|challenger|regist(?:er|ry)|transition_model|model_(?:version_)?alias|set_(?:registered_)?model|deploy|approv|publish"
    r"|release|rollback|(?:^|_)gat(?:e|es|ing)(?:_|$)|(?:^|_)block(?:s|ed)?_(?:if|when|on|release|deploy)|to_production",
    re.IGNORECASE,
)
STOPS = frozenset(["cancel", "abort", "terminate", "skip_downstream", "stop_pipeline", "cancel_run"])
"""Methods of a run or pipeline that end it."""
THRESHOLDS = (
    "mlflow.models.MetricThreshold", "mlflow.models.validation.MetricThreshold", "mlflow.validate_evaluation_results",
    "tensorflow_model_analysis.MetricThreshold", "tensorflow_model_analysis.GenericValueThreshold",
    "sagemaker.workflow.condition_step.ConditionStep", "kfp.dsl.Condition", "kfp.dsl.If", "azure.ai.ml.dsl.condition",
)  # fmt: skip
SUITES = re.compile(
    r"^(?:evidently|deepchecks|giskard)\b.*(?:Classification|Regression|Performance"
    r"|Test(?:Accuracy|F1|Precision|Recall|RocAuc|LogLoss|R2|Value(?:MAE|RMSE|ME|MAPE|Mean))|(?:Accuracy|F1Score|RocAuc|RMSE|MAE)\b"
    r"|model_evaluation|full_suite)",
)
"""Tests of a model's quality in suites of libraries."""
PASSED = re.compile(r"passed|success|status|failed", re.IGNORECASE)
NOTEBOOKS = re.compile(r"(?:execute|run)_notebook$|^testbook$")
DECIDES = re.compile(
    r"trigger|should_|decide|decision|accept|is_(?:good|better|ready|valid)_?|check_(?:quality|model)|branch", re.I
)
"""Functions whose answer lets a model through or not."""
BRANCHES = re.compile(r"Branch\w*Operator$|ShortCircuit\w*Operator$|\.(?:branch|short_circuit)(?:_task)?$")
"""Operators and decorators whose function decides what runs next."""
FIGURES = re.compile(
    r"(?:^|[/_-])(?:metrics?|scores?|evaluation|eval|performance)[\w-]*\.(?:json|ya?ml|csv)$", re.IGNORECASE
)
IN_SHELL = re.compile(
    rf"(?:^|[\W_])(?:{WORDS})[^\n]{{0,80}}(?:-(?:lt|gt|le|ge)\b|(?<![-=<>&])[<>](?![<>&/])|\bbc -l)[^\n]{{0,80}}\n"
    r"(?:[^\n]{0,200}\n){0,3}?[^\n]{0,100}\bexit[ (][1-9]",
    re.IGNORECASE,
)
"""A shell script that fails below a figure."""
SAYS = re.compile(r"^[ \t]*(?:-[ \t]+)?(?:run:[ \t]*)?echo\b(?!.*\b(?:bc|awk)\b)", re.MULTILINE)
"""A line that only writes."""
REPORTS = re.compile(
    r"\bcml\b.*(?:comment|publish|report)|cml[- ]send-comment|\bdvc (?:metrics|exp|params|plots) diff\b"
    r"|(?:create-or-update-comment|actions-comment-pull-request|sticky-pull-request-comment)(?=[\s\S]{0,600}?(?:metric|result|evaluat))"
)
PIPELINES = (
    ".github/workflows/*.yml", ".github/workflows/*.yaml", ".gitlab-ci.yml", "azure-pipelines.yml",
    ".circleci/config.yml", "Jenkinsfile", "**/.pipelines/*.yml", "**/devops-pipelines/*.yml",
)  # fmt: skip


class Gate(Struct, frozen=True):
    """One place where a figure of quality is compared."""

    what: str
    location: Location


class QualityGates(Struct, frozen=True, dict=True):
    """Comparisons of quality with a threshold or another model."""

    code: Code
    files: Files
    tools: Tools
    lifecycle: Lifecycle
    graph: CallGraph
    acceptance: Acceptance

    @classmethod
    def gather(
        cls, code: Code, files: Files, tools: Tools, lifecycle: Lifecycle, graph: CallGraph, acceptance: Acceptance
    ) -> Self:
        """From assertions, conditions, promotions and pipelines."""
        return cls(code, files, tools, lifecycle, graph, acceptance)

    @cached_property
    def blocking(self) -> tuple[Gate, ...]:
        """Those that fail or hold something back."""
        return (
            *self._declared(),
            *self._promoting(),
            *self._asserted(),
            *self._stopping(),
            *self._suited(),
            *self._scripted(),
        )

    @cached_property
    def reporting(self) -> tuple[Gate, ...]:
        """Those that only tell."""
        suites = (Gate(f"`{site.call.method}` tests quality and stops nothing", site.location) for site in self._suites)
        return (*self._reported(), *self._warning(), *self._compared(), *suites)

    # Tests

    def _asserted(self) -> Iterator[Gate]:
        for unit in self.code.tests:
            for condition in unit.python.conditions:
                if condition.effect == "assert" and self._is_asserted(unit, condition):
                    yield Gate("a test fails below a figure of quality", unit.location(condition.line))
            for site in self.code.calls_in(unit):
                if (claim := claimed(site.call)) is not None and self._is_claimed(unit, site.call.scope, claim):
                    yield Gate("a test fails below a figure of quality", site.location)
        for use in self.tools.called("llm-eval"):
            if use.unit is not None and use.name.endswith("assert_test"):
                yield Gate(f"{use.shown} fails below its threshold", use.location)

    def _is_asserted(self, unit: Unit, condition: Condition) -> bool:
        """Whether an assertion holds a figure of a model against a bar, or that of a trained one against a number."""
        known, named = self._figures.get(unit.path, frozenset()), (*condition.names, *condition.calls)
        if any(True for _ in bars(condition.test, known, named)):
            return self._uses_model(unit, condition.scope) or _reads_figures(unit)
        return self._is_learned(unit, condition.scope, fixed(condition.test, known, named))

    def _is_claimed(self, unit: Unit, scope: str, claim: Expr) -> bool:
        """Whether a call asserts that a figure of a model reaches a bar, or that of a trained one a number."""
        known = self._figures.get(unit.path, frozenset())
        if any(True for _ in bars(claim, known)):
            return self._uses_model(unit, scope)
        return self._is_learned(unit, scope, fixed(claim, known))

    def _is_learned(self, unit: Unit, scope: str, wanted: Iterator[Expr]) -> bool:
        """Whether the number that a test wants comes from a model that it trains, and was not put in by the test."""
        if self._learning.isdisjoint([key(unit, scope), key(unit, "")]):
            return False
        numbers = {part.text for each in wanted for part in each.walk()}
        return bool(numbers) and numbers.isdisjoint(_given(unit, scope))

    def _is_threshold(self, unit: Unit, condition: Condition) -> bool:
        known = self._figures.get(unit.path, frozenset()) | self.acceptance.figures(unit, condition.scope)
        return any(True for _ in bars(condition.test, known, (*condition.names, *condition.calls)))

    @cached_property
    def _figures(self) -> dict[str, frozenset[str]]:
        """For each file, the names that hold what a metric gave."""
        found: dict[str, set[str]] = {}
        for site in self.lifecycle.measuring:
            found.setdefault(site.unit.path, set()).update(site.call.targets)
        return {path: frozenset(names) for path, names in found.items()}

    def _uses_model(self, unit: Unit, scope: str) -> bool:
        """Whether a test trains, loads or asks a model, itself, through fixtures or through what it calls."""
        if key(unit, scope) in self._asking or key(unit, "") in self._asking:
            return True
        function = unit.functions.get(scope)
        names = {p.name for p in function.parameters} if function is not None else set[str]()
        return any(name in self._fixtures for name in names)

    @cached_property
    def _asking(self) -> frozenset[str]:
        """Functions that train or ask a model, or run a notebook, which may do either."""
        return self._learning | self.graph.leading_to(self.lifecycle.predicting)

    @cached_property
    def _learning(self) -> frozenset[str]:
        """Functions that train or load a model, or run a notebook."""
        runs = {(use.path, use.line) for use in self.tools.called("notebook-runner")}
        books = [site for site in self.code.sites if (site.unit.path, site.call.line) in runs] if runs else []
        books += self.code.calls_named(NOTEBOOKS.search)
        return self.graph.leading_to([*self.lifecycle.training, *self.lifecycle.loading, *books])

    @cached_property
    def _fixtures(self) -> frozenset[str]:
        return frozenset(
            name.rpartition(":")[2] for name in self._asking if self.code.by_path[name[1:].partition(":")[0]].is_test
        )

    # Production

    def _declared(self) -> Iterator[Gate]:
        for site in self.code.calls_to(*THRESHOLDS):
            if not site.unit.is_test and not site.unit.is_notebook:
                yield Gate(f"`{site.call.method}` holds back what is below", site.location)
        for site in self.code.calls_to("mlflow.evaluate", "mlflow.models.evaluate"):
            if {"validation_thresholds", "baseline_model"} & site.call.keywords.keys() and site.unit.is_production:
                yield Gate("`evaluate` holds back what is below its thresholds", site.location)

    def _stopping(self) -> Iterator[Gate]:
        """Conditions about a metric in production code that stop the run."""
        for unit, condition in self._judging():
            if condition.effect in {"raise", "exit", "assert"}:
                yield Gate("the run stops below a figure of quality", unit.location(condition.line))
        for unit, condition in self.acceptance.asked:
            yield Gate("the run stops where a figure of quality was not good enough", unit.location(condition.line))
        for site in self.code.calls_named(STOPS.__contains__):
            if site.unit.is_production and self._is_guarded(site):
                yield Gate(f"`{site.call.method}` stops the run by a figure of quality", site.location)

    @cached_property
    def _suites(self) -> tuple[Site, ...]:
        """Tests of quality in a library's suites."""
        return tuple(site for site in self.code.calls_where(SUITES.search) if site.unit.is_production)

    def _suited(self) -> Iterator[Gate]:
        """Conditions on the verdict of such a suite that stop the run."""
        for path in dict.fromkeys(site.unit.path for site in self._suites):
            unit = self.code.by_path[path]
            for condition in unit.python.conditions:
                asked = (*condition.names, *condition.calls, *_texts(condition.test))
                if condition.effect in {"raise", "exit", "assert"} and any(PASSED.search(word) for word in asked):
                    yield Gate("the run stops if a test of quality fails", unit.location(condition.line))

    def _judging(self) -> Iterator[tuple[Unit, Condition]]:
        """Conditions that compare a metric with a bound or another model's, early stopping and the like left out."""
        for unit in self.code.production:
            for condition in unit.python.conditions:
                if not STEERING.search(condition.scope) and self._is_threshold(unit, condition):
                    yield unit, condition

    def _promoting(self) -> Iterator[Gate]:
        """Promotions, registrations and deployments that depend on a comparison of metrics."""
        for site in self.code.calls_named(PROMOTES.search):
            if site.unit.is_production and self._is_guarded(site):
                yield Gate(f"`{site.call.method.lstrip(':?')}` happens only above a figure of quality", site.location)
        for unit in self.code.production:
            for condition in unit.python.conditions:
                decides = PROMOTES.search(condition.scope.rpartition(".")[2]) and condition.effect != "warn"
                if decides and self._is_threshold(unit, condition):
                    yield Gate(f"`{condition.scope}` decides by a figure of quality", unit.location(condition.line))

        for kept in self.acceptance.kept:
            if PROMOTES.search(kept.scope.rpartition(".")[2]):
                yield Gate(f"`{kept.scope}` decides by a figure of quality", kept.unit.location(kept.line))
        yield from self._answering()
        yield from self._branching()

    def _answering(self) -> Iterator[Gate]:
        """Functions that answer whether a figure is good enough, which a pipeline asks."""
        for unit in self.code.production:
            for function in unit.python.functions:
                if not (DECIDES.search(function.name) or PROMOTES.search(function.name)):
                    continue
                for value in function.returns:
                    ordered = value.kind == "compare" and ORDER.intersection(value.text.split())
                    words = [*_texts(value), *(parameter.name for parameter in function.parameters)]
                    if ordered and any(METRIC.search(word) for word in words):
                        yield Gate(f"`{function.name}` answers by a figure of quality", unit.location(function.line))

    def _branching(self) -> Iterator[Gate]:
        """Functions by whose answer an orchestrator takes one way or the other."""
        branches = {
            self.code.canonical(site.unit, value.text)
            for site in self.code.calls_named(BRANCHES.search)
            for value in (site.call.keywords.get("python_callable"),)
            if value is not None
        }
        for unit in self.code.production:
            for condition in unit.python.conditions:
                function = unit.functions.get(condition.scope)
                decorated = function is not None and any(BRANCHES.search(name) for name in function.decorators)
                asked = decorated or key(unit, condition.scope) in branches
                if asked and self._is_threshold(unit, condition):
                    yield Gate(f"`{condition.scope}` branches by a figure of quality", unit.location(condition.line))

    def _scripted(self) -> Iterator[Gate]:
        for path in self.files.find(*PIPELINES, "*.sh", "Makefile"):
            text = self.files.text(path)
            match = next((m for m in IN_SHELL.finditer(text) if not SAYS.match(text, _start_of_line(text, m))), None)
            if match is not None:
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                yield Gate("the script fails below a figure of quality", at)

    def _is_guarded(self, site: Site) -> bool:
        known = self._figures.get(site.unit.path, frozenset())
        guards = [guard for guard in site.call.guards if re.search(r"[<>]", guard)]
        if any(METRIC.search(g) or LOSS.search(g) or known.intersection(re.findall(r"[\w.]+", g)) for g in guards):
            return True
        return self.acceptance.is_asked(site)

    # Reports

    def _reported(self) -> Iterator[Gate]:
        for path in self.files.find(*PIPELINES):
            match = REPORTS.search(text := self.files.text(path))
            if match is not None:
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                yield Gate("the pipeline reports how metrics changed, but does not stop", at)

    def _warning(self) -> Iterator[Gate]:
        for unit, condition in self._judging():
            if condition.effect == "warn":
                yield Gate(
                    "a figure of quality is compared, and only a message is written", unit.location(condition.line)
                )

        for kept in self.acceptance.told:
            if not STEERING.search(kept.scope):
                yield Gate("whether a figure is good enough is kept, and stops nothing", kept.unit.location(kept.line))

    def _compared(self) -> Iterator[Gate]:
        """Reports of a monitoring library on the quality of predictions against a reference."""
        for use in self.tools.called("drift"):
            if (
                use.unit is not None
                and use.unit.is_production
                and re.search(r"Regression|Classification|Performance", use.name)
            ):
                yield Gate(f"{use.shown} reports quality against a reference", use.location)


def _start_of_line(text: str, match: re.Match[str]) -> int:
    return text.rfind("\n", 0, match.start() + 1) + 1


def _given(unit: Unit, scope: str) -> Iterator[str]:
    """The numbers that a test puts in by itself, which come out again whatever a model learned."""
    values = [assign.value for assign in unit.python.assigns if assign.scope == scope]
    for call in unit.python.calls:
        if call.scope == scope and not says_wanted(call):
            values += [*call.args, *call.keywords.values()]
    return (part.text for value in values for part in value.walk() if part.kind == "float")


def _reads_figures(unit: Unit) -> bool:
    """Whether a file with the figures of an evaluation is read."""
    return any(FIGURES.search(text.value) for text in unit.python.texts)


def _texts(value: Expr) -> Iterator[str]:
    return (each.text for each in value.walk() if each.kind != "str" or len(each.text) < 40)
