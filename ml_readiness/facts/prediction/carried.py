"""Fitted preprocessing that training saves and serving loads: alone, in a pipeline, as a table or a vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.flow.project import Flow
from ml_readiness.facts.flow.shelf import same_place
from ml_readiness.facts.flow.values import Choice, Data, Map, Obj, Seq, Thing, Value
from ml_readiness.facts.prediction.inference import Inference
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.flow.events import Stored, Use
    from ml_readiness.facts.source.code import Site

FITTED = re.compile(
    r"^(?:sklearn\.(?:pipeline|compose|preprocessing|impute|feature_extraction|decomposition|feature_selection)|imblearn\."
    r"|category_encoders|feature_engine|pyspark\.ml\.(?:Pipeline|feature)|transformers\.\w*(?:Tokenizer|Processor|Extractor)"
    r"|(?:tensorflow\.)?keras\.preprocessing\.text|sentencepiece|tokenizers)"
)
"""Objects that carry preprocessing with them when they are saved."""
NAMED = re.compile(
    r"scaler|encoder|vectori[sz]er|tokeni[sz]er|transformer|imputer|preproc|pipeline|vocab|tfidf|^cv$|label_?map", re.I
)
NO_STATE = frozenset({"", "stateless", "splitter", "oversampler", "undersampler", "outliers", "file", "arguments"})
LEARNED_ONCE = frozenset(
    {"scaling", "imputation", "vectorising", "projection", "encoding", "target-encoding", "frequency-encoding"}
    | {"tokenizing", "binning", "normalising"}
)
"""What is learned and must be applied to every later row in the same way."""
APPLIED = frozenset({"transform", "texts_to_sequences", "texts_to_matrix", "encode", "inverse_transform"})
WHOLE = frozenset(
    {"transformers.pipeline", "transformers.pipelines.pipeline", "sentence_transformers.SentenceTransformer"}
)
"""Calls that load a folder of a model with its tokenizer."""
MOST_SAVED = 400
"""Saved values that are compared with what serving reads."""
WEIGHTS = frozenset({"model", "optimizer", "state_dict", "model_state_dict", "optimizer_state_dict", "weights"})


class Evidence(Struct, frozen=True):
    """One thing that serving uses and that training, or what prepares for it, left behind."""

    location: Location
    what: str
    path: str
    """The unit that uses it."""


class Carried(Struct, frozen=True, dict=True):
    """What goes from training to serving in a file or a registry."""

    flow: Flow
    inference: Inference
    is_served: Callable[[Sequence[str]], bool]
    serving: frozenset[str]
    """Paths of the units that serving reaches."""
    prepares: Callable[[str], bool]
    """Whether a script, or what it imports, transforms data."""

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """What serving uses of what training left behind."""
        found = [*self._used(), *self._read(), *self._saved_by_name()]
        return tuple(dict.fromkeys(found))

    def _used(self) -> Iterator[Evidence]:
        for use in self.flow.machine.events.uses:
            if self.is_served(use.trail) and (what := self._brought(use)):
                yield Evidence(self.flow.at(use.place), what, _script(use.trail))

    def _brought(self, use: Use) -> str:
        """What a learned object in serving is, if it was learned elsewhere; empty if that is not seen."""
        thing = use.thing
        reached = self.flow.machine.events.reached
        name = thing.name.rpartition(".")[2]
        if carries(thing) and (thing.fits or thing.trainings):
            return (
                ""
                if any(self.is_served(tuple(reached.get(fit, ()))) for fit in thing.fits)
                else f"uses the saved `{name}`"
            )
        unknown = thing.name.startswith(("loaded", "?")) and not thing.fits
        if unknown and use.method in APPLIED and not self._left and thing.name.startswith("loaded"):
            return f"applies what it loads with `{use.method}`" if self.flow.machine.events.learners else ""
        if unknown and self._left and (use.method in APPLIED or any(is_model for is_model, _ in self._left)):
            return f"uses what `{self._left[0][1]}` was saved as" if use.method in APPLIED else self._whole()
        return ""

    def _whole(self) -> str:
        return f"asks the saved `{next(name for is_model, name in self._left if is_model)}`, steps and model in one"

    @cached_property
    def _left(self) -> tuple[tuple[bool, str], ...]:
        """Fitted preprocessing that others than serving save: whether it is a part of the model, and its name."""
        saved = (each for each in self.flow.machine.events.saved if not self.is_served(each.trail))
        things = (thing for each in saved for thing in things_in(each.value))
        fitted = (thing for thing in things if carries(thing) and (thing.fits or thing.trainings))
        return tuple(dict.fromkeys((bool(thing.trainings), thing.name.rpartition(".")[2]) for thing in fitted))

    def _read(self) -> Iterator[Evidence]:
        """Vocabularies, mappings and prepared rows that serving reads back."""
        for loaded in self.flow.machine.events.loaded:
            if not loaded.target or not self.is_served(loaded.trail):
                continue
            saved = next((each for each in self._ready if same_place(each, loaded)), None)
            if saved is not None:
                name = re.split(r"[/\\]", saved.target)[-1]
                what = f"reads `{name}`, which `{saved.place.path}` prepared"
                yield Evidence(self.flow.at(loaded.place), what, _script(loaded.trail))

    @cached_property
    def _ready(self) -> tuple[Stored, ...]:
        """What others than serving save and what holds preparation."""
        saved = self.flow.machine.events.saved[:MOST_SAVED]
        return tuple(each for each in saved if not self.is_served(each.trail) and self._is_ready(each))

    def _is_ready(self, saved: Stored) -> bool:
        """Whether what was saved holds preparation: learned, or rows that a preparing script wrote."""
        if is_learned(saved):
            return True
        return isinstance(saved.value, Data) and self.prepares(_script(saved.trail))

    def _saved_by_name(self) -> Iterator[Evidence]:
        """Saves of things that are called what they are, where serving loads a file of the same name or any."""
        for site in self.inference.lifecycle.saving:
            if site.unit.path not in self.serving and not site.unit.is_test and _carries_by_name(site):
                for path in dict.fromkeys(self._loading(site)):
                    yield Evidence(site.location, f"loads what `{site.call.method}` saves here", path)

    def _loading(self, site: Site) -> Iterator[str]:
        """Units of serving that load a file of the name that was saved, or one whose name nothing tells."""
        saved = self.inference.model.path_of(site).rpartition("/")[2]
        for each, path in self.inference.model.local_loads:
            if each.unit.path in self.serving and (path.rpartition("/")[2] in {saved, "*"} or saved == "*"):
                yield each.unit.path
        for each in self.inference.lifecycle.loading if "pretrained" in site.name else ():
            if each.unit.path in self.serving and ("from_pretrained" in each.name or each.name in WHOLE):
                yield each.unit.path


def _script(trail: Sequence[str]) -> str:
    return trail[0][1:].partition(":")[0] if trail else ""


def carries(thing: Thing, depth: int = 4) -> bool:
    """Whether an object of a library holds fitted preprocessing."""
    if thing.role == "composite":
        inner = [child for _, child in thing.children if isinstance(child, Thing)]
        return depth > 0 and any(carries(child, depth - 1) for child in inner)
    return thing.role not in NO_STATE or bool(FITTED.match(thing.name))


def things_in(value: Value, depth: int = 3) -> Iterator[Thing]:
    """The objects of libraries that a value is or holds."""
    if isinstance(value, Thing):
        yield value
    inner: list[Value] = []
    if isinstance(value, Seq):
        inner = value.items
    elif isinstance(value, Map):
        inner = list(value.items.values())
    elif isinstance(value, Choice):
        inner = list(value.options)
    elif isinstance(value, Obj):
        inner = list(value.attributes.values())
    for each in inner[:40] if depth else ():
        yield from things_in(each, depth - 1)


def is_learned(saved: Stored) -> bool:
    """Whether what was saved is more than a model's weights or rows as they came in."""
    value = saved.value
    if isinstance(value, Map):
        keys = {key for key in value.items if isinstance(key, str)}
        return not keys & WEIGHTS and not any(thing.trainings for thing in things_in(value))
    return isinstance(value, Data) and bool(value.learned or value.pending)


def _carries_by_name(site: Site) -> bool:
    for argument in (*site.call.args, *site.call.keywords.values()):
        words = [argument, *argument.items]
        if any(
            word.kind in {"name", "call"} and (FITTED.match(word.text) or NAMED.search(word.text)) for word in words
        ):
            return True
    return bool(FITTED.match(site.name)) or bool(NAMED.search(site.call.receiver))
