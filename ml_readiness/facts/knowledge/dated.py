"""Facts that age: Python's ends of life, hosted models' ids, tools that wind down; each with the day it was true."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from typing import TypeVar

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts import knowledge

FAMILY = re.compile(r"(?:models/|[a-z][\w-]*[:/])", re.IGNORECASE)
"""What may stand in front of a model's id: `openai:`, `anthropic/`, `models/`."""
LONGEST_ID = 120


class ModelId(StrEnum):
    """Whether the id of a hosted model always names the same model."""

    PINNED = "pinned"
    ALIAS = "alias"
    """The vendor decides when the model behind it changes."""
    FLOATING = "floating"
    """Documented as moving to the newest."""


class ModelRule(Struct, frozen=True, forbid_unknown_fields=True):
    """What the ids of one form mean."""

    provider: str
    pattern: str
    state: ModelId


class HostedModels(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """The rules, in the order in which they are tried."""

    as_of: date
    rules: tuple[ModelRule, ...]

    @cached_property
    def _compiled(self) -> tuple[tuple[re.Pattern[str], ModelRule], ...]:
        return tuple((re.compile(rule.pattern, re.IGNORECASE), rule) for rule in self.rules)

    def rule(self, name: str, provider: str = "") -> ModelRule | None:
        """The rule for a model's id, with or without its vendor in front; None where no rule knows the form.

        Where the provider is known, only its rules and those for all apply.
        """
        name = name.strip()
        if not name or len(name) > LONGEST_ID or any(each.isspace() for each in name):
            return None
        prefix = FAMILY.match(name)
        forms = [name, name[prefix.end() :]] if prefix is not None else [name]
        for form in forms:
            for pattern, rule in self._compiled:
                if (not provider or rule.provider in {provider, "any"}) and pattern.fullmatch(form):
                    return rule
        return None


class PythonVersions(Struct, frozen=True, forbid_unknown_fields=True):
    """When each minor version of Python stops being fixed."""

    as_of: date
    end_of_life: dict[str, date]

    def ended(self, version: str) -> bool:
        """Whether a version, given as `3.8` or longer, had reached its end when this table was written."""
        last = self.end_of_life.get(".".join(version.split(".")[:2]))
        return last is not None and last <= self.as_of


class Ending(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a tool is not one to start with."""

    status: str
    note: str


class WindingDown(Struct, frozen=True, forbid_unknown_fields=True):
    """Tools by distribution."""

    as_of: date
    tools: dict[str, Ending]


D = TypeVar("D")


class Table(Struct, frozen=True):
    """One file of dated facts."""

    name: str

    def read(self, kind: type[D]) -> D:
        """The file as `kind`; `msgspec.ValidationError` where it breaks the schema."""
        return knowledge.read(f"aging/{self.name}", kind)


@cache
def hosted_models() -> HostedModels:
    """What the ids of hosted models mean."""
    return Table("hosted_models.yml").read(HostedModels)


@cache
def python_versions() -> PythonVersions:
    """The ends of life of Python's versions."""
    return Table("python.yml").read(PythonVersions)


@cache
def winding_down() -> WindingDown:
    """Tools that are winding down."""
    return Table("winding_down.yml").read(WindingDown)
