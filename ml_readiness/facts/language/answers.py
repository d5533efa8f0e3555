"""What happens to the answer of a language model before somebody, or something, relies on it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness.facts.language.language_models import LanguageModels
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.report import Location

RUNNERS = (
    "eval", "exec", "compile", "os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_output",
    "subprocess.Popen", "pickle.loads", "yaml.load",
)  # fmt: skip


class Check(Struct, frozen=True):
    """One thing that is done with an answer."""

    what: str
    location: Location


class Answers(Struct, frozen=True, dict=True):
    """How answers are guarded, parsed, or run."""

    code: Code
    tools: Tools
    models: LanguageModels

    @classmethod
    def gather(cls, code: Code, tools: Tools, models: LanguageModels) -> Self:
        """From guards, output formats and what answers flow into."""
        return cls(code, tools, models)

    @cached_property
    def guarded(self) -> tuple[Check, ...]:
        """Policy guards and enforced formats in code that runs."""
        uses = self.tools.wired("guard", "structured-output")
        return tuple(Check(use.shown, use.location) for use in uses if use.call is not None)

    @cached_property
    def parsed(self) -> tuple[Check, ...]:
        """Parsing by hand, in files that call a model, where a failure is handled."""
        found = [
            Check(f"`{site.call.method}`", site.location)
            for path in sorted(self.models.units)
            for site in self.code.calls_in(self.code.by_path[path])
            if site.name in {"json.loads", "re.search", "re.match", "re.findall", "ast.literal_eval"}
            and ("try" in site.call.guards or site.name.startswith("re."))
        ]
        return tuple(found)

    @cached_property
    def run(self) -> tuple[Check, ...]:
        """Where a value that came from an answer is run as code or as a command."""
        if self.tools.called("sandbox"):
            return ()
        return tuple(self._run())

    def _run(self) -> Iterator[Check]:
        for site in self.code.calls_to(*RUNNERS):
            if site.unit.path in self.models.units and site.name in RUNNERS and self._is_answer(site):
                yield Check(f"`{site.name}` runs what the model answered", site.location)

    def _is_answer(self, site: Site) -> bool:
        """Whether an argument comes from a call of the model: names stand for what they were assigned from."""
        texts = {part.text for value in site.call.args[:1] for part in value.walk()}
        return any(match.role == "llm" for text in texts for match in self.tools.signs.of(text))
