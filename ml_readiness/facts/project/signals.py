"""What the tree says about the purpose of a project: each signal is empty, or says what was seen."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.knowledge.words import words
from ml_readiness.facts.modelling.lifecycle import ASKS_MODEL, Lifecycle
from ml_readiness.facts.project.audience import Audience
from ml_readiness.facts.project.elsewhere import Elsewhere
from ml_readiness.facts.project.members import Members
from ml_readiness.facts.project.package import Package
from ml_readiness.facts.project.paper import Paper
from ml_readiness.facts.project.scoring import Scoring
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.mainstream import main_first
from ml_readiness.facts.source.saying import said
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ml_readiness.facts.source.code import Site

FEW = 2
DETAIL = 0.05
"""The share of the files in which an incidental use of learning is found."""
FINE_TUNING = (
    "transformers.",
    "sentence_transformers.",
    "trl.",
    "unsloth.",
    "peft.",
    "together.",
    "openai.",
    "sagemaker.huggingface.",
)
HOSTED = ("openai.", "together.")
"""Those that train elsewhere."""
LEAD = 500
"""Characters of what is said first that say what comes first."""
OWN = ("joblib.load", "pickle.load", "torch.load", "keras.models.load_model", "load_weights", "mlflow", "bentoml")
"""Parts of the names of calls that read weights of one's own."""
ANYTHING = ("pickle.", "cPickle.", "_pickle.", "dill.", "cloudpickle.", "pandas.read_pickle")
"""Loaders that are used for any kind of object."""
LEARNS = re.compile(r"(?:^|[/_])(?:train|training|finetune|fine_tune|inference|predict)(?:_[^/]*)?\.py$", re.IGNORECASE)
"""Names of programs that train a model or ask one."""
MODEL_QUERY = re.compile(
    r"\bcreate\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?model\b|\bml\s*\.\s*(?:predict|evaluate|forecast|train)\b"
    r"|materialized\s*=\s*[\"'](?:\w*_)?model(?:_\w*)?[\"']|\bsnowflake\.ml\.|\bpgml\.(?:train|predict)\b",
    re.IGNORECASE,
)
"""How queries train a model, or ask one."""
Reasons = tuple[str, ...]


