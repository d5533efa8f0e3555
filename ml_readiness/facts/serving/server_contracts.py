"""What model servers and tool servers check before they call the project's code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.serving.request_types import Contract, RequestTypes
from ml_readiness.facts.source.code import Code

if TYPE_CHECKING:
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.parsers.expressions import Expr
    from ml_readiness.parsers.python import Class, Function

API = re.compile(r"^bentoml\.(?:api|task|Service\.api|legacy\.Service\.api|service\.api)$")
"""Decorators that make a method a way into a Bento."""
TOOL = re.compile(r"^(?:fastmcp\.FastMCP|mcp\.server\.fastmcp\.FastMCP)\.tool$")
"""Decorators of tools whose arguments the tool server checks by their annotations."""
DESCRIBED = re.compile(
    r"^bentoml\.io\.(?:Text|NumpyNdarray|PandasDataFrame|PandasSeries|Image|Multipart)(?:\.from_sample)?$"
)
PREDICTORS: dict[str, tuple[str, ...]] = {
    "ray.serve.deployment": ("__call__",),
    "cog.BasePredictor": ("predict",),
    "cog.Predictor": ("predict",),
    "mlserver.MLModel": ("predict",),
    "litserve.LitAPI": ("decode_request",),
    "kserve.Model": ("preprocess", "predict"),
    "ts.torch_handler.base_handler.BaseHandler": ("preprocess", "handle"),
    "ts.torch_handler.image_classifier.ImageClassifier": ("preprocess",),
    "ts.torch_handler.vision_handler.VisionHandler": ("preprocess",),
}
"""Base classes of predictors, and the methods that may take the request, the first one first."""
TYPED = frozenset({"cog.BasePredictor", "cog.Predictor", "mlserver.MLModel"})
"""Those whose server checks what it takes by types of its own."""


class ServerContracts(Struct, frozen=True, dict=True):
    """The input contracts of ways in that a server makes out of classes and decorators."""

    code: Code
    types: RequestTypes

    @classmethod
    def gather(cls, code: Code, types: RequestTypes) -> Self:
        """From decorators and base classes."""
        return cls(code, types)

    @cached_property
    def all(self) -> tuple[Contract, ...]:
        """One for each way in, in production code."""
        return tuple(contract for unit in self.code.production for contract in self._of(unit))

    def _of(self, unit: Unit) -> Iterator[Contract]:
        for function in unit.python.functions:
            if any(API.match(name) for name in function.decorators):
                yield self._of_api(unit, function)
            elif any(TOOL.match(name) for name in function.decorators):
                yield self._typed(unit, function, "a tool")
        for each in unit.python.classes:
            base = next((base for base in (*each.bases, *each.decorators) if base in PREDICTORS), None)
            if base is not None and "ray.serve.ingress" not in each.decorators:
                found = self._of_predictor(unit, each, base)
                yield from () if found is None else (found,)
            yield from self._of_messages(unit, each)

    def _of_messages(self, unit: Unit, owner: Class) -> Iterator[Contract]:
        """The methods of a gRPC service, whose messages have types."""
        if any(re.search(r"_pb2_grpc\.\w+Servicer$", base) for base in owner.bases):
            for name in owner.methods:
                if not name.startswith("_") and (method := unit.functions.get(f"{owner.name}.{name}")) is not None:
                    yield Contract(
                        "checked", f"`{method.name}` takes a message of its protocol", unit.location(method.line)
                    )

    def _of_api(self, unit: Unit, function: Function) -> Contract:
        """A method of a Bento: by the descriptor it is given, or by its annotations."""
        for site in self.code.calls_in(unit, function.in_class):
            if site.call.role == "decorator" and 0 <= function.line - site.call.line <= DECORATORS:
                given = site.call.argument(0, "input", "input_spec")
                if given is not None:
                    return self._described(unit, function, given)
        return self._typed(unit, function, "an API")

    def _described(self, unit: Unit, function: Function, given: Expr) -> Contract:
        at = unit.location(function.line)
        name = given.text.removesuffix(".from_sample").rpartition(".")[2].lstrip(":?")
        schema = "pydantic_model" in given.keys or "json_encoder" in given.keys
        if given.kind == "name" and self.types.is_schema(unit, given.text):
            return Contract("checked", f"`{function.name}` takes {name}", at)
        if DESCRIBED.match(given.text) or (given.text.endswith(".JSON") and schema):
            return Contract("checked", f"`{function.name}` takes what `{name}` describes", at)
        return Contract("raw", f"`{function.name}` takes any {name}", at)

    def _of_predictor(self, unit: Unit, owner: Class, base: str) -> Contract | None:
        found = (unit.functions.get(f"{owner.name}.{name}") for name in PREDICTORS[base])
        method = next((each for each in found if each is not None), None)
        if method is None:
            return None
        at = unit.location(method.line)
        if base in TYPED:
            return self._typed(unit, method, "a predictor")
        if any(self._makes_schema(unit, site.call.name) for site in self.code.calls_in(unit, method.name)):
            return Contract("checked", f"`{method.name}` makes a schema of what it takes", at)
        guards = [c for c in unit.python.conditions if c.scope == method.name and c.effect in {"raise", "return"}]
        if guards:
            return Contract("partly", f"`{method.name}` checks part of what it takes", at)
        return Contract("raw", f"`{method.name}` takes the request as it comes", at)

    def _makes_schema(self, unit: Unit, name: str) -> bool:
        bare = re.sub(r"\.(?:model_validate\w*|parse_obj|parse_raw|load|validate)$", "", name)
        return not bare.startswith("?") and self.types.is_schema(unit, bare)

    def _typed(self, unit: Unit, function: Function, what: str) -> Contract:
        at = unit.location(function.line)
        own = [p for p in function.parameters if p.name not in {"self", "cls", "ctx", "context"}]
        typed = [p for p in own if self.types.is_typed(unit, p.annotation)]
        if own and len(typed) == len(own):
            shown = ", ".join(f"{p.name}: {p.annotation.rpartition('.')[2].lstrip(':')}" for p in typed[:3])
            return Contract("checked", f"`{function.name}` takes {shown}", at)
        if not own:
            return Contract("checked", f"`{function.name}` takes nothing", at)
        return Contract("partly" if typed else "raw", f"`{function.name}` is {what} without types for all it takes", at)


DECORATORS = 6
"""Lines between a decorator and the function below it, at most."""
