"""Where a model is prepared for, trained, measured, saved, loaded and asked: the calls that matter, by stage."""

from __future__ import annotations

from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts import knowledge
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.lineage import lineage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ml_readiness.facts.source.code import Site
    from ml_readiness.facts.source.units import Unit

PREPARES = re.compile(
    r"pre_?process|prepare|clean(?!_?up)|normali[sz]|standardi[sz]|(?<!auto)scale(?!d?_dot)|encode|token|featur|impute|transform"
    r"|augment|chunk|vectori[sz]|resample|tabul|parse_(?:doc|pdf|data)|embed_|split_(?:doc|text|data)"
    r"|filter_?(?:data|df|frame|rows?|records?|samples?|outliers?|texts?|docs?|columns?|null|noise|signals?|images?|by_)"
    r"|(?:pass|median|gaussian|outlier|noise)_?filter|(?:^|_)(?:to_)?(?:tensor|one_?hot|indices)$|(?:^|_|to|2)(?:idx|ids)$",
    re.IGNORECASE,
)
"""Names of first-party functions that say they prepare data."""
HELPERS = frozenset({"preprocess_input", "decode_predictions"})
"""Functions beside models that load nothing."""
SIMILARITIES = ("cosine_similarity", "linear_kernel", "sigmoid_kernel", "pairwise_distances", "euclidean_distances")
"""How alike every two rows are."""
GUESSED = {"fit": "training", "train": "training", "predict": "predicting", "predict_proba": "predicting"}
"""Methods that mean a stage even on an object of unknown origin."""
MODEL_NAMES = re.compile(
    r"(?:^|_)(?:models?|clf|classifier|regressor|estimator|learner|forecaster|booster|net|network|pipeline|pipe|algo"
    r"|rf|xgb|lgbm|svm|knn|gbm)\d*$"
)
"""What people call models: a file that gets one as an argument need not import the library that made it."""

ASKS_MODEL = re.compile(
    r"^a?(?:invoke|create|chat|complete|completion|generate\w*|stream\w*|run\w*|predict|parse|query|send\w*)$"
)
"""Methods by which a language model is asked."""
ESTIMATES = frozenset({"fit", "predict"})
"""The methods of what fits and predicts."""
HOLDERS = (
    "typing.", "collections.abc.", "fastapi.Request.", "fastapi.FastAPI.state.", "starlette.requests.Request.",
    "flask.current_app.", "flask.g.", "streamlit.session_state.", "dagster.AssetExecutionContext.",
    "dagster.OpExecutionContext.",
)  # fmt: skip
"""Beginnings of names that do not say what an object is: loose annotations, and places where programs keep things."""
OVER_HTTP = frozenset({"post", "request", "stream", "urlopen", "Request"})
CLIENTS = ("requests.", "httpx.", "aiohttp.", "urllib.request.", "urllib3.")
ADDRESSES = re.compile(
    r"api\.openai\.com|api\.anthropic\.com|generativelanguage\.googleapis\.com|(?:api-inference|router)\.huggingface\.co"
    r"|openrouter\.ai/|api\.groq\.com|api\.mistral\.ai|api\.deepseek\.com|api\.cohere\.(?:ai|com)|api\.together\.|api\.x\.ai/"
    r"|api\.perplexity\.ai|dashscope\.aliyuncs|open\.bigmodel\.cn|api\.moonshot\.|/v1/chat/completions|/v1/completions|:11434\b|/api/generate\b"
)
"""Addresses at which language models are asked without a library."""


GRADIENTS = frozenset(["tensorflow", "keras", "tf_keras", "flax", "jax", "optax"])
"""Packages whose optimizers and states apply gradients, whoever holds them: a model's own `self.optimizer` too."""


