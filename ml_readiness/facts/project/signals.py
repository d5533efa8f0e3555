"""What the tree says about the purpose of a project: each signal is empty, or says what was seen."""

from __future__ import annotations

import json
from functools import cache, cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.knowledge.words import words
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.project.members import Members
from ml_readiness.facts.serving.serving import Serving
from ml_readiness.facts.source.code import Code, Unit
from ml_readiness.facts.source.mainstream import main_first
from ml_readiness.facts.source.saying import said
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ml_readiness.facts.source.code import Site

README = re.compile(r"^readme(?:\.(?:md|rst|txt|markdown))?$", re.IGNORECASE)
PUBLISHES = re.compile(r"gh-action-pypi-publish|twine upload|(?:poetry|flit|hatch|uv|pdm) publish|maturin publish")
INSTALLS = r"(?:pip3?|uv|conda|mamba)(?: pip)? (?:install|add)(?: +(?:-[\w-]+|conda-forge))* +[\"']?"
INDEX = r"(?:pypi|badge\.fury\.io/py|pepy\.tech|anaconda\.org/conda-forge|anaconda\.org/pytorch)"
"""Addresses of published packages, and of badges that speak of them."""
SCORES = re.compile(r"batch|inference|predict|scor(?:e|ing)|forecast|feature", re.IGNORECASE)
NAMES = {
    "pyproject.toml": r"(?m)^\s*name\s*=\s*[\"']([\w.-]+)",
    "setup.cfg": r"(?m)^\s*name\s*=\s*([\w.-]+)",
    "setup.py": r"(?mi)name\s*=\s*[\"']([\w.-]+)",
}
"""How manifests give the name of a distribution."""
FOR_AN_INDEX = re.compile(r"Development Status ::|Intended Audience ::")
LIBRARY = re.compile(
    r"(?:^#.*|\b(?:is|are|provides|offers)\b[^.\n]{0,100}?)"
    r"\b(library|toolkit|toolbox|framework|python package|package for)\b",
    re.MULTILINE | re.IGNORECASE,
)
"""How a README says that it is made to be imported, in its title or a sentence."""
INTRODUCTION = 2500
"""Characters of a README that say what a project is."""
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
ANYTHING = ("pickle.", "cPickle.", "_pickle.", "dill.", "cloudpickle.", "pandas.read_pickle")
"""Loaders that are used for any kind of object."""
RELEASES = re.compile(
    r"https?://[^\s)\"'>]+\.(?:pth|pt|pth\.tar|ckpt|safetensors|h5|hdf5|onnx|caffemodel|npz|tflite|pkl)\b"
    r"|^#+ .*\b(?:model zoo|(?:pre-?trained|released) (?:models?|weights|checkpoints?)|checkpoints)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""How a README gives trained weights away."""
Reasons = tuple[str, ...]


class Signals(Struct, frozen=True, dict=True):
    """The signs by which the kind of a project is decided."""

    code: Code
    files: Files
    lifecycle: Lifecycle
    serving: Serving
    members: Members

    @classmethod
    def gather(cls, code: Code, files: Files, lifecycle: Lifecycle, serving: Serving, members: Members) -> Self:
        """From code, file names and the README."""
        return cls(code, files, lifecycle, serving, members)

    @cached_property
    def readme(self) -> str:
        """The root README's text."""
        return next((self.files.text(path) for path in self.files.own if README.match(path)), "")

    @cached_property
    def machine_learning(self) -> Reasons:
        """Code of the project's own that trains, runs or measures a model; examples of a package alone are none."""
        stages = ("training", "predicting", "loading", "measuring")
        sites = [s for stage in stages for s in getattr(self.lifecycle, stage) if not s.unit.is_test and self._sure(s)]
        own = [site for site in sites if not site.unit.is_example] or ([] if self.published else sites)
        if own:
            return (f"{own[0].location}: `{said(own[0])}`",)
        return (f"{self._learning[0].path} imports a machine-learning library",) if self._learning else ()

    @cached_property
    def _learning(self) -> list[Unit]:
        """Units that import a machine-learning library."""
        return self._importing(words().ml_packages)

    def _sure(self, site: Site) -> bool:
        """Whether a call means a model: what any program unpickles does not, unless the project learns elsewhere."""
        return bool(self._learning) or not site.name.startswith(ANYTHING)

    @cached_property
    def trained(self) -> Reasons:
        """Training calls, production code first."""
        own = (s for s in self.lifecycle.training if not s.unit.is_test and not s.unit.is_example)
        sites = main_first(own, "train", "fit")
        return (f"trains a model: {sites[0].location} (`{said(sites[0])}`)",) if sites else ()

    @cached_property
    def own_model(self) -> Reasons:
        """Loading a model from a file of the project, or by a framework that needs weights of one's own."""
        own = (
            "joblib.load",
            "pickle.load",
            "torch.load",
            "keras.models.load_model",
            "load_weights",
            "mlflow",
            "bentoml",
        )
        sites = [
            site
            for site in self.lifecycle.loading
            if site.unit.is_production
            and not site.name.endswith(".loads")
            and any(part in site.name for part in own)
            and self._sure(site)
            and not (self.llm and site.name.startswith(ANYTHING) and not self._predicts)
        ]
        return (f"loads a model: {sites[0].location} (`{said(sites[0])}`)",) if sites else ()

    @property
    def _predicts(self) -> bool:
        """Whether something that is trained or asked says that what is unpickled may be a model."""
        return bool(self.trained or any(not site.unit.is_test for site in self.lifecycle.predicting))

    @cached_property
    def llm(self) -> Reasons:
        """Production code that calls a language model."""
        own = (s for s in self.lifecycle.prompting if not s.unit.is_test and not s.unit.is_example)
        if sites := main_first(own, "chat", "agent", "answer", "query", "ask", "rag"):
            return (f"calls a language model: {sites[0].location} (`{said(sites[0])}`)",)
        importing = [unit for unit in self._importing(words().llm_packages) if unit.is_production]
        return (f"{importing[0].path} imports a language-model library",) if importing else ()

    @cached_property
    def trains_language_models_only(self) -> bool:
        """Whether all that is trained are language models, which an application around one may fine-tune."""
        sites = [s for s in self.lifecycle.training if not s.unit.is_test and not s.unit.is_example]
        return bool(sites) and all(site.name.startswith(FINE_TUNING) for site in sites)

    @cached_property
    def llm_application(self) -> bool:
        """Whether people or programs talk to the language model: a route, page, chat or command line."""
        if self.serving.model_demos or self.serving.model_routes:
            return True
        paths = {site.unit.path for site in self.lifecycle.prompting}
        return any(u.python.main_guard or u.python.statements > 3 for u in self.code.production if u.path in paths)

    @cached_property
    def llm_elsewhere(self) -> Reasons:
        """The same for code in JavaScript or TypeScript, by its manifests."""
        for path in self.files.find("package.json"):
            try:
                manifest = json.loads(self.files.text(path))
                declared = set(manifest.get("dependencies", {}))
            except (ValueError, AttributeError, TypeError, RecursionError):
                continue
            if used := sorted(declared.intersection(words().llm_node_packages)):
                return (f"{path} depends on {used[0]}",)
        return ()

    @cached_property
    def serves(self) -> Reasons:
        """Requests answered with a model."""
        if routes := self.serving.model_routes:
            return (f"answers requests: {routes[0].location} ({routes[0].framework})",)
        if demos := self.serving.model_demos:
            return (f"a page for people: {demos[0].path}",)
        return (f"a model server: {self.serving.servers[0]}",) if self.serving.servers else ()

    @cached_property
    def scheduled(self) -> Reasons:
        """Scoring or feature building under an orchestrator, or with a schedule."""
        known = words().orchestration
        sites = [s for s in self.code.sites if s.unit.is_production and s.name in known.functions]
        units = {site.unit.path: site.unit for site in sites} | {
            unit.path: unit
            for unit in self.code.production
            if any(known.bases.intersection(each.bases) for each in unit.python.classes)
            or any(known.functions.intersection(f.decorators) for f in unit.python.functions)
        }
        timed = [s for s in sites if _is_scheduled(s)]
        timed += [s for s in self.code.sites if s.unit.is_production and s.name in known.schedules]
        scoring = self.lifecycle.units("predicting") & self.lifecycle.units("loading")
        scoring -= self.lifecycle.units("training")
        reached = {each.path for unit in units.values() for each in self.code.closure(unit)}
        if units and (timed or reached & scoring):
            return (f"runs as a pipeline: {sorted(units)[0]}",)
        triggers = [path for path in self.files.find("triggers.yaml", "triggers.yml") if self._times_scoring(path)]
        if triggers:
            return (f"scores at times that are set: {triggers[0]}",)
        features = self.files.find(*known.files[:2])
        return (f"builds features on a schedule: {features[0]}",) if features else ()

    def _times_scoring(self, path: str) -> bool:
        """Whether the trigger of a pipeline has a time, and its name says that something is scored or prepared."""
        text = self.files.text(path)
        return "schedule_type: time" in text and SCORES.search(f"{path} {text}") is not None

    @cached_property
    def published(self) -> Reasons:
        """A package that others install by its name."""
        for name in self._package_names:
            pattern = re.compile(INSTALLS + _loose(name) + r"(?:\[[\w,-]*\])?(?=[\s`'\",;]|$)", re.IGNORECASE)
            if found := pattern.search(self.readme):
                return (f"the README installs it by name: {found[0].strip()}",)
            if found := re.search(rf"{INDEX}[\w./-]*?[/=]{_loose(name)}(?![\w-])", self.readme, re.IGNORECASE):
                return (f"the README points to the published package: {found[0]}",)
        workflows = self.files.find(
            ".github/workflows/*.yml", ".github/workflows/*.yaml", ".gitlab-ci.yml", ".travis.yml"
        )
        for path in (*workflows, *self.files.find("Makefile")) if self._package_names else ():
            if PUBLISHES.search(self.files.text(path)) and not self.trained_at_top_level:
                return (f"{path} publishes the package",)
        return self._described_as_library

    @cached_property
    def _described_as_library(self) -> Reasons:
        """A package with metadata for an index, whose README calls it a library and shows how to import it."""
        manifests = [self.files.text(path) for path in self.files.find(*NAMES) if path.count("/") <= 1]
        indexed = any(FOR_AN_INDEX.search(text) for text in manifests)
        said = LIBRARY.search(self.readme[:INTRODUCTION]) if indexed else None
        for name in self._package_names:
            shown = re.search(rf"(?m)^\s*(?:>>> *)?(?:from|import) {re.escape(name)}\b", self.readme)
            if said is not None and shown is not None:
                return (f"the README calls it a {said[1]} and imports `{name}`",)
        return self._taken_into_projects

    @property
    def _taken_into_projects(self) -> Reasons:
        """A package that the README calls a library by its name, installs from the clone, and shows in use."""
        names = self._package_names if re.search(r"pip3? install (?:-e )?[\"']?(?:\.|git\+)", self.readme) else ()
        for name in names:
            said = re.search(
                rf"\bthe [`*]*{_loose(name)}[`*]* (?:library|package|toolkit|framework)\b"
                rf"|\b(?:import|use)\W{{1,3}}{_loose(name)}\W{{1,3}}(?:in|into|from|within) your\b",
                self.readme,
                re.IGNORECASE,
            )
            if said and re.search(rf"(?m)^\s*(?:>>> *)?(?:from|import) {re.escape(name)}\b", self.readme):
                return (f"the README takes it into other projects: {said[0]}",)
        return ()

    @cached_property
    def trained_at_top_level(self) -> bool:
        """Whether some script trains when it is run, so that the package is more than a library."""
        training = self.lifecycle.units("training")
        return any(
            unit.python.main_guard or unit.python.statements > 3
            for unit in self.code.production
            if training.intersection(each.path for each in self.code.closure(unit))
        )

    @cached_property
    def _package_names(self) -> tuple[str, ...]:
        """What the project's distributions may be called: as manifests say, and as its packages are called."""
        manifests = [path for path in self.files.find(*NAMES) if path.count("/") <= 1]
        named = (re.search(NAMES[path.rpartition("/")[2].lower()], self.files.text(path)) for path in manifests)
        found = [name[1] for name in named if name is not None]
        packages = (p.split("/") for p in self.files.own if p.endswith("/__init__.py"))
        if found:
            found += [parts[-2] for parts in packages if len(parts) == 2 or (len(parts) == 3 and parts[0] == "src")]
        return tuple(dict.fromkeys(name for name in found if len(name) > 1 and name not in {"src", "tests", "app"}))

    @cached_property
    def paper(self) -> Reasons:
        """Signs of a research release: the project says so itself, or gives the citation of its paper."""
        text, known = self.readme, words()
        found: list[str] = []
        if re.search(r"@(?:article|inproceedings|misc|conference|phdthesis|techreport)\s*\{", text, re.IGNORECASE):
            found.append("the README has a BibTeX entry")
        if word := next((w for w in known.research_words if w in text.lower()), None):
            found.append(f"the README says: {word}")
        if re.search(
            r"\[\[(?:paper|arxiv|pdf|preprint)\]|\[(?:paper|arxiv|pdf|preprint)\]\(https?://(?!img)",
            text,
            re.IGNORECASE,
        ):
            found.append("the README offers the paper")
        if venue := _venue().search(text[:INTRODUCTION]):
            found.append(f"the README names where it was published ({venue[0]})")
        if RELEASES.search(text):
            found.append("the README offers trained weights")
        link = re.search(known.paper_links, text)
        if found and link is not None:
            found.append(f"the README links a paper ({link[0]})")
        said = any(reason.startswith("the README says") for reason in found)
        return tuple(found) if len(found) > 1 or said else ()

    @property
    def is_paper_code(self) -> bool:
        """Whether it is released with a paper and not installed by name from an index."""
        return bool(self.paper) and not any("installs it by name" in reason for reason in self.published)

    @cached_property
    def independent_projects(self) -> Reasons:
        """Several projects that have nothing to do with one another."""
        return self.members.reasons

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
        wanted = tuple(packages)
        return [u for u in self.code.units if not u.is_test and not u.is_example and u.imports_any(*wanted)]


@cache
def _venue() -> re.Pattern[str]:
    return re.compile(words().venues, re.VERBOSE)


def _is_scheduled(site: Site) -> bool:
    schedule = site.call.argument(None, "schedule", "schedule_interval", "timetable", "cron_schedule")
    return schedule is not None and schedule.kind not in {"none"}


def _loose(name: str) -> str:
    return re.sub(r"[-_.]+", "[-_.]+", re.escape(name).replace(r"\-", "-").replace(r"\_", "_").replace(r"\.", "."))
