"""Whether what a saved model needs to read its input was saved, too."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness.facts.flow.knowledge import knowledge
from ml_readiness.facts.flow.project import Flow
from ml_readiness.facts.flow.shelf import same_place
from ml_readiness.facts.flow.sides import is_main
from ml_readiness.facts.flow.values import Data, Map, Seq, Thing, Value
from ml_readiness.facts.prediction.carried import LEARNED_ONCE, things_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.flow.events import Fit, Place, Stored, Training

MOST_FILES = 100
MOST_SAVED = 400
OF_ANSWERS = frozenset({"LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer"})
"""Encoders that usually number the answers, not the input."""


class Kept(Struct, frozen=True):
    """A saved model and one thing that was fitted before it was trained."""

    fit: Fit
    training: Training
    model: Stored
    copy: Stored | None
    """Where the fitted thing was saved; None where it never is."""


class Persistence(Struct, frozen=True, dict=True):
    """Saved models, with what was fitted for their input."""

    flow: Flow

    @classmethod
    def gather(cls, flow: Flow) -> Self:
        """From what was trained, and what was written where."""
        return cls(flow)

    @cached_property
    def kept(self) -> tuple[Kept, ...]:
        """For each saved model each fit that its input has gone through; scripts before notebooks."""
        found: dict[tuple[Place, str, bool], Kept] = {}
        for each in self._all():
            found.setdefault((each.fit.place, each.fit.name, each.copy is None), each)
        main = tuple(each for each in found.values() if is_main(each.model.place.path))
        return main or tuple(found.values())

    def _all(self) -> Iterator[Kept]:
        copies: dict[Fit, Stored | None] = {}
        for stored in self._stored:
            if isinstance(stored.value, Data):
                continue
            for thing in things_in(stored.value):
                training = _last(thing)
                for fit in self._needed(training) if training is not None else ():
                    assert training is not None  # noqa: S101
                    if self._is_one_run(fit, stored):
                        if fit not in copies:
                            copies[fit] = self._saved(fit)
                        yield Kept(fit, training, stored, copies[fit])

    def _is_one_run(self, fit: Fit, model: Stored) -> bool:
        """Whether the script that saves the model also fitted, or reads a file that the fitting script wrote."""
        events = self.flow.machine.events
        fitting = {trail[0] for trail in events.fitted_by.get(fit, ()) if trail}
        if model.trail[:1] and model.trail[0] in fitting:
            return True
        written = [each for each in events.saved if each.trail and each.trail[0] in fitting]
        read = [each for each in events.loaded if each.trail[:1] == model.trail[:1] and each.target]
        return any(same_place(one, other) for one in read[:MOST_FILES] for other in written[:MOST_FILES])

    @cached_property
    def whole(self) -> tuple[tuple[Place, str], ...]:
        """Saved models that hold their fitted steps, and where they are saved."""
        found = {
            stored.place: thing.name.rpartition(".")[2]
            for stored in self.flow.machine.events.saved
            for thing in things_in(stored.value)
            if thing.trainings and any(fit.kind in LEARNED_ONCE for fit in thing.trainings[-1].inner)
        }
        main = tuple((place, name) for place, name in found.items() if is_main(place.path))
        return main or tuple(found.items())

    def _needed(self, training: Training) -> list[Fit]:
        own = training.inner
        needed = [
            fit
            for fit in training.fits - own
            if fit in self.flow.machine.events.learners
            and fit.kind in LEARNED_ONCE
            and fit.name.rpartition(".")[2] not in OF_ANSWERS | self._of_given_rows
        ]
        return sorted(needed, key=lambda fit: (fit.place.path, fit.place.line, fit.kind, fit.name))

    @property
    def _of_given_rows(self) -> frozenset[str]:
        return knowledge().sets["of-given-rows"]

    @property
    def _stored(self) -> list[Stored]:
        return self.flow.machine.events.saved[:MOST_SAVED]

    def _saved(self, fit: Fit) -> Stored | None:
        """Where the object that learned was written, alone, inside another, or as the numbers that it learned."""
        learner = self.flow.machine.events.learners.get(fit)
        for stored in self._stored:
            if any(thing is learner or _has_learned(thing, fit) for thing in things_in(stored.value)):
                return stored
            if _holds_state(stored.value, fit):
                return stored
        return None

    def unclear(self, kept: Kept) -> Stored | None:
        """A save, by the same script or file, of something that could not be followed and may be anything."""
        near = {kept.fit.place.path, kept.training.place.path, kept.model.place.path}
        scripts = {kept.model.trail[:1]}
        for stored in self._unclear:
            if stored.place.path in near or stored.trail[:1] in scripts:
                return stored
        return None

    @cached_property
    def _unclear(self) -> tuple[Stored, ...]:
        return tuple(stored for stored in self.flow.machine.events.saved if _is_unclear(stored.value))


def _last(thing: Thing) -> Training | None:
    return thing.trainings[-1] if thing.trainings else None


def _has_learned(thing: Thing, fit: Fit, depth: int = 4) -> bool:
    if fit in thing.fits:
        return True
    inner = [child for _, child in thing.children if isinstance(child, Thing)]
    return depth > 0 and any(_has_learned(child, fit, depth - 1) for child in inner)


def _holds_state(value: Value, fit: Fit, depth: int = 3) -> bool:
    """Whether what an object learned is written out, as its means or its words; rows that went through it are not."""
    if isinstance(value, Data):
        return value.rows is None and value.form != "columns" and fit in value.pending
    inner = value.items if isinstance(value, Seq) else value.items.values() if isinstance(value, Map) else ()
    return depth > 0 and any(_holds_state(each, fit, depth - 1) for each in inner)


def _is_unclear(value: Value) -> bool:
    if isinstance(value, Thing):
        return not value.role and not value.trainings and value.name.startswith(("?", "argument", "loaded"))
    return isinstance(value, Data) and value.rows is None and not value.flowing and not value.form