@lru_cache(maxsize=100_000)
def stages_of(name: str) -> tuple[str, ...]:
    """The stages that a canonical call name belongs to; the project's own functions and bare names to none."""
    if name[:1] in ":?" or "." not in name:
        return ()
    return tuple(stage for stage, known in stages().items() if known.meets(name))


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One stage as the knowledge file describes it."""

    functions: tuple[str, ...] = ()
    methods: dict[str, tuple[str, ...]] = {}
    unless: tuple[str, ...] = ()
    methods_of_objects: bool = True


class Stage(Struct, frozen=True):
    """How the calls of one stage are recognised."""

    names: frozenset[str]
    packages: tuple[str, ...]
    """Packages all of whose callables belong, from entries that end in `.*`."""
    methods: Mapping[str, re.Pattern[str]]
    unless: re.Pattern[str]
    methods_of_objects: bool

    def meets(self, name: str) -> bool:
        """Whether a canonical call name belongs to this stage."""
        if self.unless.match(name):
            return False
        head, _, method = name.rpartition(".")
        objects = self.methods.get(method)
        if objects is not None and objects.match(head):
            return True
        top, _, _ = name.partition(".")
        if name in self.names or f"{top}..{method}" in self.names:
            return True
        of_object = not self.methods_of_objects and (head.rpartition(".")[2][:1].isupper() or method in HELPERS)
        return name.startswith(self.packages) and not of_object


@cache
def stages() -> Mapping[str, Stage]:
    """The knowledge file, compiled."""
    return {name: _stage(entry) for name, entry in knowledge.read("lifecycle.yml", dict[str, Entry]).items()}


def _stage(entry: Entry) -> Stage:
    packages = tuple(name[:-1] for name in entry.functions if name.endswith(".*"))
    exact = [name for name in entry.functions if not name.endswith("*")]
    loose = [f"{name.partition('.')[0]}..{name.rpartition('.')[2]}" for name in exact if name.count(".") == 1]
    methods = {method: _beginnings(tops) for method, tops in entry.methods.items()}
    return Stage(frozenset(exact + loose), packages, methods, _beginnings(entry.unless), entry.methods_of_objects)


def _beginnings(tops: Iterable[str]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(top) for top in tops)
    return re.compile(rf"(?:{alternatives})(?:\.|$)" if alternatives else r"(?!)")


class Lifecycle(Struct, frozen=True, dict=True):
    """The calls of the project by what they do to a model."""

    code: Code

    @classmethod
    def gather(cls, code: Code) -> Self:
        """From every call of the project."""
        return cls(code)

    @cached_property
    def _by_stage(self) -> Mapping[str, tuple[Site, ...]]:
        found: dict[str, list[Site]] = {name: [] for name in stages()}
        for method, sites in self.code.by_method.items():
            for site in sites:
                for name in stages_of(site.name):
                    found[name].append(site)
            if method in GUESSED:
                self._add_guessed(found, sites)
            if method == "__call__":
                loaded = stages()["loading"]
                found["predicting"] += [site for site in sites if loaded.meets(site.name.removesuffix(".__call__"))]
            if method in OVER_HTTP:
                asking = [site for site in sites if site.name.startswith(CLIENTS)]
                addressed = {unit for unit in {site.unit for site in asking} if _asks(unit)}
                found["prompting"] += [site for site in asking if site.unit in addressed]
            if method == "apply_gradients":
                found["training"] += [site for site in sites if self._tops(site.unit) & GRADIENTS]
            if method == "backward":
                stepping = {unit for unit in {site.unit for site in sites} if _steps(unit)}
                found["training"] += [site for site in sites if site.unit in stepping]
        found["training"] += self._written_similarities(found["saving"])
        return {name: tuple(sorted(dict.fromkeys(sites), key=_place)) for name, sites in found.items()}

    def _written_similarities(self, saving: Iterable[Site]) -> Iterator[Site]:
        """Similarities of all rows that are written to a file: they are what a recommender learns."""
        written = {(site.unit.path, value.text.lstrip("?")) for site in saving for value in site.call.args[:1]}
        for method in SIMILARITIES:
            for site in self.code.by_method.get(method, ()):
                names = (site.name, *site.call.targets)
                if site.name.startswith("sklearn.") and any((site.unit.path, name) in written for name in names):
                    yield site

    def _add_guessed(self, found: dict[str, list[Site]], sites: Iterable[Site]) -> None:
        """Calls on objects of unknown origin, in files that import a library whose objects have such methods."""
        for site in sites:
            if "." not in site.name:
                continue
            stage = GUESSED[site.name.rpartition(".")[2]]
            trained = stage == "training" and site.call.receiver.rpartition(".")[2].lower().endswith("trainer")
            known = trained or self._own_estimator(site)
            if known or (self._of_unknown_origin(site) and self._plausible(site, stage)):
                found[stage].append(site)

    def _of_unknown_origin(self, site: Site) -> bool:
        """Whether nothing tells what the receiver is: a parameter, or what a function of the project gave."""
        if site.name.startswith(("?", *HOLDERS)):
            return True
        path, _, name = site.name[1:].partition(":")
        unit = self.code.by_path.get(path) if site.name.startswith(":") else None
        if unit is None:
            return False
        return any(name.startswith(function + ".") for function in unit.functions) or _is_field(unit, name)

    def _plausible(self, site: Site, stage: str) -> bool:
        receiver = site.call.receiver.rpartition(".")[2].lower()
        if site.name.endswith(".train") and not re.search(r"trainer|model$", receiver):
            return False
        if re.search(r"scaler|encoder|imputer|vectori|transformer|pca|tfidf|binari|selector|^le$|^ss$|^sc$", receiver):
            return False
        pattern = stages()[stage].methods[site.name.rpartition(".")[2]]
        named = bool(MODEL_NAMES.search(receiver)) and bool(site.call.args or site.call.keywords)
        units = self.code.units if named else (site.unit,)
        return any(pattern.match(top) for unit in units for top in self._tops(unit) if top)

    def _tops(self, unit: Unit) -> frozenset[str]:
        if unit.path not in self._imported:
            self._imported[unit.path] = frozenset(each.top for each in unit.python.imports)
        return self._imported[unit.path]

    @cached_property
    def _imported(self) -> dict[str, frozenset[str]]:
        return {}

    def _own_estimator(self, site: Site) -> bool:
        """Whether the receiver's class is the project's, and fits and predicts, or inherits half of it."""
        if not site.name.startswith(":"):
            return False
        path, _, name = site.name[1:].partition(":")
        return (path, name.rpartition(".")[0]) in self._estimators

    @cached_property
    def _estimators(self) -> frozenset[tuple[str, str]]:
        """Classes of the project that fit and predict, with those that they derive from."""
        found: set[tuple[str, str]] = set()
        for unit in self.code.units:
            for each in unit.python.classes:
                line = lineage(self.code, unit, each) if ESTIMATES.intersection(each.methods) else ()
                if {method for _, owner in line for method in owner.methods} >= ESTIMATES:
                    found.update((home.path, owner.name) for home, owner in line)
        return frozenset(found)

    def _stage(self, name: str) -> tuple[Site, ...]:
        return self._by_stage[name]

    @property
    def training(self) -> tuple[Site, ...]:
        """Calls that fit a model's parameters."""
        return self._stage("training")

    @property
    def predicting(self) -> tuple[Site, ...]:
        """Calls that ask a model."""
        return self._stage("predicting")

    @property
    def saving(self) -> tuple[Site, ...]:
        """Calls that write a model or a fitted transformer."""
        return self._stage("saving")

    @property
    def loading(self) -> tuple[Site, ...]:
        """Calls that read a model or a fitted transformer."""
        return self._stage("loading")

    @property
    def measuring(self) -> tuple[Site, ...]:
        """Calls that compute a metric of a model's quality."""
        return self._stage("measuring")

    @property
    def preparing(self) -> tuple[Site, ...]:
        """Calls that turn raw input into model input."""
        return self._stage("preparing")

    @property
    def splitting(self) -> tuple[Site, ...]:
        """Calls that set evaluation rows apart."""
        return self._stage("splitting")

    @property
    def prompting(self) -> tuple[Site, ...]:
        """Calls of hosted or local language models and of the frameworks around them."""
        return self._stage("prompting")

    def units(self, *stages: str) -> frozenset[str]:
        """Paths of the units with a call of one of these stages."""
        if stages not in self._units:
            self._units[stages] = frozenset(site.unit.path for stage in stages for site in self._stage(stage))
        return self._units[stages]

    @cached_property
    def _units(self) -> dict[tuple[str, ...], frozenset[str]]:
        return {}


def _is_field(unit: Unit, name: str) -> bool:
    """Whether a name leads through a field of a class, which holds what it was given."""
    owner, _, rest = name.partition(".")
    found = unit.classes.get(owner)
    return found is not None and rest.count(".") > 0 and rest.partition(".")[0] not in found.methods


def _place(site: Site) -> tuple[str, int, int]:
    return site.unit.path, site.call.line, site.call.column


def _steps(unit: Unit) -> bool:
    return any(call.name.endswith(".step") for call in unit.python.calls)


def _asks(unit: Unit) -> bool:
    """Whether a file holds the address of a language model."""
    return any(ADDRESSES.search(text.value) for text in unit.python.texts)
