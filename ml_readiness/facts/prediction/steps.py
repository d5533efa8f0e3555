"""Functions that a pipeline framework runs as its steps, and hands what they need: data, settings, a model."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.source.callgraph import key
from ml_readiness.facts.source.code import Code

DECORATORS = re.compile(
    r"^(?:zenml\.(?:steps\.)?step|dagster\.(?:asset|multi_asset|op|graph_asset|solid)|prefect\.(?:tasks?\.)?task|prefect\.flow"
    r"|flytekit\.task|metaflow\.step|kfp\.(?:v2\.)?dsl\.(?:component|container_component)|airflow\.(?:decorators|sdk)\.task"
    r"|mage_ai\.\w[\w.]*|luigi\.\w+|clearml\.(?:\w+\.)*PipelineDecorator\.component|sematic\.func|hamilton\.\w[\w.]*)(?:$|\.)"
)
BUILDERS = re.compile(
    r"^(?:kedro\.(?:\w+\.)*(?:node|Node)|(?:airflow\.)(?:\w+\.)*PythonOperator|kfp\.(?:\w+\.)*create_component_from_func"
    r"|kfp\.(?:\w+\.)*func_to_container_op|dagster\.(?:\w+\.)*PythonCallable|clearml\.(?:\w+\.)*add_function_step)$"
)
"""Calls that make a step of a function."""


class Steps(Struct, frozen=True, dict=True):
    """The steps of pipelines."""

    code: Code

    @classmethod
    def gather(cls, code: Code) -> Self:
        """From decorators, and from calls that are given a function."""
        return cls(code)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Their keys in the call graph."""
        decorated = (
            key(unit, function.name)
            for unit in self.code.production
            for function in unit.python.functions
            if any(DECORATORS.search(name) for name in function.decorators)
        )
        return frozenset((*decorated, *self._built))

    @cached_property
    def _built(self) -> frozenset[str]:
        found: set[str] = set()
        for site in self.code.sites:
            if site.unit.is_production and BUILDERS.search(site.name):
                given = site.call.argument(0, "func", "python_callable", "function")
                definition = self.code.define(site.unit, given.text) if given is not None and given.text else None
                if definition is not None and definition.function is not None:
                    found.add(key(definition.unit, definition.name))
        return frozenset(found)
