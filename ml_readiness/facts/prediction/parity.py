"""Whether what serves predictions prepares its input as training did."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.flow.project import Flow
from ml_readiness.facts.flow.rows import covers, meet
from ml_readiness.facts.flow.values import Data
from ml_readiness.facts.flow.verdicts import PLAIN, TRAINING
from ml_readiness.facts.modelling.preparation import COLUMNS, LEARNS, Preparation, Prepares
from ml_readiness.facts.prediction.carried import LEARNED_ONCE, Carried, is_learned
from ml_readiness.facts.prediction.inference import Inference
from ml_readiness.facts.source.callgraph import key
from ml_readiness.facts.tree.files import is_example

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ml_readiness.facts.flow.events import Fit, Place, Use
    from ml_readiness.facts.flow.rows import Rows
    from ml_readiness.facts.source.code import Site
    from ml_readiness.facts.source.units import Definition, Unit
    from ml_readiness.report import Location

NO_STEP = re.compile(
    r"(?:^|\.)(?:from_pretrained|get_encoding|encoding_for_model|load\w*|dropna|split_documents|get_tokenizer|to|drop_duplicates)$"
)
"""Preparing calls that bring something ready, or drop rows."""
SLIGHT = re.compile(rf"{NO_STEP.pattern}|\.(?:astype|drop_duplicates|sort_values|train_test_split)$")
"""Preparing calls without which a row looks much the same to a model."""
OPAQUE = re.compile(r"(?:^|\.)pyfunc\.")
"""Models that are loaded with whatever code they were logged with."""
RETRAINS = re.compile(
    r"(?:^|[:._/])(?:re)?(?:train|fit_model|learn|tune|update_model|calibrate|backtest|cross_val|evaluate)(?:ing|er)?(?:[_.(]|$)",
    re.IGNORECASE,
)
"""Files and functions that are there to learn."""
ANEW = frozenset({"dummies", "codes"})
"""Encodings without an object that remembers them."""
STEPS = ("Pipeline", "make_pipeline", "TransformedTargetRegressor")
"""What takes preparation and model together."""
PREPARES = re.compile(
    r"preproc|prepare|processor|token|transform|encod|scale|vectori[sz]|featur|normali[sz]|clean", re.I
)
"""Names of what turns raw input into model input."""
FITS = re.compile(r"(?:^|\.)(?:fit|fit_transform|fit_on_texts|adapt)$")


class Parity(Struct, frozen=True, dict=True):
    """Training and serving side by side."""

    preparation: Preparation
    inference: Inference
    flow: Flow

    @classmethod
    def gather(cls, preparation: Preparation, inference: Inference, flow: Flow) -> Self:
        """From the units that train, the functions that answer, and the values that go from one to the other."""
        return cls(preparation, inference, flow)

    @cached_property
    def training(self) -> tuple[Unit, ...]:
        """Units that train, outside examples, or that learn from rows in another way."""
        return self.trains or self._learning

    @cached_property
    def trains(self) -> tuple[Unit, ...]:
        """Units that train a model, outside examples."""
        return _units(site.unit for site in self.inference.model.training if not site.unit.is_example)

    @cached_property
    def _learning(self) -> tuple[Unit, ...]:
        """Units that save what they learned from rows, where no model is trained: similarities, neighbours."""
        units = self.inference.code.by_path
        saved = self.flow.machine.events.saved
        return _units(units[each.place.path] for each in saved if is_learned(each) and each.place.path in units)

    @cached_property
    def own_predictors(self) -> tuple[Location, ...]:
        """In a library, classes that keep what `fit` prepared and learned for their own `predict`."""
        return self.inference.model.estimators if any(each.transforms for each in self.preparation.functions) else ()

    @cached_property
    def answering(self) -> tuple[Definition, ...]:
        """Production functions that ask a saved model about new input."""
        training = {unit.path for unit in self.training}
        served = {at.path for at in self.inference.serving.servers}
        return tuple(
            each
            for each in self.inference.answering
            if each.unit.is_production
            and (self._loads(each.unit) or ((each.name or each.unit.path in served) and each.unit.path not in training))
        )

    @cached_property
    def serving(self) -> tuple[Unit, ...]:
        """The units of these functions."""
        return _units(each.unit for each in self.answering)

    def _loads(self, unit: Unit) -> bool:
        return unit.path in self.inference.code.reaching(self.inference.lifecycle.units("loading"))

    @cached_property
    def _serving_keys(self) -> frozenset[str]:
        return frozenset(key(each.unit, each.name) for each in self.answering)

    @cached_property
    def _only_serving(self) -> tuple[Unit, ...]:
        training = {unit.path for unit in self.training}
        return tuple(unit for unit in self.serving if unit.path not in training)

    def is_served(self, trail: Sequence[str]) -> bool:
        """Whether a way through the code starts in, or leads through, what serves."""
        return bool(self._serving_keys.intersection(trail)) or (bool(trail) and trail[0] in self._serving_scripts)

    @cached_property
    def _serving_scripts(self) -> frozenset[str]:
        return frozenset(key(unit, "") for unit in self._only_serving)

    def _reached(self, units: Iterable[Unit]) -> frozenset[str]:
        code = self.inference.code
        return code.around(unit.path for unit in units)

    @cached_property
    def reached_by_training(self) -> frozenset[str]:
        """Paths of the units that train, and of those that they import."""
        return self._reached(self.training)

    @cached_property
    def reached_by_serving(self) -> frozenset[str]:
        """Paths of the units that serve and do not train, and of those that they import."""
        return self._reached(self._only_serving)

    @cached_property
    def prepared(self) -> bool:
        """Whether training transforms its data at all."""
        return bool(self.reached_by_training & self._transforming_units)

    @cached_property
    def surely_prepared(self) -> bool:
        """Whether training is seen to transform its data by more than a name, and not as a part of its model."""
        if self.in_one:
            return False
        trained = self.reached_by_training
        seen = {each.unit.path for each in self.preparation.functions if each.why in {COLUMNS, LEARNS}}
        changing = {site.unit.path for site in self.transforming if not SLIGHT.search(site.name)}
        return bool(trained & (seen | changing))

    @cached_property
    def in_one(self) -> bool:
        """Whether training puts preparation and model into one object."""
        units = (self.inference.code.by_path[path] for path in self.reached_by_training)
        return any(call.name.endswith(STEPS) for unit in units for call in unit.python.calls)

    @cached_property
    def transforming(self) -> tuple[Site, ...]:
        """Calls that change data, outside tests."""
        return tuple(
            s for s in self.inference.lifecycle.preparing if not s.unit.is_test and not s.name.startswith("cv2")
        )

    @cached_property
    def shared_code(self) -> tuple[Prepares, ...]:
        """Functions that prepare data and that serving and something else use."""
        return tuple(each for each in self.preparation.functions if each.transforms and self._is_shared(each))

    def _is_shared(self, function: Prepares) -> bool:
        path = function.unit.path
        if path in self.reached_by_training and path in self.reached_by_serving and self._imports_tell:
            return True
        trails = self.flow.machine.events.calls.get(function.key, ())
        served = function.key in self.served_statically or any(self.is_served(trail) for trail in trails)
        return served and (
            any(trail[0] in self._producing and not self.is_served(trail) for trail in trails)
            or bool(self._callers_elsewhere(function.key))
        )

    @cached_property
    def _imports_tell(self) -> bool:
        """Whether imports tell what is used: not where those of training lead to what serves and prepares by itself."""
        preparing = {each.unit.path for each in self.preparation.functions if each.transforms}
        return self.reached_by_training.isdisjoint(preparing.intersection(unit.path for unit in self._only_serving))

    @cached_property
    def _producing(self) -> frozenset[str]:
        """Modules that train, or that write what others read."""
        events = self.flow.machine.events
        writing = {stored.trail[0] for stored in events.saved if stored.trail and not self.is_served(stored.trail)}
        code = self.inference.code
        training = {key(code.by_path[path], "") for path in self._reached(self.training)}
        return frozenset(writing | training)

    @cached_property
    def served_statically(self) -> frozenset[str]:
        """Functions that answer and those that they lead to."""
        return self.inference.graph.reached_from(self._serving_keys)

    def _callers_elsewhere(self, called: str) -> frozenset[str]:
        callers = set(self.inference.graph.callers.get(called, ())) - self.served_statically
        paths = {each[1:].partition(":")[0] for each in self._producing}
        return frozenset(each for each in callers if each[1:].partition(":")[0] in paths)

    @cached_property
    def carried(self) -> Carried:
        """What training leaves behind for serving to load."""
        serving = self._reached(self._only_serving)
        return Carried(self.flow, self.inference, self.is_served, serving, self._prepares)

    def _prepares(self, path: str) -> bool:
        unit = self.inference.code.by_path.get(path)
        return unit is not None and bool(self._reached([unit]) & self._transforming_units)

    @cached_property
    def _transforming_units(self) -> frozenset[str]:
        functions = {each.unit.path for each in self.preparation.functions if each.transforms}
        return frozenset(functions | {site.unit.path for site in self.transforming})

    @cached_property
    def without(self) -> tuple[Site, ...]:
        """Questions by units with a way in of their own that use nothing of what the others share with training."""
        helpers = {p for unit in self._only_serving for p in self._reached([unit]) if p != unit.path}
        shared = {each.unit.path for each in self.shared_code} | {each.path for each in self.carried.evidence}
        homes = {self.flow.homes.of(path) for path in shared}
        ways = [u for u in self._only_serving if u.path not in helpers and self.flow.homes.of(u.path) in homes]
        bare = {unit.path for unit in ways if not self._reached([unit]) & shared and not self._prepares_somehow(unit)}
        asked = (*self.inference.lifecycle.predicting, *self.inference.model.applied)
        return tuple(site for site in asked if site.unit.path in bare - self._opaque)

    @cached_property
    def _opaque(self) -> frozenset[str]:
        """Files that load a model which the project may have logged with code of its own around it."""
        classes = (each for unit in self.inference.code.production for each in unit.python.classes)
        if not any(base.endswith("PythonModel") for each in classes for base in each.bases):
            return frozenset()
        return frozenset(site.unit.path for site in self.inference.lifecycle.loading if OPAQUE.search(site.name))

    def _prepares_somehow(self, unit: Unit) -> bool:
        """Whether a unit calls something that is called after preparation, wherever it comes from."""
        return any(PREPARES.search(f"{call.receiver}.{call.name}") for call in unit.python.calls)

    @cached_property
    def prepares_nothing(self) -> bool:
        """Whether nothing that only serves is called after preparation, or changes data by what it does."""
        units = [self.inference.code.by_path[path] for path in self.reached_by_serving]
        changing = {each.unit.path for each in self.preparation.functions if each.transforms}
        return not any(unit.path in changing or self._prepares_somehow(unit) for unit in units)

    @cached_property
    def fitted_again(self) -> tuple[Fit, ...]:
        """What is learned anew from the rows that serving is asked about."""
        events = self.flow.machine.events
        of_given_rows = self.flow.machine.knowledge.sets["of-given-rows"]
        serving = self._serving_keys | {key(unit, "") for unit in self._only_serving}
        return tuple(
            fit
            for fit, reached in events.reached.items()
            if not serving.isdisjoint(reached)
            and fit in events.planned
            and fit.name.rpartition(".")[2] not in of_given_rows
            and (fit.kind not in PLAIN or any(FITS.search(each) for each in reached))
            and (fit.kind in PLAIN or (fit.place, fit.name) in self._asked_with or self._is_kept(fit))
            and not self._only_retrains(fit, serving)
        )

    def _is_kept(self, fit: Fit) -> bool:
        """Whether the object that learned is applied to rows by another call than the one that fits it."""
        learner = self.flow.machine.events.learners.get(fit)
        return any(use.thing is learner and use.method == "transform" for use in self.flow.machine.events.uses)

    def _only_retrains(self, fit: Fit, serving: frozenset[str]) -> bool:
        """Whether all that leads from what serves to a fit is there to train."""
        trails = self.flow.machine.events.fitted_by.get(fit, ())
        served = [trail for trail in trails if serving.intersection(trail)]
        return bool(served) and all(any(RETRAINS.search(each) for each in trail) for trail in served)

    def is_of_training(self, fit: Fit) -> bool:
        """Whether it is learned from the data set that a model was trained on."""
        if TRAINING.search(fit.rows.root.name.rpartition("/")[2]):
            return True
        trained = (each.rows for each in self.flow.machine.events.trainings if each.rows is not None)
        return any(covers(rows, fit.rows) or covers(fit.rows, rows) for rows in trained)

    def whose(self, fit: Fit) -> str:
        """What it is fitted again on, in words, as far as that is known."""
        if self.is_of_training(fit):
            return "on the training rows"
        uses = (use for use in self.flow.machine.events.uses if use.rows is not None and fit in use.fits)
        asked = any(use.rows is not None and meet(fit.rows, use.rows) for use in uses)
        return "on the rows to predict" if asked else "where predictions are made"

    @cached_property
    def fitted_while_answering(self) -> tuple[tuple[Use, Definition], ...]:
        """What is fitted by a function that answers, and which; functions that are there to train are left out."""
        by_key = {key(each.unit, each.name): each for each in self.answering if each.name}
        found: dict[tuple[Place, str], tuple[Use, Definition]] = {}
        for use in self.flow.machine.events.uses:
            kept = use.rows is not None and use.rows.root in self._kept
            if use.method != "fit" or not use.planned or kept:
                continue
            if not self._is_applied_later(use) or not self._is_asked_with(use):
                continue
            entry = next((by_key[each] for each in use.trail if each in by_key), None)
            if entry is not None and not any(RETRAINS.search(each) for each in use.trail):
                found.setdefault((use.place, use.thing.name), (use, entry))
        return tuple(found.values())

    def _is_asked_with(self, use: Use) -> bool:
        """Whether what was learned there, as far as it is known, is contained in what some model is asked about."""
        if use.rows is None:
            return use.trail in self._asking_trails
        return (use.place, use.thing.name) in self._asked_with

    @cached_property
    def _asking_trails(self) -> frozenset[tuple[str, ...]]:
        asks = self.flow.machine.knowledge.asks
        return frozenset(use.trail for use in self.flow.machine.events.uses if use.method in asks)

    @cached_property
    def _asked_with(self) -> frozenset[tuple[Place, str]]:
        events = self.flow.machine.events
        asked = [*(use.fits for use in events.uses), *(each.fits for each in events.evaluations)]
        return frozenset((fit.place, fit.name) for fits in asked for fit in fits)

    @cached_property
    def _kept(self) -> frozenset[Rows]:
        """Data sets that are read from a place that is written down: the project's own, and not what somebody asks."""
        found = (each for each in self.flow.machine.events.loaded if each.target.strip("*/"))
        return frozenset(each.value.rows.root for each in found if isinstance(each.value, Data) and each.value.rows)

    def _is_applied_later(self, use: Use) -> bool:
        name = use.thing.name.rpartition(".")[2]
        return use.thing.role in LEARNED_ONCE and name not in self.flow.machine.knowledge.sets["of-given-rows"]

    @cached_property
    def encoded_anew(self) -> tuple[tuple[Use, Fit], ...]:
        """Questions to a model about rows whose columns or numbers were made from the words of these rows alone."""
        asked = (use for use in self.flow.machine.events.uses if use.fits and self.is_served(use.trail))
        found = ((use, fit) for use in asked for fit in use.fits if fit.kind in ANEW and self._is_of_question(use, fit))
        ordered = sorted(found, key=lambda pair: (pair[1].place.path, pair[1].place.line, pair[1].name))
        return tuple({(fit.place, fit.name): (use, fit) for use, fit in ordered}.values())

    def _is_of_question(self, use: Use, fit: Fit) -> bool:
        """Whether a handler asks about rows that nobody wrote down, and encodes just these."""
        if use.rows is None or use.rows.root in self._kept or use.method not in self.flow.machine.knowledge.asks:
            return False
        if any(fit in training.fits for training in use.thing.trainings):
            return False
        return meet(fit.rows, use.rows) != "" and not any(RETRAINS.search(each) for each in use.trail)

    @cached_property
    def fitted_on_new_file(self) -> tuple[Fit, ...]:
        """Where nothing serves: what the project's functions learn anew from a file that is only predicted."""
        roots = frozenset(self._only_asked())
        reached = self.flow.machine.events.reached
        fits = self.flow.machine.events.fits.values()
        learned: dict[Place, set[Rows]] = {}
        for fit in fits:
            learned.setdefault(fit.place, set()).add(fit.rows.root)
        return tuple(
            fit
            for fit in fits
            if fit.rows.above & roots
            and (fit.kind not in PLAIN or any(FITS.search(each) for each in reached.get(fit, ())))
            and len(learned[fit.place]) > 1
            and fit.place.path.endswith(".py")
            and not is_example(fit.place.path)
        )

    def _only_asked(self) -> Iterator[Rows]:
        """Data sets that models are asked about, unscored, and that they were not trained on."""
        for pair in self.flow.pairs:
            trained, asked = pair.training.rows, pair.evaluation.rows
            if trained is None or asked is None or trained.root is asked.root or pair.evaluation.scored:
                continue
            yield asked.root

    @cached_property
    def same_published(self) -> bool:
        """Whether both sides take their tokenizer or processor from a hub."""
        names = ("Tokenizer.from_pretrained", "Processor.from_pretrained", "Extractor.from_pretrained", "pipeline")
        units = {
            s.unit.path for s in self.inference.code.by_method.get("from_pretrained", ()) if s.name.endswith(names)
        }
        return bool(units & self._reached(self.training)) and bool(units & self._reached(self.serving))


def _units(units: Iterable[Unit]) -> tuple[Unit, ...]:
    return tuple({unit.path: unit for unit in units}.values())
