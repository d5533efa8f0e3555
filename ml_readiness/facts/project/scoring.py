"""Scoring, or the building of features, that nobody has to ask for: in pipelines, by workers, at set times."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.deployment.schedules import Schedules
from ml_readiness.facts.knowledge.words import words
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.project.introduction import Introduction
from ml_readiness.facts.source.callgraph import key
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.source.saying import said
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.source.code import Site

SCORES = re.compile(r"batch|inference|predict|scor(?:e|ing)|forecast|feature", re.IGNORECASE)
SCORED = re.compile(r"(?:^|[/_-])(?:batch|inference|predict\w*|scor(?:e|ed|ing))(?:[/_.-]|$)", re.IGNORECASE)
"""Names of a pipeline's steps in which a model is asked about new rows."""
LEAD = 500
"""Characters of what is said first that say what the project is for."""
WRITES = frozenset(
    {"to_csv", "to_parquet", "to_sql", "to_excel", "to_json", "to_gbq", "to_feather", "to_delta", "saveAsTable",
     "insert_rows_json", "load_table_from_dataframe", "write_csv", "write_parquet", "writerow",
     "writerows", "executemany"}
)  # fmt: skip
"""Methods that put rows somewhere."""


class Scoring(Struct, frozen=True, dict=True):
    """What runs by itself and asks a model, or prepares its input."""

    code: Code
    files: Files
    lifecycle: Lifecycle
    schedules: Schedules
    introduction: Introduction

    @classmethod
    def gather(
        cls, code: Code, files: Files, lifecycle: Lifecycle, schedules: Schedules, introduction: Introduction
    ) -> Self:
        """From orchestrators, workers, schedules, the names of files and the README."""
        return cls(code, files, lifecycle, schedules, introduction)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """The surest that was seen; empty where there is nothing."""
        return tuple(self._seen())[:1]

    def _seen(self) -> Iterator[str]:
        yield from self._in_pipelines()
        yield from self._by_workers()
        yield from self._at_set_times()
        yield from self._as_described()
        yield from self._by_a_program()
        yield from self._for_models()
        yield from (
            f"builds features on a schedule: {path}" for path in self.files.find(*words().orchestration.files[:2])
        )

    def _in_pipelines(self) -> Iterator[str]:
        """Under an orchestrator, with a time or where a saved model is asked."""
        pipelines = self._pipelines
        if pipelines and (self._timed or self.code.around(pipelines) & self._asking):
            yield f"runs as a pipeline: {min(pipelines)}"
        named = [path for path in sorted(pipelines) if SCORED.search(path)]
        if named and any(site.unit.is_production for site in self.lifecycle.predicting):
            yield f"scores in a pipeline: {named[0]}"

    def _by_workers(self) -> Iterator[str]:
        for site in self._sites:
            if site.name in words().workers and {unit.path for unit in self.code.closure(site.unit)} & self._asking:
                yield f"scores what comes in: {site.location} (`{said(site)}`)"

    def _at_set_times(self) -> Iterator[str]:
        asking = {key(s.unit, s.call.scope) for s in self.lifecycle.predicting if s.unit.path in self._asking}
        yield from (f"scores at times that are set: {s.location}" for s in self.schedules.all if s.starts & asking)
        for path in self.files.find("triggers.yaml", "triggers.yml"):
            text = self.files.text(path)
            if "schedule_type: time" in text and SCORES.search(f"{path} {text}") is not None:
                yield f"scores at times that are set: {path}"

    def _as_described(self) -> Iterator[str]:
        """What the README calls scoring in bulk, where a model is asked."""
        said = re.search(words().batches, self.introduction.opening[:LEAD], re.IGNORECASE)
        named = any(SCORED.search(unit.path) for unit in self.code.production)
        if said and (named or any(site.unit.is_production for site in self.lifecycle.predicting)):
            yield f"the README speaks of: {said[0].lower()}"

    def _for_models(self) -> Iterator[str]:
        """Features that are kept for models, which a title calls a store of them."""
        said = re.search(words().feature_stores, self.introduction.title, re.IGNORECASE)
        if said and self.code.production:
            yield f"the README speaks of: {said[0].lower()}"

    def _by_a_program(self) -> Iterator[str]:
        """A program that asks a saved model about rows and writes the answers, in a project that trains nothing."""
        aside = re.compile(words().aside, re.IGNORECASE)
        if any(site.unit.is_production and not aside.search(site.unit.path) for site in self.lifecycle.training):
            return
        reached = self.code.around(frozenset(path for path in self._asking if not aside.search(path)))
        for method in sorted(WRITES):
            for site in self.code.by_method.get(method, ()):
                if site.unit.is_production and site.unit.path in reached:
                    yield f"scores rows and writes them: {site.location} (`{said(site)}`)"

    @cached_property
    def _sites(self) -> tuple[Site, ...]:
        return tuple(site for site in self.code.sites if site.unit.is_production)

    @cached_property
    def _asking(self) -> frozenset[str]:
        """Files that ask a saved model, and train none."""
        return self.lifecycle.units("predicting") & self.lifecycle.units("loading") - self.lifecycle.units("training")

    @cached_property
    def _pipelines(self) -> frozenset[str]:
        """Files that an orchestrator runs, by what they call, inherit or are decorated with."""
        known = words().orchestration
        return frozenset(site.unit.path for site in self._sites if site.name in known.functions) | frozenset(
            unit.path
            for unit in self.code.production
            if any(known.bases.intersection(each.bases) for each in unit.python.classes)
            or any(known.functions.intersection(function.decorators) for function in unit.python.functions)
        )

    @cached_property
    def _timed(self) -> bool:
        known = words().orchestration
        return any(
            site.name in known.schedules or (site.name in known.functions and _has_time(site)) for site in self._sites
        )


def _has_time(site: Site) -> bool:
    schedule = site.call.argument(None, "schedule", "schedule_interval", "timetable", "cron_schedule")
    return schedule is not None and schedule.kind != "none"
