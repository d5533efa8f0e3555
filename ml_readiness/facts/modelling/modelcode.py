"""Whether there is a model, whose it is, and which of the project's functions lead to it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.lifecycle import ESTIMATES, Lifecycle, stages
from ml_readiness.facts.modelling.published import fetches, is_published
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.lineage import lineage
from ml_readiness.facts.source.values import HOLE, Values
from ml_readiness.report import ProjectKind

if TYPE_CHECKING:
    from ml_readiness.facts.source.code import Site
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.python import Class
    from ml_readiness.report import Location

FROM_FILES = (
    "joblib.load", "pickle.load", "torch.load", "load_model", "load_weights", "load_learner", "saved_model.load",
    "InferenceSession", "read_pickle", "dill.load", "cloudpickle.load", "skops.io.load", "load_from_checkpoint",
    "Booster", "jit.load", "Interpreter", "load_file", "model_from_json", "load_state_dict", "read_csv",
)  # fmt: skip
BY_NAME = (
    "whisper.", "whisperx.", "faster_whisper.", "stable_whisper.", "spacy.", "en_core_web", "easyocr.", "nemo.", "TTS.",
    "torch.hub.", "tensorflow_hub.", "gensim.downloader.", "clip.", "open_clip.", "laion_clap.", "flair.", "stanza.",
    "pyannote.", "demucs.", "keras_hub.", "keras_nlp.", "torchaudio.pipelines.",
)  # fmt: skip
"""Libraries that fetch what they load by the name of a published model, unless it is a file."""
BY_HUB = (".hf_hub_download", ".snapshot_download", ".load_state_dict_from_url", ".cached_download")
MODEL_FILE = re.compile(
    r"\.(?:pkl|pickle|joblib|sav|dill|pt|pth|ckpt|safetensors|onnx|h5|hdf5|keras|pb|tflite|gguf|cbm|ubj|bst|model|bin"
    r"|weights|caffemodel|params|npz|mlmodel|json)$",
    re.IGNORECASE,
)
SEARCHED = re.compile(r"faiss|chroma|bm25|vector_?(?:store|index|db)|doc(?:ument)?_?store|chunks", re.IGNORECASE)
"""Files of documents that are searched, which are no models."""
NETWORKS = re.compile(
    r"^(?:torch\.nn\.Module|torch\.nn\.modules\.module\.Module|lightning.*Module|pytorch_lightning.*Module"
    r"|(?:tensorflow\.)?keras.*Model|flax\.linen\.Module|transformers\..*PreTrainedModel|sklearn\.base\.\w+Mixin"
    r"|equinox\.Module|haiku\.Module|paddle\.nn\.Layer|gpytorch\.(?:models\.)?\w*GP|botorch\.models\.|flax\.nnx\.Module"
    r"|tensorflow\.Module|sonnet\.Module|mindspore\.nn\.Cell|mxnet\.gluon\.(?:nn\.)?\w*Block|chainer\.(?:Chain|Link)"
    r"|torch_geometric\.nn\..*MessagePassing|fastai\..*\bModule)"
)

PATH_MAKERS = ("os.path.join", "posixpath.join", ".joinpath", "pathlib.Path", "os.path.abspath")

LOOPS = frozenset(["backward", "apply_gradients", "manual_backward"])
"""Steps of a training loop that somebody has written out."""


class ModelCode(Struct, frozen=True, dict=True):
    """The model of the project, as its code knows it."""

    code: Code
    lifecycle: Lifecycle
    graph: CallGraph
    values: Values

    @classmethod
    def gather(cls, code: Code, lifecycle: Lifecycle, graph: CallGraph, values: Values) -> Self:
        """From the stages of the life cycle and the call graph."""
        return cls(code, lifecycle, graph, values)

    @cached_property
    def training(self) -> tuple[Site, ...]:
        """Training calls outside tests."""
        return tuple(site for site in self.lifecycle.training if not site.unit.is_test)

    @cached_property
    def trained_in_production(self) -> tuple[Site, ...]:
        """Training calls in code that is neither test, example nor notebook."""
        return tuple(site for site in self.training if site.unit.is_production)

    @cached_property
    def local_loads(self) -> tuple[tuple[Site, str], ...]:
        """Calls outside tests that load a model from a file, with the path as far as it is known."""
        found: list[tuple[Site, str]] = []
        for site in self.lifecycle.loading:
            if site.unit.is_test or site.name.endswith((".loads", ".download")):
                continue
            text = (self._file_named(site) if site.name.startswith(BY_NAME) else "") or self.path_of(site)
            if (site.call.method == "load_state_dict" and text == HOLE) or SEARCHED.search(text.rpartition("/")[2]):
                continue
            if fetches(site.name, text) or (site.name.startswith(BY_NAME) and not MODEL_FILE.search(text)):
                continue
            if site.name.endswith(".load") or any(part in site.name for part in FROM_FILES) or MODEL_FILE.search(text):
                found.append((site, text))
        return tuple(found)

    @cached_property
    def own_loads(self) -> tuple[tuple[Site, str], ...]:
        """Those of models that nobody published, under the name of their file or on a hub that code around asks."""
        own = ((site, path) for site, path in self.local_loads if not is_published(path))
        return tuple((site, path) for site, path in own if not self._is_fetched(site))

    def _is_fetched(self, site: Site) -> bool:
        """Whether code around a load fetches files of a published model by its name on a hub."""
        around = {unit.path for unit in self.code.closure(site.unit)}
        return any(
            each.unit.path in around and "repo_type" not in each.call.keywords for each in self.code.calls_to(*BY_HUB)
        )

    def path_of(self, site: Site) -> str:
        """The path that a loading or saving call names, `*` for what is not known; seen through `open`."""
        for argument in (*site.call.args, *site.call.keywords.values()):
            text = self.values.text(site.unit, argument, site.call.scope)
            if text != HOLE and (MODEL_FILE.search(text) or "/" in text or "." in text):
                return text
            if argument.kind in {"call", "name"} and (opened := self._opened(site, argument.text)):
                return opened
            if argument.kind == "name" and (bound := self._bound(site, argument.text)):
                return bound
        return HOLE

    def _file_named(self, site: Site) -> str:
        """The file among the arguments of a call that also takes the name of a published model."""
        given = (*site.call.args, *site.call.keywords.values())
        texts = (self.values.text(site.unit, argument, site.call.scope) for argument in given)
        return next((text for text in texts if MODEL_FILE.search(text)), "")

    def _bound(self, site: Site, maker: str) -> str:
        """The path that a name holds: what the call that made it gave when it was last bound before."""
        if not maker.endswith(PATH_MAKERS):
            return ""
        scopes = {site.call.scope, ""}
        made = [
            each
            for each in site.unit.python.assigns
            if each.value.kind == "call"
            and each.value.text == maker
            and each.scope in scopes
            and each.line <= site.call.line
        ]
        text = self.values.text(site.unit, made[-1].value, made[-1].scope) if made else HOLE
        return text if text.rpartition("/")[2].strip(HOLE) else ""

    def _opened(self, site: Site, name: str) -> str:
        if name != "open" and not name.endswith(".open"):
            return ""
        near = [
            call
            for call in site.unit.python.calls
            if call.name == name and call.scope == site.call.scope and 0 <= site.call.line - call.line < 12
        ]
        if not near or not near[-1].args:
            return ""
        first = near[-1].args[0]
        text = self.values.text(site.unit, first, site.call.scope)
        return text if text != HOLE else self._bound(site, first.text) or HOLE

    @cached_property
    def networks(self) -> frozenset[str]:
        """Graph keys of the methods of first-party model classes."""
        return frozenset(
            key(unit, f"{each.name}.{method}")
            for unit in self.code.units
            if not unit.is_test
            for each in unit.python.classes
            if self._is_network(unit, each) or {"fit", "predict"} <= set(each.methods)
            for method in each.methods
        )

    def _is_network(self, unit: Unit, each: Class) -> bool:
        """Whether a class derives from a network of a library, through classes of the project or not."""
        line = lineage(self.code, unit, each)
        return any(NETWORKS.search(base) for _, owner in line for base in owner.bases)

    @cached_property
    def leading_to_model(self) -> frozenset[str]:
        """Own functions that train or ask a model, at any distance; methods of model classes among them."""
        stages = (*self.lifecycle.training, *self.lifecycle.predicting, *self.lifecycle.prompting)
        own = [site for site in stages if not site.unit.is_test and not site.unit.is_notebook]
        return self.graph.leading_to(own) | self.networks

    @cached_property
    def leading_to_load(self) -> frozenset[str]:
        """Own functions that load a model, at any distance, and model classes, whose objects can be called."""
        classes = {name.rpartition(".")[0] for name in self.networks}
        return self.graph.leading_to(s for s in self.lifecycle.loading if not s.unit.is_test) | classes

    @cached_property
    def applied(self) -> tuple[Site, ...]:
        """Calls of a loaded model object or of a network of the project, and of the methods that make it answer."""
        called = [
            site
            for site in self.code.by_method.get("__call__", ())
            if (called := site.name.removesuffix(".__call__")) in self.leading_to_load or NETWORKS.match(called)
        ]
        answering = ("predict", "generate", "sample", "infer", "inference", "encode_image", "encode_text", "transcribe")
        asked = [s for name in answering for s in self.code.by_method.get(name, ()) if s.name in self.networks]
        return (*called, *asked, *self._handed)

    @cached_property
    def _handed(self) -> tuple[Site, ...]:
        """Calls of what a function is given, where it is given what was loaded."""
        loaded = stages()["loading"]
        found: dict[Site, None] = {}
        for path in sorted(self.lifecycle.units("loading")):
            for site in self.code.calls_in(self.code.by_path[path]):
                definition = self.code.define(site.unit, site.call.name) if site.name.startswith(":") else None
                function = definition.function if definition is not None else None
                if definition is None or function is None:
                    continue
                for parameter, value in zip(function.parameters, site.call.args, strict=False):
                    if value.kind in {"name", "call"} and loaded.meets(value.text):
                        calls = self.code.calls_in(definition.unit, function.name)
                        found.update((call, None) for call in calls if call.name == f"?{parameter.name}")
        return tuple(found)

    @cached_property
    def estimators(self) -> tuple[Location, ...]:
        """First-party classes that fit and predict by themselves, not through an estimator they are given."""
        return tuple(
            unit.location(each.line)
            for unit in self.code.production
            for each in unit.python.classes
            if ESTIMATES.intersection(each.methods)
            and {method for _, owner in lineage(self.code, unit, each) for method in owner.methods} >= ESTIMATES
            and not any(s.call.method == "fit" for s in self.code.calls_in(unit, each.name))
        )

    def own_training(self, kind: ProjectKind) -> tuple[Site, ...]:
        """Training outside examples; a library fits what its users give it: there the estimator is known, or the loop
        its own."""
        sites = tuple(site for site in self.training if not site.unit.is_example)
        if kind is not ProjectKind.LIBRARY:
            return sites
        own = (site for site in sites if not site.name.startswith(("?", ":")) or site.call.method in LOOPS)
        return tuple(site for site in own if not site.unit.is_notebook)

    @property
    def has_model(self) -> bool:
        """Whether the project has model code of its own or calls a model."""
        stages = (self.training, self.lifecycle.predicting, self.lifecycle.prompting, self.lifecycle.loading)
        return bool(self.networks) or any(not site.unit.is_test for stage in stages for site in stage)

    @property
    def has_own_model(self) -> bool:
        """Whether the project trains a model, or loads one from a file."""
        return bool(self.training or self.own_loads)
