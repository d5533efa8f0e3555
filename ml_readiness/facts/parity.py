"""Whether what serves predictions prepares its input as training did."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ml_readiness.facts.inference import Inference
from ml_readiness.facts.preparation import Preparation, Prepares

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ml_readiness.facts.code import Site, Unit

FITTED = re.compile(
    r"^(?:sklearn\.(?:pipeline|compose|preprocessing|impute|feature_extraction|decomposition|feature_selection)|imblearn\."
    r"|category_encoders|feature_engine|pyspark\.ml\.(?:Pipeline|feature)|transformers\.\w*(?:Tokenizer|Processor|Extractor)"
    r"|(?:tensorflow\.)?keras\.preprocessing\.text|sentencepiece|tokenizers)"
)
"""Objects that carry preprocessing with them when they are saved."""
NAMED = re.compile(
    r"scaler|encoder|vectori[sz]er|tokeni[sz]er|transformer|imputer|preproc|pipeline|vocab|tfidf|^cv$|label_?map", re.I
)


@dataclass(frozen=True)
class Parity:
    """Training and serving side by side."""

    preparation: Preparation
    inference: Inference

    @classmethod
    def gather(cls, preparation: Preparation, inference: Inference) -> Self:
        """From the units that train and the units that answer."""
        return cls(preparation, inference)

    @cached_property
    def training(self) -> tuple[Unit, ...]:
        """Units that train, outside examples."""
        return _units(site for site in self.inference.model.training if not site.unit.is_example)

    @cached_property
    def serving(self) -> tuple[Unit, ...]:
        """Production units that ask a model and do not train one."""
        answering = {route.unit.path: route.unit for route in self.inference.serving.model_routes}
        answering |= {unit.path: unit for unit in self.inference.serving.model_demos}
        answering |= {site.unit.path: site.unit for site in self.inference.model.lifecycle.predicting}
        training = {unit.path for unit in self.training}
        asking = [unit for unit in answering.values() if unit.path not in training and unit.is_production]
        return tuple(unit for unit in asking if self._loads(unit))

    def _loads(self, unit: Unit) -> bool:
        loading = self.inference.lifecycle.units("loading")
        return any(each.path in loading for each in self.inference.code.closure(unit))

    def _reached(self, units: Iterable[Unit]) -> frozenset[str]:
        code = self.inference.code
        return frozenset(each.path for unit in units for each in code.closure(unit))

    @cached_property
    def prepared(self) -> bool:
        """Whether training transforms its data at all."""
        reached = self._reached(self.training)
        return any(site.unit.path in reached for site in self._transforming) or any(
            each.unit.path in reached and each.transforms for each in self.preparation.functions
        )

    @cached_property
    def _transforming(self) -> tuple[Site, ...]:
        return tuple(
            s for s in self.inference.lifecycle.preparing if not s.unit.is_test and not s.name.startswith("cv2")
        )

    @cached_property
    def shared_code(self) -> tuple[Prepares, ...]:
        """Functions that prepare data and that both sides import."""
        both = self._reached(self.training) & self._reached(self.serving)
        return tuple(each for each in self.preparation.functions if each.transforms and each.unit.path in both)

    @cached_property
    def shared_objects(self) -> tuple[Site, ...]:
        """Saves, by training, of an object that carries fitted preprocessing, where serving loads objects too."""
        reached = self._reached(self.training)
        return tuple(
            site
            for site in self.inference.lifecycle.saving
            if site.unit.path in reached and _carries(site) and self._is_loaded(site)
        )

    def _is_loaded(self, site: Site) -> bool:
        """Whether serving loads a file of the same name, or a file whose name nothing tells."""
        saved = self.inference.model.path_of(site).rpartition("/")[2]
        reached = self._reached(self.serving)
        loads = [path.rpartition("/")[2] for s, path in self.inference.model.local_loads if s.unit.path in reached]
        hub = any(s.unit.path in reached and "from_pretrained" in s.name for s in self.inference.lifecycle.loading)
        return saved in loads or "*" in {saved, *loads} or ("pretrained" in site.name and hub)

    @cached_property
    def same_published(self) -> bool:
        """Whether both sides take their tokenizer or processor from a hub."""
        names = ("Tokenizer.from_pretrained", "Processor.from_pretrained", "Extractor.from_pretrained", "pipeline")
        units = {
            s.unit.path for s in self.inference.code.by_method.get("from_pretrained", ()) if s.name.endswith(names)
        }
        return bool(units & self._reached(self.training)) and bool(units & self._reached(self.serving))

    @cached_property
    def written_again(self) -> tuple[Site, ...]:
        """Transformations of data that only the serving side has."""
        only = self._reached(self.serving) - self._reached(self.training)
        return tuple(
            site
            for site in self._transforming
            if site.unit.path in only and site.call.method not in {"dropna", "load", "split_documents"}
        )


def _carries(site: Site) -> bool:
    for argument in (*site.call.args, *site.call.keywords.values()):
        words = [argument, *argument.items]
        if any(
            word.kind in {"name", "call"} and (FITTED.match(word.text) or NAMED.search(word.text)) for word in words
        ):
            return True
    return bool(FITTED.match(site.name)) or bool(NAMED.search(site.call.receiver))


def _units(sites: Iterable[Site]) -> tuple[Unit, ...]:
    return tuple({site.unit.path: site.unit for site in sites}.values())