class Signals(Struct, frozen=True, dict=True):
    """The signs by which the kind of a project is decided."""

    code: Code
    files: Files
    lifecycle: Lifecycle
    serving: Serving
    members: Members
    package: Package
    paper: Paper
    audience: Audience
    scoring: Scoring
    elsewhere: Elsewhere

    @classmethod
    def gather(
        cls,
        code: Code,
        files: Files,
        lifecycle: Lifecycle,
        serving: Serving,
        members: Members,
        package: Package,
        paper: Paper,
        audience: Audience,
        scoring: Scoring,
        elsewhere: Elsewhere,
    ) -> Self:
        """From code, file names and the README."""
        return cls(code, files, lifecycle, serving, members, package, paper, audience, scoring, elsewhere)

    @cached_property
    def machine_learning(self) -> Reasons:
        """Code of the project's own that trains, runs or measures a model; examples of a package alone are none."""
        stages = ("training", "predicting", "loading", "measuring")
        sites = [s for stage in stages for s in getattr(self.lifecycle, stage) if not s.unit.is_test and self._sure(s)]
        own = [site for site in sites if not site.unit.is_example] or ([] if self.package.published else sites)
        if own and self._is_incidental(own):
            return ()
        if own:
            return (f"{own[0].location}: `{said(own[0])}`",)
        if self._learning:
            return (f"{self._learning[0].path} imports a machine-learning library",)
        return self._in_queries or self._for_models or self._named or self.elsewhere.learning

    @property
    def _in_queries(self) -> Reasons:
        """Models that a database trains or asks."""
        found = (path for path in self.files.find("*.sql") if MODEL_QUERY.search(self.files.text(path)))
        return tuple(f"{path} trains or asks a model" for path in found)[:1]

    @property
    def _named(self) -> Reasons:
        """Programs called after what is done to a model, where the README speaks of one: the library may be unknown."""
        said = re.search(words().own_purposes, self.audience.introduction.opening[:LEAD], re.IGNORECASE)
        found = (unit.path for unit in self.code.production if LEARNS.search(unit.path))
        return tuple(f"{path}, and the README speaks of: {said[0].lower()}" for path in found if said)[:1]

    @property
    def _for_models(self) -> Reasons:
        """Features that are built for models which live somewhere else."""
        said = re.search(words().feature_stores, self.audience.introduction.opening, re.IGNORECASE)
        return (f"the README speaks of: {said[0].lower()}",) if said and self.scheduled else ()

    def _is_incidental(self, sites: Iterable[Site]) -> bool:
        """Whether learning is a detail of a few files in a project that does not speak of it."""
        files = {site.unit.path for site in sites if not site.name.startswith(ANYTHING)}
        few = len(files) <= FEW and len(files) <= DETAIL * len(self.code.production)
        opening = self.audience.introduction.opening
        return few and bool(opening) and re.search(words().learning, opening, re.IGNORECASE) is None

    @cached_property
    def _learning(self) -> list[Unit]:
        """Units that import a machine-learning library."""
        return self._importing(words().ml_packages)

    def _sure(self, site: Site) -> bool:
        """Whether a call means a model: what any program unpickles does not, unless the project learns elsewhere."""
        is_asked = site.name.endswith((".predict", ".predict_proba"))
        return bool(self._learning) or is_asked or not site.name.startswith(ANYTHING)

    @cached_property
    def trained(self) -> Reasons:
        """Training calls, production code first."""
        own = (s for s in self.lifecycle.training if not s.unit.is_test and not s.unit.is_example)
        sites = main_first(own, "train", "fit")
        return (f"trains a model: {sites[0].location} (`{said(sites[0])}`)",) if sites else ()

    @cached_property
    def own_model(self) -> Reasons:
        """Loading a model from a file of the project, or by a framework that needs weights of one's own."""
        sites = self._loading_own
        return (f"loads a model: {sites[0].location} (`{said(sites[0])}`)",) if sites else ()

    @cached_property
    def _loading_own(self) -> list[Site]:
        return [
            site
            for site in self.lifecycle.loading
            if site.unit.is_production
            and not site.name.endswith(".loads")
            and any(part in site.name for part in OWN)
            and self._sure(site)
            and not (self.llm and site.name.startswith(ANYTHING) and not self._predicts)
        ]

    @property
    def _predicts(self) -> bool:
        """Whether something that is trained or asked says that what is unpickled may be a model."""
        return bool(self.trained or any(not site.unit.is_test for site in self.lifecycle.predicting))

    @cached_property
    def llm(self) -> Reasons:
        """Production code that calls a language model."""
        own = (s for s in self.lifecycle.prompting if not s.unit.is_test and not s.unit.is_example)
        found = sorted(own, key=lambda site: ASKS_MODEL.search(site.call.method) is None)
        if sites := main_first(found, "chat", "agent", "answer", "query", "ask", "rag"):
            return (f"calls a language model: {sites[0].location} (`{said(sites[0])}`)",)
        importing = [unit for unit in self._importing(words().llm_packages) if unit.is_production]
        return (f"{importing[0].path} imports a language-model library",) if importing else ()

    @cached_property
    def trains_language_models_only(self) -> bool:
        """Whether all that is trained are language models, which an application around one may fine-tune."""
        sites = [s for s in self.lifecycle.training if not s.unit.is_test and not s.unit.is_example]
        return bool(sites) and all(site.name.startswith(FINE_TUNING) for site in sites)

    @cached_property
    def language_models_lead(self) -> bool:
        """Whether language models come before models of its own: by the README, and by the files that use them."""
        lead = self.audience.introduction.opening[:LEAD]
        named = re.search(words().language_purposes, lead, re.IGNORECASE)
        if not (self.trained or self.own_model) or self.trains_language_models_only:
            is_asked = any(site.unit.is_production for site in self.lifecycle.prompting)
            return bool(is_asked or named or not self.package.published)
        training = [s for s in self.lifecycle.training if not s.name.startswith(FINE_TUNING)]
        asking, own = self._central(self.lifecycle.prompting), self._central((*training, *self._loading_own))
        if own and not named and re.search(words().own_purposes, lead, re.IGNORECASE):
            return False
        return bool(asking) and asking * (2 if named else 0.5) >= own

    def _central(self, sites: Iterable[Site]) -> int:
        """How many files of the program itself do something, not the studies and helpers beside it."""
        paths = {site.unit.path for site in sites if not (site.unit.is_test or site.unit.is_example)}
        aside = re.compile(words().aside, re.IGNORECASE)
        return sum(aside.search(path) is None for path in paths)

    @cached_property
    def language_models_studied(self) -> bool:
        """Whether language models are trained or measured for a paper, and nobody can talk to one."""
        serving = self.serving
        ways_in = (*(route.unit for route in serving.model_routes), *serving.model_demos, *serving.chats)
        if self.llm_elsewhere or any(not unit.is_example for unit in ways_in):
            return False
        return self.paper.is_cited or self._trains_weights

    @property
    def _trains_weights(self) -> bool:
        return any(
            site.unit.is_production and site.name.startswith(FINE_TUNING) and not site.name.startswith(HOSTED)
            for site in self.lifecycle.training
        )

    @cached_property
    def llm_elsewhere(self) -> Reasons:
        """The same for code in other languages."""
        return self.elsewhere.language_model

    @cached_property
    def serves(self) -> Reasons:
        """Requests answered with a model."""
        if routes := self.serving.model_routes:
            return (f"answers requests: {routes[0].location} ({routes[0].framework})",)
        if demos := self.serving.model_demos:
            return (f"a page for people: {demos[0].path}",)
        if self.serving.servers:
            return (f"a model server: {self.serving.servers[0]}",)
        return self.elsewhere.serving

    @property
    def scheduled(self) -> Reasons:
        """Scoring or feature building that nobody has to ask for."""
        return self.scoring.reasons

    @property
    def is_paper_code(self) -> bool:
        """Whether it is released with a paper and not installed by name from an index."""
        return bool(self.paper.reasons) and not self.package.installed_by_name

    @cached_property
    def independent_projects(self) -> Reasons:
        """Several projects that have nothing to do with one another."""
        return () if self.paper.is_cited and not self.members.is_said else self.members.reasons

    @cached_property
    def notebooks_only(self) -> Reasons:
        """Notebooks hold most of the code, and no module of substance exists."""
        books = sum(unit.python.code_lines for unit in self.code.notebooks)
        modules = [u for u in self.code.production if u.path not in {"setup.py"}]
        scripts = sum(unit.python.code_lines for unit in modules)
        functions = sum(1 for unit in modules for f in unit.python.functions if f.statements > 1)
        learned_here = self.lifecycle.units("training") & {unit.path for unit in modules}
        if books and functions < 5 and (books >= 1.5 * scripts or not learned_here):
            return (f"{books} lines of code in notebooks, {scripts} in modules",)
        return ()

    def _importing(self, packages: Iterable[str]) -> list[Unit]:
        """Units that import one of these packages; a module of the project's own may be called like one."""
        wanted = [name for name in packages if not self._is_module(name)]
        return [u for u in self.code.units if not u.is_test and not u.is_example and u.imports_any(*wanted)]

    def _is_module(self, name: str) -> bool:
        """Whether a module of the project's own goes by a name: none that lies inside a package does."""
        homes = (
            path.removesuffix("/__init__.py").rpartition("/")[0] for path in self.code.modules.by_name.get(name, ())
        )
        return any(f"{home}/__init__.py" not in self.files.entries for home in homes)
