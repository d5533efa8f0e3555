"""How the model's quality is measured, and against what it is compared."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.experiments import Experiments
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

EVALUATES = re.compile(
    r"(?:^|[._])(?:evaluat\w*|eval|test_step|test_epoch|compute_metrics|score_model|benchmark\w*)$", re.IGNORECASE
)
FIGURE = re.compile(
    r"acc|auc|f1|score|rmse|\bmse|mae|precision|recall|metric|iou|dice|bleu|perplexity|correct", re.IGNORECASE
)
HAND = re.compile(
    r"(?:^|[_.])(?:acc|accuracy|auc|f1|rmse|mse|mae|mape|precision|recall|iou|dice|bleu|ppl|perplexity|psnr|map"
    r"|(?:val|valid|validation|test|eval)_loss)(?:$|_)",
    re.IGNORECASE,
)
SIMPLE = re.compile(r"\.(?:LogisticRegression|LinearRegression|Ridge|Lasso|\w+NB|KNeighbors\w+)$")
COMPLEX = re.compile(
    r"\.(?:RandomForest\w+|\w*GradientBoosting\w+|ExtraTrees\w+|XGB\w+|LGBM\w+|CatBoost\w+|MLP\w+|SVC|SVR|Stacking\w+"
    r"|Voting\w+|AdaBoost\w+|Sequential|Bagging\w+|DecisionTree\w+)$"
)
NAMED = re.compile(
    r"(?:^|_)(?:baselines?|dummy|naive|majority|champion|most_frequent|last_value|random_guess|popularity)(?:_|$|[A-Z])"
    r"|Baseline|Naive(?!Bayes)|Dummy|Popularity",
)
NOT_BASELINE = re.compile(
    r"baseline_(?:correct|remov|wander|als)|naive_bayes|dummy_(?:input|data|loader|batch|variable)|get_dummies",
    re.IGNORECASE,
)
MODEL = re.compile(r"model|clf|reg(?:ressor)?(?:_|$)|classifier|pred|forecast|estimator", re.IGNORECASE)
TABLE = re.compile(r"\bbaselines?\b.{0,200}?\d[.,]\d", re.IGNORECASE)


class Seen(Struct, frozen=True):
    """Something that was seen, and where."""

    what: str
    location: Location


class Evaluation(Struct, frozen=True, dict=True):
    """Measurements and comparisons of the project's own models."""

    code: Code
    files: Files
    tools: Tools
    lifecycle: Lifecycle
    experiments: Experiments

    @classmethod
    def gather(cls, code: Code, files: Files, tools: Tools, lifecycle: Lifecycle, experiments: Experiments) -> Self:
        """From metrics, evaluation functions and baselines."""
        return cls(code, files, tools, lifecycle, experiments)

    @cached_property
    def trains(self) -> bool:
        """Whether there is a model of the project's own."""
        return any(not site.unit.is_example for site in self.experiments.training)

    @cached_property
    def measured(self) -> tuple[Site, ...]:
        """Metrics computed by production code that something starts."""
        live = self.tools.reach.is_live
        return tuple(s for s in self.lifecycle.measuring if s.unit.is_production and live(s.unit, s.call.scope))

    @cached_property
    def by_hand(self) -> tuple[Seen, ...]:
        """Evaluation functions of the project's own that count or average what was right."""
        functions = tuple(
            Seen(f"`{function.name}` measures how good the model is", unit.location(function.line))
            for unit in self.code.production
            for function in unit.python.functions
            if EVALUATES.search(function.name) and function.statements > 2 and self._figures(unit, function.name)
        )
        learning = (unit for unit in self.code.production if unit.path in self.experiments.paths)
        return functions or tuple(seen for unit in learning for seen in _computed(unit))

    @cached_property
    def by_hand_in_notebooks(self) -> tuple[Seen, ...]:
        """Figures that notebooks compute without a library."""
        notebooks = (unit for unit in self.code.units if unit.is_notebook and unit.path in self.experiments.paths)
        compared = self._called("comparison")
        by_tools = (Seen(f"{use.shown} scores models", use.location) for use in compared if _is_notebook(use))
        return (*by_tools, *(seen for unit in notebooks for seen in _computed(unit)))

    def _figures(self, unit: Unit, scope: str) -> bool:
        assigned = any(a.scope == scope and FIGURE.search(a.target) for a in unit.python.assigns)
        return assigned and self.tools.reach.is_live(unit, scope)

    @cached_property
    def idle(self) -> tuple[Site, ...]:
        """Metrics in production code that nothing starts, and in tests."""
        return tuple(s for s in self.lifecycle.measuring if not s.unit.is_notebook and s not in self.measured)

    @cached_property
    def in_notebooks(self) -> tuple[Site, ...]:
        """Metrics computed in notebooks."""
        return tuple(s for s in self.lifecycle.measuring if s.unit.is_notebook)

    @cached_property
    def baselines(self) -> tuple[Seen, ...]:
        """Baselines, and models compared with each other, that are measured in the same file."""
        known = [Seen(f"{use.shown} is the baseline", use.location) for use in self._called("baseline")]
        several = [Seen(f"{use.shown} compares many models", use.location) for use in self._called("comparison")]
        return (*known, *several, *self._simple(), *self._named())

    def _called(self, role: str) -> Iterator[Use]:
        uses = self.tools.called("baseline") if role == "baseline" else self.tools.called("comparison")
        return (use for use in uses if use.unit is not None and not use.unit.is_test)

    @cached_property
    def _measuring(self) -> frozenset[str]:
        """Files that measure, themselves or through what they import."""
        measuring = self.lifecycle.units("measuring")
        return frozenset(
            unit.path
            for unit in self.code.units
            if not unit.is_test and (unit.path in measuring or measuring.intersection(self.code.imported[unit.path]))
        )

    def _simple(self) -> Iterator[Seen]:
        """A linear or other simple model that stands beside a complex one."""
        for path in sorted(self._measuring):
            sites = list(self.code.calls_in(self.code.by_path[path]))
            simple = next((site for site in sites if SIMPLE.search(site.name)), None)
            if simple is not None and any(COMPLEX.search(site.name) for site in sites):
                yield Seen(f"`{simple.call.method}` stands beside more complex models", simple.location)

    def _named(self) -> Iterator[Seen]:
        for path in sorted(self._measuring):
            unit = self.code.by_path[path]
            names = [(function.name.rpartition(".")[2], function.line) for function in unit.python.functions]
            names += [(each.name.rpartition(".")[2], each.line) for each in unit.python.classes]
            assigns = [(assign.target.rpartition(".")[2], assign.line) for assign in unit.python.assigns]
            names += [(name, line) for name, line in assigns if MODEL.search(name) or FIGURE.search(name)]
            for name, line in names:
                if NAMED.search(name) and not NOT_BASELINE.search(name):
                    yield Seen(f"`{name}` is measured too", unit.location(line))

    @cached_property
    def told(self) -> tuple[Seen, ...]:
        """Figures of a baseline in documents."""
        found: list[Seen] = []
        for path in self.files.find("README*", "**/docs/*.md", "*model_card*.md", "MODEL_CARD*"):
            match = TABLE.search(text := self.files.text(path))
            if match is not None:
                at = Location(path=path, line=text.count("\n", 0, match.start()) + 1)
                found.append(Seen("a figure of a baseline is written down", at))
        return tuple(found)


def _is_notebook(use: Use) -> bool:
    return use.unit is not None and use.unit.is_notebook


def _computed(unit: Unit) -> Iterator[Seen]:
    """Names of metrics that are given computed values; losses last."""
    named = [each for each in unit.python.assigns if HAND.search(each.target) and not each.value.is_constant]
    for assign in sorted(named, key=lambda each: each.target.endswith("loss")):
        yield Seen(f"`{assign.target}` is computed", unit.location(assign.line))
