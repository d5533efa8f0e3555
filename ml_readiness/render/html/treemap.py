"""A treemap: files as areas inside their folders, as square as can be.

Bruls, Huizing, van Wijk: Squarified Treemaps, 2000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

T = TypeVar("T")

HEAD = 15.0
"""How high the line with a folder's name is."""
GAP = 1.5
"""Between a folder's edge and what is in it."""
DEEPEST = 12
"""Folders below are drawn into the one above."""


class Box(Struct, frozen=True):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, has_head: bool) -> Box:
        """What is left for the content of a folder."""
        head = HEAD if has_head else GAP
        return Box(self.x + GAP, self.y + head, max(0.0, self.width - 2 * GAP), max(0.0, self.height - head - GAP))


class Tile(Struct, Generic[T], frozen=True):
    """A file, or a folder with its depth, at its place."""

    box: Box
    path: str
    item: T | None
    """The file; None for a folder."""
    has_head: bool = False


class _Node(Struct, Generic[T]):
    path: str
    size: float = 0.0
    item: T | None = None
    inner: dict[str, _Node[T]] = field(default_factory=dict[str, "_Node[T]"])


def treemap(items: Iterable[tuple[str, float, T]], box: Box) -> Iterator[Tile[T]]:
    """The tiles of (path, size, item), each folder before what is in it."""
    root: _Node[T] = _Node("")
    for path, size, item in items:
        _add(root, path, size, item)
    yield from _tiles(_shortened(root), box, is_root=True)


def _add(root: _Node[T], path: str, size: float, item: T) -> None:
    node = root
    node.size += size
    parts = path.split("/")
    folders = parts[: min(len(parts) - 1, DEEPEST)]
    for depth, name in enumerate(folders, 1):
        node = node.inner.setdefault(f"{name}/", _Node("/".join(parts[:depth])))
        node.size += size
    node.inner[path] = _Node(path, size, item)


def _shortened(node: _Node[T]) -> _Node[T]:
    """The tree without folders that hold nothing but one folder."""
    while node.item is None and len(node.inner) == 1 and node.path:
        only = next(iter(node.inner.values()))
        if only.item is not None:
            break
        node = only
    node.inner = {name: _shortened(inner) for name, inner in node.inner.items()}
    return node


def _tiles(node: _Node[T], box: Box, *, is_root: bool = False) -> Iterator[Tile[T]]:
    if node.item is not None:
        yield Tile(box, node.path, node.item)
        return
    has_head = not is_root and box.width > 34 and box.height > 30
    if not is_root:
        yield Tile(box, node.path, None, has_head)
    nodes = sorted(node.inner.values(), key=lambda each: (-each.size, each.path))
    inside = box if is_root else box.inside(has_head)
    for inner, place in zip(nodes, squarified([each.size for each in nodes], inside), strict=True):
        yield from _tiles(inner, place)


def squarified(sizes: Sequence[float], box: Box) -> list[Box]:
    """Places for sizes, largest first, that fill a box."""
    whole = sum(sizes)
    if whole <= 0 or box.width <= 0 or box.height <= 0:
        return [Box(box.x, box.y, 0.0, 0.0) for _ in sizes]
    scale = box.width * box.height / whole
    areas = [size * scale for size in sizes]
    found: list[Box] = []
    start = 0
    while start < len(areas):
        end = _row(areas, start, min(box.width, box.height))
        row, box = _laid(areas[start:end], box)
        found += row
        start = end
    return found


def _row(areas: Sequence[float], start: int, side: float) -> int:
    """Where the row ends that begins here: as long as adding another makes its worst shape better."""
    end, total = start + 1, areas[start]
    worst = _worst(areas[start], areas[start], total, side)
    while end < len(areas):
        longer = total + areas[end]
        shape = _worst(areas[start], areas[end], longer, side)
        if shape > worst:
            break
        end, total, worst = end + 1, longer, shape
    return end


def _worst(largest: float, smallest: float, total: float, side: float) -> float:
    if smallest <= 0 or side <= 0:
        return float("inf") if smallest <= 0 else 0.0
    return max(side * side * largest / (total * total), total * total / (side * side * smallest))


def _laid(row: Sequence[float], box: Box) -> tuple[list[Box], Box]:
    """The row along the shorter side, and the box that is left."""
    total = sum(row)
    found: list[Box] = []
    if box.width >= box.height:
        width = min(box.width, total / box.height) if box.height else 0.0
        y = box.y
        for area in row:
            height = box.height * area / total if total else 0.0
            found.append(Box(box.x, y, width, height))
            y += height
        return found, Box(box.x + width, box.y, max(0.0, box.width - width), box.height)
    height = min(box.height, total / box.width) if box.width else 0.0
    x = box.x
    for area in row:
        width = box.width * area / total if total else 0.0
        found.append(Box(x, box.y, width, height))
        x += width
    return found, Box(box.x, box.y + height, box.width, max(0.0, box.height - height))
