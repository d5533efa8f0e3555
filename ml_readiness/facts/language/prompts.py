"""Where the project's prompts are: in files and named constants, in a registry, or in the middle of functions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.language.language_models import LanguageModels
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

LONG = 200
"""Shorter texts are no prompts worth a name."""
SPEAKS = re.compile(
    r"\byou are\b|\byour (?:task|job|role|goal)\b|\b(?:answer|respond|reply|summari[sz]e|extract|classify|translate)\b"
    r"|\b(?:generate|rewrite|analy[sz]e|explain|context|question|assistant|json)\b|\bdo not\b|\bgiven the\b"
    r"|\bbased on\b|\binstructions?\b|\bstep by step\b",
    re.IGNORECASE,
)
FILES = (
    "**/prompts/**", "**/prompt_templates/**", "*.prompt", "*.prompty", "*.j2", "*.jinja", "*.jinja2", "*.baml",
    "*prompt*.txt", "*prompt*.md", "*prompt*.y*ml", "*prompt*.json", "*instructions*.md",
)  # fmt: skip
NOT_PROMPTS = (".py", ".pyc", ".ipynb", ".html", ".ts", ".tsx", ".js", "__init__")
VERSIONED = frozenset(["version", "label", "commit", "commit_hash"])
AT_HOME = re.compile(r"prompt|template|instruction|const|agent|chain|signature|config|messages", re.IGNORECASE)
SCATTERED = 3


class Prompt(Struct, frozen=True):
    """One prompt and where it is kept."""

    what: str
    location: Location


class Prompts(Struct, frozen=True, dict=True):
    """Every prompt of the project."""

    code: Code
    files: Files
    tools: Tools
    models: LanguageModels

    @classmethod
    def gather(cls, code: Code, files: Files, tools: Tools, models: LanguageModels) -> Self:
        """From long texts in code that talks to a model, prompt files and registries."""
        return cls(code, files, tools, models)

    @cached_property
    def _near(self) -> tuple[Unit, ...]:
        """Files that call a language model, that such files import, or that import such files."""
        near = set(self.models.units)
        for path in self.models.units:
            near |= set(self.code.imported.get(path, ()))
        near |= {path for path, targets in self.code.imported.items() if self.models.units.intersection(targets)}
        return tuple(unit for unit in self.code.production if unit.path in near)

    @cached_property
    def inline(self) -> tuple[Prompt, ...]:
        """Long prompts written inside functions."""
        return tuple(self._texts(inside=True))

    @cached_property
    def named(self) -> tuple[Prompt, ...]:
        """Long prompts that are constants of a module or a class."""
        return tuple(self._texts(inside=False))

    def _texts(self, *, inside: bool) -> Iterator[Prompt]:
        for unit in self._near:
            for text in unit.python.texts:
                if text.length >= LONG and SPEAKS.search(text.value) and (text.scope in unit.functions) is inside:
                    yield Prompt(" ".join(text.value.split())[:60], unit.location(text.line))

    @cached_property
    def stored(self) -> tuple[Prompt, ...]:
        """Prompt files that are not code."""
        if not self.models.used:
            return ()
        paths = [path for path in self.files.find(*FILES) if not path.endswith(NOT_PROMPTS)]
        return tuple(Prompt(path, Location(path=path)) for path in paths)

    @cached_property
    def pulled(self) -> tuple[tuple[Use, bool], ...]:
        """Prompts fetched from a registry, and whether their version is given."""
        uses = [use for use in self.tools.called("prompt-registry") if use.unit is not None and use.unit.is_production]
        return tuple((use, _is_fixed(use)) for use in uses if use.tool != "jinja2" and use.call is not None)

    @property
    def scattered(self) -> bool:
        """Whether constants lie in many files that are about something else."""
        homes = {prompt.location.path for prompt in self.named}
        return len([home for home in homes if not AT_HOME.search(home)]) >= SCATTERED


def _is_fixed(use: Use) -> bool:
    if use.call is None:
        return False
    if VERSIONED & use.call.keywords.keys():
        return True
    first = use.call.args[0].text if use.call.args else ""
    return bool(re.search(r":[0-9a-f]{6,}|/\d+$|@", first))
