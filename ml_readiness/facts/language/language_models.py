"""Which language models the project calls, from where, and what their ids say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.knowledge.dated import ModelRule, hosted_models
from ml_readiness.facts.modelling.lifecycle import ASKS_MODEL, Lifecycle
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.mainstream import main_first
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.source.values import HOLE, Values
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Level, Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Location

NAMED = (
    "model",
    "model_name",
    "model_id",
    "modelId",
    "model_path",
    "llm_model",
    "engine",
    "deployment_name",
    "azure_deployment",
)
FIRST = re.compile(
    r"(?:^|\.)(?:init_chat_model|GenerativeModel|LM|LLM|Chat[A-Z]\w*|Ollama\w*|OpenAI|AzureOpenAI|LiteLLMModel|InferenceClient|Agent)$"
)
PROVIDERS = (
    (re.compile(r"ollama", re.IGNORECASE), "ollama"),
    (re.compile(r"^boto3|bedrock", re.IGNORECASE), "bedrock"),
    (re.compile(r"groq", re.IGNORECASE), "groq"),
)
FAMILIES = re.compile(r"gpt|claude|gemini|mistral|llama|qwen|command|grok|sonnet|haiku|opus|phi")
TELLING = frozenset(["openai", "anthropic", "google", "mistral", "cohere", "bedrock", "xai", "deepseek", "any"])
"""Providers whose ids look like nothing else."""
DEFAULTED = re.compile(r"^langchain\w*\.(?:\w+\.)*(?:Chat(?:OpenAI|Anthropic|Groq|Cohere|MistralAI)|OpenAI)$")
"""Classes that choose a model by themselves when none is named."""
AZURE = re.compile(r"Azure", re.IGNORECASE)
SETTING = re.compile(
    r"^[ \t]*(?:export[ \t]+)?[\"']?[\w.-]{0,60}?(?:model|llm|engine|deployment)[\w.-]{0,60}[\"']?[ \t]*[:=][ \t]*"
    r"[\"']?([\w./:@-]{1,100})[\"']?[ \t]*,?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
CONFIGURED = ("*.yaml", "*.yml", "*.toml", "*.json", ".env*", "*.env", "*.ini", "*.cfg", "env.example")
ASIDE = re.compile(
    r"(?:^|/)(?:package(?:-lock)?\.json|uv\.lock|poetry\.lock|tsconfig|\.github/|mkdocs|docs?/|tests?/|fixtures?/|evals?/|locales?/"
    r"|node_modules/|openapi)|\.lock$",
    re.IGNORECASE,
)


class ModelName(Struct, frozen=True):
    """An id that can reach a call of a language model."""

    text: str
    """`*` where only a run could tell; empty where the library's default applies."""
    location: Location
    rule: ModelRule | None


class LanguageModels(Struct, frozen=True, dict=True):
    """The calls of language models in production code."""

    code: Code
    files: Files
    tools: Tools
    lifecycle: Lifecycle
    values: Values

    @classmethod
    def gather(cls, code: Code, files: Files, tools: Tools, lifecycle: Lifecycle, values: Values) -> Self:
        """From the calls that ask a language model."""
        return cls(code, files, tools, lifecycle, values)

    @cached_property
    def calls(self) -> tuple[Use, ...]:
        """Where language models are made or asked, production code only."""
        return tuple(
            use
            for use in self.tools.called("llm")
            if use.unit is not None and use.unit.is_production and use.call is not None and use.level >= Level.CALLED
        )

    @property
    def asked_at(self) -> Location | None:
        """The place that shows best that a language model is asked: a question before what only gets one ready."""
        asking = [site for site in self.sites() if ASKS_MODEL.search(site.call.method)]
        first = next(iter(main_first(asking or list(self.sites()))), None)
        return first.location if first is not None else None

    @property
    def used(self) -> bool:
        """Whether the project talks to a language model."""
        return bool(self.calls)

    @cached_property
    def units(self) -> frozenset[str]:
        """Files with such calls."""
        return frozenset(use.path for use in self.calls)

    @cached_property
    def names(self) -> tuple[ModelName, ...]:
        """Ids at the calls, in the code's tables and settings, and in configuration files; each text once."""
        found: dict[str, ModelName] = {}
        for name in (*self._at_calls(), *self._in_code(), *self._in_settings()):
            found.setdefault(name.text, name)
        return tuple(found.values())

    def _at_calls(self) -> Iterator[ModelName]:
        for use in self.calls:
            if use.unit is None or use.call is None:
                continue
            value = next((use.call.keywords[name] for name in NAMED if name in use.call.keywords), None)
            if value is None and use.call.args and FIRST.search(use.name):
                value = use.call.args[0]
            if value is None:
                if DEFAULTED.search(use.name) and not use.call.args and "**" not in use.call.keywords:
                    yield ModelName("", use.location, None)
                continue
            text = self.values.text(use.unit, value, use.scope)
            provider = next((name for pattern, name in PROVIDERS if pattern.search(use.name)), "")
            if _may_be_id(text) and not AZURE.search(use.name):
                yield ModelName(text, use.location, hosted_models().rule(text, provider))

    def _in_code(self) -> Iterator[ModelName]:
        """Constants that can only be the id of a hosted model, in files that call one or hold settings."""
        if not self.calls:
            return
        for unit in self.code.production:
            if unit.path in self.units or self._is_imported_by_callers(unit):
                for text in unit.python.texts:
                    rule = _telling(text.value)
                    if rule is not None:
                        yield ModelName(text.value, unit.location(text.line), rule)

    @cached_property
    def _closure(self) -> frozenset[str]:
        units = [self.code.by_path[path] for path in self.units]
        return self.code.around(unit.path for unit in units)

    def _is_imported_by_callers(self, unit: Unit) -> bool:
        return unit.path in self._closure

    def _in_settings(self) -> Iterator[ModelName]:
        if not self.calls:
            return
        for path in self.files.find(*CONFIGURED):
            if not ASIDE.search(path):
                text = self.files.text(path)
                for match in SETTING.finditer(text):
                    rule = _telling(match[1])
                    if rule is not None:
                        line = text.count("\n", 0, match.start(1)) + 1
                        yield ModelName(match[1], Location(path=path, line=line), rule)

    def sites(self) -> Iterator[Site]:
        """The calls as sites."""
        for use in self.calls:
            if use.unit is not None and use.call is not None:
                yield Site(use.unit, use.call, use.name)


def _may_be_id(text: str) -> bool:
    return bool(text) and (text == HOLE or HOLE not in text) and not any(each.isspace() for each in text)


def _telling(text: str) -> ModelRule | None:
    """The rule for a text that could be nothing but the id of a hosted model."""
    if len(text) > 80 or "-" not in text or text.endswith((".py", ".md", ".json")):
        return None
    rule = hosted_models().rule(text)
    if rule is None or rule.provider not in TELLING:
        return None
    if rule.provider == "any" and not FAMILIES.search(text):
        return None
    return rule
