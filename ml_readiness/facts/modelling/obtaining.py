"""Where the model that the code loads comes from."""

from __future__ import annotations

from fnmatch import fnmatch
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.modelling.modelcode import MODEL_FILE, SEARCHED, ModelCode
from ml_readiness.facts.modelling.registry import Registry
from ml_readiness.facts.source.values import HOLE, Values
from ml_readiness.facts.tree.files import Files
from ml_readiness.wording import shortened

if TYPE_CHECKING:
    from ml_readiness.facts.source.code import Site
    from ml_readiness.report import Location

DOWNLOADS = (
    "urllib.request.urlretrieve", "gdown.download", "wget.download", "hf_hub_download", "snapshot_download",
    "download_file", "download_blob", "download_to_filename", "kagglehub.model_download", "load_state_dict_from_url",
    "download_url", "get_file", "urllib.request.urlopen", "download_artifacts", "use_artifact", "requests.get",
)  # fmt: skip
COMMANDS = ("*.sh", "Makefile", "Dockerfile*", "*.dockerfile", "README*", "**/.github/workflows/*.y*ml", "*.ps1")
"""Files with commands that bring a model to where it runs."""
DOWNLOADING = re.compile(
    r"\b(?:wget|gdown|aria2c|curl(?!.*(?:\s-[FT]\b|--upload|--form|=@))|aws s3 (?:cp|sync)\s+(?:--\S+\s+)*[\"']?s3:"
    r"|gsutil (?:-m )?(?:cp|rsync)\s+(?:-\w+\s+)*[\"']?gs:|gcloud storage cp\s+[\"']?gs:|az storage blob download"
    r"|huggingface-cli download|hf download|kaggle (?:datasets|models) download|gh release download|ADD https?:)"
)
FETCHES = re.compile(
    r"^[^\n]*(?:\b(?:wget|curl|gdown|kaggle|dvc pull|dvc repro|git lfs pull|aws s3 cp|gsutil cp)\b"
    r"|\b(?:huggingface-cli|hf download|ollama pull)\b"
    r"|\b(?:download|checkpoint|weights|pre-?trained)[^\n]*\]\(http"
    r"|\bdownload\w*\b[^\n]*\b(?:models?|weights?|checkpoints?)\b[^\n]*https?://"
    r"|\b(?:models?|weights?|checkpoints?)\b[^\n]*\bdownload\w*\b[^\n]*https?://)[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
"""Lines of a README that say how to get a file."""


CHECKPOINTS = (".ModelCheckpoint", ".BackupAndRestore", ".SaveModelCallback", ".TrackerCallback", ".CheckpointCallback")
"""What training is given to write the best or latest model while it goes on."""
FIELD = re.compile(r"\{[^{}]*\}")
"""A field of a file name that training fills in: `weights.{epoch:02d}.h5`."""


class Origin(Struct, frozen=True):
    """Where one loaded model comes from."""

    path: str
    told: str
    """The origin in a sentence; empty where nothing tells."""
    location: Location
    serves: bool


class Obtaining(Struct, frozen=True, dict=True):
    """The origin of every model that production code loads from a file or registry."""

    model: ModelCode
    files: Files
    values: Values
    registry: Registry

    @classmethod
    def gather(cls, model: ModelCode, files: Files, values: Values, registry: Registry) -> Self:
        """By matching loads with files, saves, downloads and pipeline outputs."""
        return cls(model, files, values, registry)

    @cached_property
    def origins(self) -> tuple[Origin, ...]:
        """One for each load outside tests and examples; notebooks only where nothing else loads."""
        loads = [(s, self._named(s, p)) for s, p in self.model.local_loads if not s.unit.is_example]
        production = [(s, p) for s, p in loads if s.unit.is_production]
        handed = tuple(
            Origin(asked.uri, self._registered(asked.uri), asked.location, serves=True)
            for asked in self.registry.catalogued
        )
        found = tuple(
            Origin(path, self._told(site, path), site.location, site.unit.path not in self._training)
            for site, path in production or loads
        )
        return (*handed, *found)

    def _named(self, site: Site, path: str) -> str:
        """The path of a load; where only settings name a model of a registry, what they say."""
        asked = self.registry.asked if path == HOLE and site.name.startswith("mlflow.") else ()
        return asked[0].uri if asked else path

    @cached_property
    def hub(self) -> tuple[Site, ...]:
        """Loads by the name of a published model."""
        local = {id(site) for site, _ in self.model.local_loads}
        sites = (s for s in self.model.lifecycle.loading if id(s) not in local and not s.unit.is_test)
        named = (site for site in sites if not site.name.endswith(".loads"))
        return tuple(site for site in named if not SEARCHED.search(self.model.path_of(site)))

    @cached_property
    def _training(self) -> frozenset[str]:
        return self.model.lifecycle.units("training")

    def _told(self, site: Site, path: str) -> str:
        name = path.rstrip("/").rpartition("/")[2]
        what = f"`{name}`" if name.strip(HOLE) else "the model"
        if path.startswith(("models:/", "runs:/")):
            return self._of_run(path) or self._registered(path)
        if name and name != HOLE and (tracked := self._tracked(path, name)):
            return f"`{tracked}` is in the repository"
        if saved := self._saved(name):
            return f"{what} is written by {saved}"
        if downloaded := self._downloaded(site):
            return f"{what} is downloaded by {downloaded}"
        if fetched := self._fetched(name):
            return f"{what} is fetched by a command of {fetched}"
        if told := FETCHES.search(self.readme):
            return f"the README says how to get {what}: {shortened(told[0])}"
        if name == HOLE and (kept := self._kept):
            return f"the path is only known at run time; `{kept}` is in the repository"
        if name == HOLE and self.model.training:
            return f"the path is only known at run time; {self.model.training[0].location} trains a model"
        return ""

    def _tracked(self, path: str, name: str) -> str:
        for entry in self.files.entries:
            own = entry.rpartition("/")[2].removesuffix(".dvc")
            if own == name or ("*" in name and MODEL_FILE.search(own) and fnmatch(own, name)):
                return entry
        folder = path.strip("./").removeprefix("*/").rstrip("/")
        return folder if folder and self.files.exists(folder) and "." not in name else self._pipeline_output(name)

    def _fetched(self, name: str) -> str:
        """The script, image or page with a command that fetches a file of this name."""
        if HOLE in name or "." not in name:
            return ""
        for path in self.files.find(*COMMANDS):
            for line in self.files.text(path).replace("\\\n", " ").split("\n"):
                if name in line and DOWNLOADING.search(line[:2_000]):
                    return path
        return ""

    @cached_property
    def _kept(self) -> str:
        """A model file of the repository."""
        sure = re.compile(
            r"\.(?:pkl|pickle|joblib|sav|pt|pth|ckpt|safetensors|onnx|h5|hdf5|keras|tflite|cbm|gguf)(?:\.dvc)?$"
        )
        return next((path for path in self.files.own if sure.search(path)), "")

    def _pipeline_output(self, name: str) -> str:
        for path in self.files.find("dvc.yaml", "dvc.lock", "*.dvc"):
            if name in self.files.text(path):
                return path
        return ""

    def _saved(self, name: str) -> str:
        """Where a file of this name is written; where either name is only known at run time, by what trains first."""
        written = self._written
        same = [site for site, own in written if name != HOLE and (own == name or _fits(own, name))]
        open_ones = [s for s, own in written if own.startswith(HOLE) or not own] if self.model.training else []
        any_ones = [site for site, own in written if own] if name == HOLE else []
        found = sorted(same, key=lambda site: site.unit.is_notebook) or sorted(
            [*any_ones, *open_ones], key=lambda site: (site.unit.is_notebook, site.unit.path not in self._training)
        )
        return str(found[0].location) if found else ""

    @cached_property
    def _written(self) -> tuple[tuple[Site, str], ...]:
        """Calls outside tests that save a model, each with the name of its file."""
        kept = self.model.code.calls_to(*CHECKPOINTS)
        saving = (site for site in (*self.model.lifecycle.saving, *kept) if not site.unit.is_test)
        return tuple((site, self._name(site)) for site in saving)

    def _name(self, site: Site) -> str:
        """The name of the file that a call writes."""
        return self.model.path_of(site).rstrip("/").rpartition("/")[2]

    def _downloaded(self, site: Site) -> str:
        for called in self.model.code.calls_to(*(f".{name.rpartition('.')[2]}" for name in DOWNLOADS)):
            if any(called.name.endswith(name) for name in DOWNLOADS) and not called.unit.is_test:
                near = called.unit.path == site.unit.path or called.unit in self.model.code.closure(site.unit)
                if near or called.name != "requests.get":
                    return str(called.location)
        return ""

    def _of_run(self, uri: str) -> str:
        """For `runs:/RUN/MODEL`, where the training code logs a model under that name."""
        wanted = uri.partition("/")[2].strip("/").partition("/")[2] if uri.startswith("runs:/") else ""
        for site in self.model.code.by_method.get("log_model", ()) if wanted else ():
            given = site.call.argument(1, "artifact_path") or site.call.argument(None, "name")
            if not site.unit.is_test and self.values.text(site.unit, given, site.call.scope) in {wanted, HOLE}:
                return f"the model is logged by {site.location}"
        return ""

    def _registered(self, uri: str) -> str:
        return "the training code registers the model that is loaded" if self.registry.holds(uri) else ""

    @cached_property
    def readme(self) -> str:
        """The root README's text."""
        found = (p for p in self.files.own if re.match(r"^readme(?:\.\w+)?$", p, re.IGNORECASE))
        return next((self.files.text(path) for path in found), "")


def _fits(own: str, name: str) -> bool:
    """Whether a name that training completes may be the one that is loaded."""
    return "{" in own and fnmatch(name, FIELD.sub("*", own))
