"""Which annotations describe a request well enough for a framework to check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.source.code import Code

if TYPE_CHECKING:
    from ml_readiness.facts.source.units import Unit
    from ml_readiness.report import Location

SCHEMAS = re.compile(
    r"^(?:pydantic\.(?:main\.|v1\.)?BaseModel|pydantic\.RootModel|pydantic\.generics\.GenericModel|sqlmodel\.SQLModel"
    r"|typing(?:_extensions)?\.TypedDict|msgspec\.Struct|marshmallow\.Schema|enum\.(?:Str|Int)?Enum|ninja\.(?:Model)?Schema"
    r"|rest_framework\.serializers\.\w+|fastapi_camelcase\.CamelModel|typing\.NamedTuple|flask_marshmallow\..*Schema"
    r"|(?:wtforms|flask_wtf)\.(?:\w+\.)*(?:Flask)?Form|django\.forms\.\w*Form|openenv\..*\.(?:Action|Observation))$"
)
SCALARS = re.compile(
    r"^(?:int|float|bool|str|bytes|uuid\.UUID|datetime\.\w+|decimal\.Decimal|typing(?:_extensions)?\.Literal|pydantic\.\w+"
    r"|enum\.Enum|(?:numpy|np)\.typing\.NDArray|numpy\.ndarray|pandas\.DataFrame|torch\.Tensor|PIL\.Image\.Image"
    r"|pathlib\.Path|cog\.(?:Path|File|Secret))$"
)
CONTAINERS = frozenset({
    "None", "list", "typing.List", "typing.Optional", "typing.Annotated", "typing_extensions.Annotated", "typing.Union",
    "tuple", "typing.Tuple", "set", "typing.Sequence", "collections.abc.Sequence", "typing.Iterable",
})  # fmt: skip
UPLOADS = re.compile(r"UploadFile|bytes$")


class Contract(Struct, frozen=True):
    """How one way in checks what it is given: `checked`, `partly` or `raw`, and why."""

    state: str
    reason: str
    location: Location


class RequestTypes(Struct, frozen=True):
    """Judges annotations, through the project's own classes."""

    code: Code

    @classmethod
    def gather(cls, code: Code) -> Self:
        """From the classes of the project."""
        return cls(code)

    def is_typed(self, unit: Unit, annotation: str) -> bool:
        """Whether everything in an annotation is a scalar or a schema; a file is neither."""
        parts = [part for part in re.split(r"[\[\], |]+", annotation) if part]
        inner = [part for part in parts if part not in CONTAINERS]
        if any(UPLOADS.search(part) for part in inner):
            return False
        known = [part for part in inner if SCALARS.match(part) or self.is_schema(unit, part)]
        return bool(known) and (len(known) == len(inner) or any(part.endswith("Annotated") for part in parts))

    def is_schema(self, unit: Unit, name: str, depth: int = 4) -> bool:
        """Whether a name is a class whose fields are checked when it is made of a request."""
        if SCHEMAS.match(name):
            return True
        definition = self.code.define(unit, name) if depth else None
        if definition is None or definition.as_class is None:
            return False
        if any("dataclass" in decorator for decorator in definition.as_class.decorators):
            return True
        return any(self.is_schema(definition.unit, base, depth - 1) for base in definition.as_class.bases)
