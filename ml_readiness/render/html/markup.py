"""HTML that is safe by construction: what is not markup already is made visible and escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TypeAlias

from ml_readiness.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

VOID = frozenset({"input", "meta", "br", "link"})
EMPTY_SVG = frozenset({"rect", "circle", "path", "line", "use"})


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


Content: TypeAlias = "str | Markup | Iterable[Content] | None"
"""What may stand between tags: text, which is escaped, markup, several of them, or nothing."""


def tag(name: str, /, *content: Content, **attributes: str | float | bool | None) -> Markup:
    """An element; attributes are written `class_` and `data_x`, those that are None or False are left out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{written}>")
    inner = join(content)
    if name in EMPTY_SVG and not inner:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{inner}</{name}>")


def join(content: Content, between: str = "") -> Markup:
    """Content as one piece."""
    if content is None:
        return Markup("")
    if isinstance(content, Markup):
        return content
    if isinstance(content, str):
        return _spaced(content)
    return Markup(between.join(join(each) for each in content))


def _spaced(value: str) -> Markup:
    """Text beside other content: a space at its edges counts."""
    before, after = (" " * edge.isspace() for edge in (value[:1], value[1:][-1:]))
    return Markup(f"{before}{text(value)}{after}")


def text(value: str, limit: int | None = None) -> Markup:
    """One line of visible characters, escaped."""
    return Markup(escape(printable(value, limit)))


def prose(value: str, limit: int | None = None) -> Markup:
    """The same, with what stands between backquotes as code."""
    parts = printable(value, limit).split("`")
    if len(parts) % 2 == 0:
        return Markup(escape("`".join(parts)))
    return join(tag("code", part) if index % 2 else Markup(escape(part)) for index, part in enumerate(parts) if part)


def _attribute(key: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    shown = f"{value:g}" if isinstance(value, float) else printable(str(value))
    return f' {name}="{escape(shown)}"'
