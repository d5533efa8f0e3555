"""Which rows of which data set a value holds, and whether two such sets of rows meet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

Key = tuple["Hashable", ...]


class Rows:
    """A set of rows: a data set as it was read, or what was taken from another set. Equal ones are one object."""

    __slots__ = ("above", "kind", "line", "loop", "members", "name", "parent", "path", "places", "selector")

    def __init__(
        self,
        kind: str,
        *,
        name: str = "",
        parent: Rows | None = None,
        selector: Key = (),
        members: tuple[Rows, ...] = (),
        place: tuple[str, int] = ("", 0),
    ) -> None:
        self.kind = kind
        """`source` (read), `part` (of a split), `subset`, `copies` (resampled), `union`, `either`, `group`."""
        self.name = name
        """What was read; the function that split."""
        self.parent = parent
        self.selector = selector
        """Of a part (split, index), of a subset what chose it."""
        self.members = members
        self.path, self.line = place
        self.loop = 0
        """The loop in which it is made anew each time; 0 outside loops."""
        self.places: dict[str, int] = {}
        """Where it is made in other files."""
        inherited = parent.above if parent is not None and kind != "group" else frozenset[Rows]()
        if members:
            inherited = members[0].above
            for member in members[1:]:
                inherited &= member.above
        self.above: frozenset[Rows] = inherited | {self}
        """This set and every set that it is known to be inside of."""

    def __repr__(self) -> str:
        return f"{self.kind}:{self.name}@{self.line}"

    def place_in(self, path: str) -> tuple[str, int]:
        """Where it is made, in this file if it is made there."""
        return (path, self.places[path]) if path in self.places else (self.path, self.line)

    @property
    def root(self) -> Rows:
        """The set that this one was taken from in the end."""
        rows = self
        while rows.parent is not None and rows.kind != "group":
            rows = rows.parent
        return rows


class Universe:
    """Makes row sets, each only once."""

    def __init__(self) -> None:
        self.loop = 0
        """The loop that is being followed."""
        self._known: dict[Key, Rows] = {}
        self._signatures: dict[Key, int] = {}

    def same(self, *parts: Hashable) -> Key:
        """A short signature that is equal for equal parts."""
        return ("id", self._signatures.setdefault(parts, len(self._signatures)))

    def source(self, name: str, place: tuple[str, int], key: Hashable = None) -> Rows:
        """A data set as it was read; the same name is the same data."""
        return self._get(
            ("source", name if key is None else key), lambda: Rows("source", name=name, place=place), place
        )

    def part(self, parent: Rows, split: Hashable, index: int, name: str, place: tuple[str, int]) -> Rows:
        """One side of a split: the parts of one split of one set have no row in common."""
        return self._get(
            ("part", parent, split, index),
            lambda: Rows("part", name=name, parent=parent, selector=(split, index), place=place),
            place,
        )

    def subset(self, parent: Rows, selector: Key, place: tuple[str, int]) -> Rows:
        """The rows that a filter, slice or sample leaves."""
        return self._get(
            ("subset", parent, selector), lambda: Rows("subset", parent=parent, selector=selector, place=place), place
        )

    def knows(self, parent: Rows, selector: Key) -> bool:
        """Whether rows were once chosen so."""
        return ("subset", parent, selector) in self._known

    def copies(self, parent: Rows, name: str, place: tuple[str, int]) -> Rows:
        """The rows with some of them repeated or imitated."""
        return self._get(
            ("copies", parent, place), lambda: Rows("copies", name=name, parent=parent, selector=(place,), place=place)
        )

    def group(self, parent: Rows, place: tuple[str, int]) -> Rows:
        """One row for each group of rows."""
        return self._get(("group", parent, place), lambda: Rows("group", parent=parent, place=place))

    def union(self, members: Iterable[Rows], place: tuple[str, int]) -> Rows:
        """Several sets one after the other."""
        flat = tuple(dict.fromkeys(inner for rows in members for inner in _united(rows)))
        if len(flat) == 1:
            return flat[0]
        return self._get(("union", frozenset(flat)), lambda: Rows("union", members=flat, place=place))

    def either(self, alternatives: Iterable[Rows]) -> Rows:
        """One of several sets, which one depends on the run."""
        flat = tuple(
            dict.fromkeys(
                inner for rows in alternatives for inner in (rows.members if rows.kind == "either" else [rows])
            )
        )
        if len(flat) == 1:
            return flat[0]
        flat = flat[:4]
        return self._get(("either", frozenset(flat)), lambda: Rows("either", members=flat))

    def _get(self, key: Key, make: Callable[[], Rows], place: tuple[str, int] = ("", 0)) -> Rows:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = make()
            found.loop = self.loop
        if place[0] != found.path:
            found.places.setdefault(*place)
        return found


def _united(rows: Rows) -> tuple[Rows, ...]:
    return rows.members if rows.kind == "union" else (rows,)


def covers(outer: Rows, inner: Rows) -> bool:
    """Whether all rows of `inner` are known to be in `outer`."""
    if outer in inner.above:
        return True
    if outer.kind == "union":
        return any(covers(member, each) for each in inner.above if each.kind != "union" for member in outer.members)
    if outer.kind == "either":
        return all(covers(member, inner) for member in outer.members)
    if outer.kind == "copies" and outer.parent is not None and covers(outer.parent, inner):
        return True
    return any(
        all(covers(outer, member) for member in above.members)
        for above in inner.above
        if above.members and above is not outer
    )


def meet(one: Rows, other: Rows) -> str:
    """How two sets are known to have rows in common, or empty.

    `same`, `inside`, `contains`, `partly` as two slices may, `copies` or `resplit`.
    """
    if one is other:
        return "same"
    if covers(one, other):
        return "inside"
    if covers(other, one):
        return "contains"
    if _slices_cross(one, other):
        return "partly"
    if one.kind == "either" or other.kind == "either":
        ways = {meet(a, b) for a in _alternatives(one) for b in _alternatives(other)}
        return ways.pop() if len(ways) == 1 else ""
    if one.kind == "union" or other.kind == "union":
        members = {meet(a, b) for a in _united(one) for b in _united(other)} - {""}
        return "inside" if members else ""
    return _share(one, other)


def _slices_cross(one: Rows, other: Rows) -> bool:
    """Whether two slices of one set with written bounds have rows in common."""
    if one.kind != other.kind or one.kind != "subset" or one.parent is not other.parent:
        return False
    first, second = _bounds(one.selector), _bounds(other.selector)
    return first is not None and second is not None and max(first[0], second[0]) < min(first[1], second[1])


def _bounds(selector: Key) -> tuple[float, float] | None:
    """The bounds of a slice that counts from the start; None for any other selection."""
    if selector[:1] != ("slice",):
        return None
    lower, upper = (_constant(each) for each in selector[1:3])
    start, end = 0 if lower is None else lower, math.inf if upper is None else upper
    if not isinstance(start, int | float) or not isinstance(end, int | float) or start < 0 or end < 0:
        return None
    return start, end


def _constant(key: object) -> object:
    """The value that a part of a selector holds as written; an empty string for any other part."""
    parts: list[object] = list(cast("tuple[object, ...]", key)) if isinstance(key, tuple) else []
    return parts[1] if parts[:1] == ["const"] else ""


def _alternatives(rows: Rows) -> tuple[Rows, ...]:
    return rows.members if rows.kind == "either" else (rows,)


def has_copies(rows: Rows) -> bool:
    """Whether the set holds rows more than once, or imitations of them."""
    return copied(rows) is not None


def copied(rows: Rows) -> Rows | None:
    """The set in which rows were first repeated or imitated, of those that these rows come from."""
    inside = [rows, *(each for above in rows.above for each in above.members if above.kind == "union")]
    return next((above for each in inside for above in each.above if above.kind == "copies"), None)


def _share(one: Rows, other: Rows) -> str:
    """For sets neither of which holds the other: are there copies, or two unrelated random splits of one set?"""
    parts = {rows.selector[0]: rows for rows in one.above if rows.kind == "part"}
    resplit = False
    for rows in other.above:
        if rows.kind != "part":
            continue
        same = parts.get(rows.selector[0])
        if same is not None and same.parent is rows.parent:
            if same is rows:
                continue
            assert rows.parent is not None  # noqa: S101
            return "copies" if has_copies(rows.parent) else ""
        resplit = resplit or any(part.parent is rows.parent and part is not same for part in parts.values())
    return "resplit" if resplit else ""
