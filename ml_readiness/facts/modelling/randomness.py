"""Which random draws training makes, and which of them are fixed."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.modelcode import ModelCode
from ml_readiness.facts.modelling.random_sources import sources
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.mainstream import main_first
from ml_readiness.facts.source.reach import Reach
from ml_readiness.facts.source.saying import said
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ml_readiness.facts.source.code import Site
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.report import Location


SEEDING = re.compile(r"^(?:random_state|random_seed|seed|seed_value|session_id)$")
IN_CONFIGURATION = re.compile(r"^[ \t\"']*(?:random_state|random_seed|seed)[\"']?[ \t]*[:=][ \t]*\d", re.MULTILINE)
CONFIGURATION = ("*.yaml", "*.yml", "*.json", "*.toml", "*.cfg", "*.ini")
LIBRARIES = re.compile(
    r"^(?:sklearn|xgboost|lightgbm|catboost|imblearn|pycaret|surprise|lightfm|implicit|umap|tpot|flaml|autosklearn|ngboost|skopt"
    r"|stable_baselines3|cuml|datasets|fastai|keras_tuner|pyspark|h2o|econml|causalml|sksurv|pyod|torch|tensorflow)\."
)
FRAMES = ("pandas.", "polars.", "pyspark.", "dask.", "sklearn.datasets.")
SHUFFLES = re.compile(r"^(?:numpy\.random\.(?:shuffle|permutation)|random\.(?:shuffle|sample))$")
"""Draws from the global generators that reorder what they are given."""
MASKS = re.compile(r"^(?:numpy\.random\.(?:rand|random|random_sample|uniform)|random\.random)$")
INVENTS = re.compile(
    r"synthetic|simulat|generate|fake|mock|dummy|sample_data|noise|augment|plot|example", re.IGNORECASE
)
PARTS = re.compile(r"split|data|prepar|pre_?process|partition|fold|corpus", re.IGNORECASE)
"""Files that set rows apart before anything is trained."""
ASKED = frozenset({"numpy", "random"})
"""Generators that draw only where the code asks them to."""
LEARNS = re.compile(r"(?:Classifier|Regressor|Forest|KMeans|Perceptron|LightFM|ALS|PPO|DQN|A2C|SAC|TD3|DDPG)$")
SPLITS = re.compile(r"split|Split|Fold|shuffle|permutation|^rand")


class Draw(Struct, frozen=True):
    """Something random on the way of training."""

    what: str
    location: Location
    seeded_by: str
    """What fixes it; empty if nothing does."""
    certain: bool = True
    """Whether the seed is always in force; False where a setting can leave it out."""

    @property
    def learns(self) -> bool:
        """Whether it is a model that draws while it is trained."""
        return LEARNS.search(self.what) is not None

    @property
    def splits(self) -> bool:
        """Whether it decides which rows are learned from and which are measured."""
        return SPLITS.search(self.what) is not None


class Randomness(Struct, frozen=True, dict=True):
    """The random draws in units that train, and in what they import."""

    code: Code
    files: Files
    model: ModelCode
    graph: CallGraph
    reach: Reach

    @classmethod
    def gather(cls, code: Code, files: Files, model: ModelCode, graph: CallGraph, reach: Reach) -> Self:
        """From the calls of training units and of the units around them."""
        return cls(code, files, model, graph, reach)

    @cached_property
    def training(self) -> tuple[Unit, ...]:
        """Units that train, production code before notebooks, and examples only where nothing else does."""
        used = [site for site in self.model.training if not self._is_left_over(site.unit)]
        sites = used or self.model.training
        own = [s for s in sites if s.unit.is_production] or [s for s in sites if not s.unit.is_example] or list(sites)
        return tuple({site.unit.path: site.unit for site in own}.values())

    def _is_left_over(self, unit: Unit) -> bool:
        """Whether nothing starts a file and nothing imports it, not even a notebook or a test."""
        if not unit.is_production or unit.path in self.reach.reached:
            return False
        return not any(unit.path in imported for imported in self.code.imported.values())

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Production code where it trains, else the notebooks or examples that do with what they import."""
        if any(unit.is_production for unit in self.training):
            return self.code.production
        return self._around(self.training)

    def _around(self, units: Iterable[Unit]) -> tuple[Unit, ...]:
        reached = {each.path: each for unit in units for each in self.code.closure(unit)}
        return tuple(reached.values())

    @cached_property
    def _sites(self) -> tuple[Site, ...]:
        return tuple(site for unit in self.units for site in self.code.calls_in(unit))

    @cached_property
    def draws(self) -> tuple[Draw, ...]:
        """Every random draw that was recognised, one for each framework and one for each call with an argument."""
        return (*self._frameworks(), *self._arguments())

    def _frameworks(self) -> Iterator[Draw]:
        learning = [site for site in self._sites if site.unit.path in self._learning]
        for name, known in sources().frameworks.items():
            used = (s for s in learning if _begins(s.name, known.used_by) and s.name not in known.seeded_by)
            place = next((site.location for site in used), None) or self._based(known.used_by)
            seed = self._seed(known.seeded_by if name in ASKED else known.shared) or self._seed(known.default)
            told = seed is not None and (place or seed.name in known.default or seed.name.startswith(name + "."))
            if seed is not None and told and self.model.training:
                certain = _in_force(seed) and not (seed.name in known.default and self._head_first)
                yield Draw(name, seed.location, said(seed), certain=certain)
            elif place is not None and name not in ASKED:
                yield Draw(name, self._trained_with(known.used_by) or place, "")

    def _trained_with(self, tops: tuple[str, ...]) -> Location | None:
        """Where something is trained in a file that uses a framework."""
        using = {site.unit.path for site in self._sites if _begins(site.name, tops)}
        training = main_first((site for site in self.model.training if site.unit.path in using), "train", "fit")
        return training[0].location if training else None

    @cached_property
    def _head_first(self) -> bool:
        """Whether a new head is drawn before the trainer sets its default seed."""
        late = any("model_init" in site.call.keywords for site in self._sites)
        return not late and any(re.search(r"For\w*(?:Classification|Answering)\.", site.name) for site in self._sites)

    def _based(self, tops: tuple[str, ...]) -> Location | None:
        """The first class that is made from one of a framework's."""
        bases = (
            unit.location(each.line)
            for unit in self.units
            for each in unit.python.classes
            if any(_begins(base, tops) for base in each.bases)
        )
        return next(bases, None)

    def _seed(self, names: Iterable[str]) -> Site | None:
        """A call that seeds and is itself reached: at module level, or in a function that something calls. One that is
        always in force comes before one that a setting can leave out, and one of the training code before others."""
        wanted = set(names)
        seeding = (s for s in self._sites if s.name in wanted and _says_seed(s) and self._is_reached(s))
        found = main_first(seeding, "train", "main", "seed")
        return min(found, key=lambda site: (not _in_force(site), site.unit.path not in self._learning), default=None)

    @cached_property
    def _learning(self) -> frozenset[str]:
        """Files that train, and what they import."""
        return self.code.around(unit.path for unit in self.training)

    def _is_reached(self, site: Site) -> bool:
        scope = site.call.scope
        if not scope or site.unit.functions.get(scope) is None:
            return True
        if scope.rpartition(".")[2].startswith("test_"):
            return False
        function = site.unit.functions[scope]
        seeds_only = "seed" in scope.lower() or "determin" in scope.lower() or "reproduc" in scope.lower()
        return not seeds_only or bool(self.graph.callers.get(key(site.unit, function.name)))

    @cached_property
    def loose(self) -> tuple[Unit, ...]:
        """Units that train with a framework and seed it neither themselves nor in what they import."""
        return tuple(unit for unit in self.training if self._is_loose(unit))

    def _is_loose(self, unit: Unit) -> bool:
        around = [self._traces(each) for each in self._around((unit,))]
        used = set[str]().union(*(uses for uses, _ in around))
        return not used <= set[str]().union(*(seeds for _, seeds in around))

    def _traces(self, unit: Unit) -> tuple[frozenset[str], frozenset[str]]:
        """The frameworks that a file calls, and those that it seeds."""
        if unit not in self._traced:
            names = {site.name for site in self.code.calls_in(unit)}
            known = {name: each for name, each in sources().frameworks.items() if name not in ASKED}
            used = (name for name, each in known.items() if any(_begins(called, each.used_by) for called in names))
            seeded = (n for n, each in known.items() if not names.isdisjoint((*each.shared, *each.default)))
            self._traced[unit] = frozenset(used), frozenset(seeded)
        return self._traced[unit]

    @cached_property
    def _traced(self) -> dict[Unit, tuple[frozenset[str], frozenset[str]]]:
        return {}

    @cached_property
    def _seeded(self) -> dict[str, str]:
        """What seeds the frameworks' own generators."""
        seeds = {name: self._seed(known.shared) for name, known in sources().frameworks.items()}
        return {name: said(site) for name, site in seeds.items() if site is not None}

    def _fallback(self, site: Site) -> str:
        """What seeds a draw that is given no seed: the generator that it shares with others."""
        if site.name.startswith("torch."):
            return self._seeded.get("torch", "")
        if site.name.startswith(("xgboost.", "lightgbm.", "lightfm.", "hyperopt.", "optuna.", "random.")):
            return self._seeded.get("random", "") if site.name.startswith("random.") else ""
        return self._seeded.get("numpy", "")

    def _arguments(self) -> Iterator[Draw]:
        for site in self._sites:
            given = self._given(site)
            if given is None:
                continue
            if given:
                yield Draw(site.call.method, site.location, given)
            elif self._draws(site) and not ("**" in site.call.keywords and not self._is_estimator(site)):
                yield Draw(site.call.method, site.location, self._fallback(site))

    def _given(self, site: Site) -> str | None:
        """The argument that seeds a call, empty where none does; `None` for calls that have nothing to do with it."""
        known, keywords = sources().seeded_by_argument, site.call.keywords
        draws = self._draws(site)
        words = known.keywords if draws else tuple(w for w in keywords if SEEDING.match(w))
        if not words and "**" in keywords and (spread := self._spread(site)):
            return spread if LIBRARIES.match(site.name) else None
        if not draws and not (words and LIBRARIES.match(site.name)):
            return None
        if _is_off(keywords, "shuffle"):
            return None
        for word in words:
            if word in keywords and keywords[word].kind != "none":
                return word
        if "**" in keywords or site.name in sources().boosters.calls:
            return self._written(site.unit)
        return "" if draws else None

    def _spread(self, site: Site) -> str:
        """A seed among the settings that a call is given as a dictionary from the top of some file."""
        definition = self.code.define(site.unit, site.call.keywords["**"].text.lstrip("?"))
        assigns = definition.unit.python.assigns if definition is not None else ()
        held = (a.value.keys for a in assigns if definition is not None and a.target == definition.name and not a.scope)
        return next((word for keys in held for word in keys if SEEDING.match(word)), "")

    def _draws(self, site: Site) -> bool:
        """Whether a call draws something on the way of training unless it is seeded."""
        known, name = sources().seeded_by_argument, site.name
        if name in known.calls or any(self._is_told(site, word) for word in known.when.get(name, ())):
            return True
        if site.call.method in known.methods:
            kept = name.startswith(FRAMES) and self._touches_rows(site) and not self._is_only_shown(site)
            return site.call.method == "randomSplit" or kept
        if name.startswith("datasets.") and site.call.method in {"train_test_split", "shuffle"}:
            return True
        return self._boosts(site) or self._searches(site) or self._reorders(site)

    def _is_told(self, site: Site, word: str) -> bool:
        """Whether a call is given a setting, by itself or in a dictionary that is spread out."""
        return _is_on(site.call.keywords, word) or ("**" in site.call.keywords and word in self._keys(site.unit))

    def _is_only_shown(self, site: Site) -> bool:
        """Whether a cell of a notebook draws rows for somebody to look at, and does not keep them."""
        if not site.unit.is_notebook or site.call.role or site.call.targets:
            return False
        going_on = (s for s in self.code.calls_in(site.unit, site.call.scope) if s.call.line == site.call.line)
        return not any((s.call.targets or s.call.role) and s.name.startswith(site.name + ".") for s in going_on)

    def _is_estimator(self, site: Site) -> bool:
        known = sources().seeded_by_argument
        return (site.name in known.calls or site.name in known.when) and not self._configured

    def _boosts(self, site: Site) -> bool:
        """Whether a booster is trained with settings that make it draw."""
        known = sources().boosters
        if site.name not in known.calls:
            return False
        keys = self._keys(site.unit)
        return bool(keys.intersection(known.sampling)) or any(SEEDING.match(key) for key in keys)

    def _searches(self, site: Site) -> bool:
        known = sources().search
        if site.name in known.always:
            return True
        return site.name in known.if_used and any(word in site.unit.python.names for word in known.reading)

    def _reorders(self, site: Site) -> bool:
        """Whether the global generators decide which rows go where."""
        shuffles = SHUFFLES.match(site.name) is not None
        if not shuffles and not MASKS.match(site.name):
            return False
        scope = site.call.scope.rpartition(".")[2]
        if INVENTS.search(scope) or INVENTS.search(site.unit.path):
            return False
        if not self._touches_rows(site):
            return False
        return shuffles or self._masks(site)

    def _touches_rows(self, site: Site) -> bool:
        """Whether a call is in training code, or where rows are made ready for it."""
        return site.unit.path in self._learning or bool(PARTS.search(f"{site.unit.path}:{site.call.scope}"))

    def _masks(self, site: Site) -> bool:
        """Whether drawn numbers are compared with a fraction, which sets rows apart."""
        drawn = {f"?{name}" for name in site.call.targets} | set(site.call.targets)
        for assign in site.unit.python.assigns:
            one = not (site.call.args or site.call.keywords) and assign.value.kind != "comprehension"
            compared = [part for part in assign.value.walk() if part.kind == "compare" and not one]
            texts = {part.text for each in compared for part in each.walk()}
            if assign.scope == site.call.scope and (texts & drawn or site.call.name in texts):
                return True
        return False

    def _written(self, unit: Unit) -> str:
        """A seed among the settings that a dictionary here or in what the file imports, or a configuration, holds."""
        keys = (key for each in (unit, *self.code.closure(unit)) for key in sorted(self._keys(each)))
        return next((key for key in keys if SEEDING.match(key)), "") or self._configured

    def _keys(self, unit: Unit) -> frozenset[str]:
        values = [assign.value for assign in unit.python.assigns]
        values += [value for call in unit.python.calls for value in (*call.args, *call.keywords.values())]
        keys = {key for value in values if value.kind in {"dict", "call"} for key in value.keys}
        items = (a.target for a in unit.python.assigns if a.target.endswith(("']", '"]')))
        return frozenset(keys | {item.rpartition("[")[2].strip("]\"'") for item in items})

    @cached_property
    def _configured(self) -> str:
        """A seed in a configuration file."""
        paths = self.files.find(*CONFIGURATION)
        return next((f"seed in {path}" for path in paths if IN_CONFIGURATION.search(self.files.text(path))), "")


def _begins(name: str, tops: tuple[str, ...]) -> bool:
    return f"{name}.".startswith(_dotted(tops))


@cache
def _dotted(tops: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{top}." for top in tops)


def _says_seed(site: Site) -> bool:
    """Generators without a seed, or with one that is left out unless the caller gives it, do not fix anything."""
    given = (*site.call.args, *site.call.keywords.values())
    if site.call.method in {"default_rng", "RandomState", "seed"} and not given:
        return False
    function = site.unit.functions.get(site.call.scope)
    names = {each.text.lstrip("?") for each in given[:1] if each.kind == "name"}
    left_out = [p for p in function.parameters if p.name in names] if function is not None else []
    return not any(p.default is not None and p.default.kind == "none" for p in left_out)


def _in_force(site: Site) -> bool:
    """Whether nothing decides at run time that the seed is left out."""
    return not any(guard.startswith("if ") and "seed" in guard.lower() for guard in site.call.guards)


def _is_on(keywords: Mapping[str, Expr], word: str) -> bool:
    value = keywords.get(word)
    return value is not None and value.text not in {"False", "None", "1", "1.0"}


def _is_off(keywords: Mapping[str, Expr], word: str) -> bool:
    value = keywords.get(word)
    return value is not None and value.text == "False"
