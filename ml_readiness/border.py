"""What comes from outside, held against our structs by pydantic, which tells all that is wrong and describes them.

An audit builds and copies structs only, and imports no pydantic unless there are settings: that was an eighth of one.
"""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, cast, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct, structs
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model, model_validator

S = TypeVar("S", bound=Struct)


def understood(kind: type[S], data: object) -> S:
    """Data as a struct; `pydantic.ValidationError` with everything that is wrong."""
    return cast("S", TypeAdapter(_model(kind)).validate_python(data))


def read(kind: type[S], data: bytes | str) -> S:
    """JSON as a struct; `pydantic.ValidationError` with everything that is wrong."""
    return cast("S", TypeAdapter(_model(kind)).validate_json(data))


def described(kind: type[Struct]) -> dict[str, Any]:
    """The JSON Schema of what a struct is written as."""
    return _model(kind).model_json_schema(mode="serialization")


class _Checked(BaseModel):
    """A struct's fields while they are checked; what comes out is the struct."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", populate_by_name=True)
    becomes: ClassVar[type[Struct]]

    @model_validator(mode="after")
    def _made(self) -> Any:
        return self.becomes(**{name: getattr(self, name) for name in type(self).model_fields})


@cache
def _model(kind: type[Struct]) -> type[BaseModel]:
    hints = typing.get_type_hints(kind, include_extras=True)
    fields: dict[str, Any] = {}
    for each in structs.fields(kind):
        alias = each.encode_name if each.encode_name != each.name else None
        fields[each.name] = (_annotation(hints[each.name], kind), _field(each, alias))
    model = create_model(kind.__name__, __base__=_Checked, __doc__=kind.__doc__, **fields)
    model.becomes = kind
    return model


def _field(each: structs.FieldInfo, alias: str | None) -> Any:
    if each.default_factory is not NODEFAULT:
        return Field(default_factory=each.default_factory, alias=alias)
    return Field(alias=alias) if each.default is NODEFAULT else Field(default=each.default, alias=alias)


def _annotation(hint: Any, within: type[Struct]) -> Any:
    """A type as pydantic knows it: with models in the place of structs, and their constraints."""
    if _is_struct(hint):
        return hint.__name__ if hint is within else _model(hint)
    origin: Any = get_origin(hint)
    parts = get_args(hint)
    if origin is Annotated:
        return Annotated[_annotation(parts[0], within), *(_constraint(each) for each in parts[1:])]
    if origin is types.UnionType or origin is Union:
        return Union[tuple(_annotation(part, within) for part in parts)]  # noqa: UP007
    if parts and origin is not Literal:
        return origin[tuple(part if part is ... else _annotation(part, within) for part in parts)]
    return hint


def _is_struct(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


def _constraint(meta: Meta) -> Any:
    return Field(ge=meta.ge, le=meta.le, min_length=meta.min_length, max_length=meta.max_length)
