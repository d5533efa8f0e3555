"""Whether the project runs by itself once it is delivered: as a service, a page, or a job on a schedule."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.serving.serving import Route, Serving
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.report import Location, ProjectKind

DELIVERED = frozenset({ProjectKind.SERVICE, ProjectKind.BATCH, ProjectKind.LLM_APP})
"""Kinds of projects whose every route is part of what is delivered."""


class Operation(Struct, frozen=True, dict=True):
    """What keeps running without a person, if anything."""

    project: Project
    serving: Serving
    tools: Tools
    code: Code
    lifecycle: Lifecycle

    @classmethod
    def gather(cls, project: Project, serving: Serving, tools: Tools, code: Code, lifecycle: Lifecycle) -> Self:
        """From ways in and schedules."""
        return cls(project, serving, tools, code, lifecycle)

    @cached_property
    def services(self) -> tuple[Location, ...]:
        """Where requests are answered: routes, pages, model servers, chat programs."""
        serving = self.serving
        routes = [route.location for route in serving.model_routes]
        pages = [unit.location(0) for unit in serving.model_demos]
        return (*routes, *pages, *serving.servers)

    @cached_property
    def interface(self) -> tuple[Location, ...]:
        """What keeps running and takes requests: a model server, routes that reach the model, or else the routes of a
        project that is delivered; pages for people and functions that a platform starts for each request are none.
        """
        serving = self.serving
        near = serving.model_routes or (() if serving.model_demos else self._delivered)
        return (*(route.location for route in near if not route.is_serverless), *serving.servers)

    @cached_property
    def _delivered(self) -> tuple[Route, ...]:
        """The routes of a project that is delivered; of one that trains, those that start it."""
        routes = tuple(route for route in self.serving.routes if route.unit.is_production)
        if self.project.kind is ProjectKind.TRAINING:
            starting = self.code.reaching(self.lifecycle.units("training"))
            return tuple(route for route in routes if route.unit.path in starting)
        return routes if self.project.kind in DELIVERED else ()

    @cached_property
    def schedules(self) -> tuple[Location, ...]:
        """Where a job is given a time at which to run."""
        in_code = [use.location for use in self.tools.wired("scheduling") if not _is_never(use.call)]
        return tuple(in_code)

    @cached_property
    def runs(self) -> bool:
        """Whether questions about production arise."""
        kind = self.project.kind
        if kind in {ProjectKind.SERVICE, ProjectKind.BATCH}:
            return True
        if kind is ProjectKind.LLM_APP:
            serving = self.serving
            return bool(
                self.services or serving.routes or serving.demos or serving.chats or self.tools.javascript.answering
            )
        served = self.services if kind is ProjectKind.COLLECTION else self._delivered
        return bool(self.schedules or served)


def _is_never(call: object) -> bool:
    """Whether a schedule says that there is none."""
    keywords = getattr(call, "keywords", {})
    return any(
        keywords[name].kind == "none" for name in ("schedule", "schedule_interval", "timetable") if name in keywords
    )
