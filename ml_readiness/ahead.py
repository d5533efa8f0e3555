"""Files that an executor works on before anybody asks for the answers, in stripes, so that all cores are busy."""

from __future__ import annotations

from collections import deque
from concurrent.futures import BrokenExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

from ml_readiness.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from concurrent.futures import Executor, Future

K = TypeVar("K", bound="Hashable")

FILES = 32
BYTES = 200_000
"""The largest stripe."""
WINDOW = 16_000_000
"""Bytes of files of one kind that are on their way at the same time."""


class Lost(Exception):
    """A file ended the process that parsed it."""


class _Queue(Struct, Generic[K], eq=False):
    kinds: tuple[K, ...]
    read: Callable[[str], tuple[str, bytes] | None]
    waiting: deque[str]
    flying: int = 0


class _Stripe(Struct, Generic[K], frozen=True, eq=False):
    queue: _Queue[K]
    contents: dict[str, bytes]
    answer: Future[list[list[bytes]]]

    @property
    def size(self) -> int:
        return sum(map(len, self.contents.values()))


class Ahead(Generic[K]):
    """Work on files by kind and content id, ahead of whoever asks.

    Where an executor breaks, each file of the stripe is tried in a process of its own, and only the one that breaks
    that, too, is lost.
    """

    def __init__(self, executor: Executor, work: Callable[[Sequence[K], Sequence[bytes]], list[list[bytes]]]) -> None:
        self.lost: set[str] = set()
        """The content ids of files that cannot be parsed without ending the process."""
        self._executor = executor
        self._work = work
        self._alone = Workers(1)
        self._flying: dict[tuple[K, str], _Stripe[K]] = {}
        self._landed: dict[tuple[K, str], bytes] = {}

    def is_worth_while(self, sizes: Sequence[int]) -> bool:
        """Whether others should parse files of these sizes: always if that was asked for, else where there is enough
        beside the largest, which cannot be shared."""
        least = self._executor.least if isinstance(self._executor, Workers) else 0
        return sum(sizes) - (max(sizes, default=0) if least else 0) > least

    def plan(self, kinds: tuple[K, ...], paths: Iterable[str], read: Callable[[str], tuple[str, bytes] | None]) -> None:
        """Starts on files; `read` tells a path's content id and content, or nothing where there is nothing to do."""
        self._pump(_Queue(kinds, read, deque(paths)))

    def take(self, kind: K, blob: str) -> bytes | None:
        """The answer about a content, waited for if it is on its way; None if it is not; raises `Lost`."""
        stripe = self._flying.get((kind, blob))
        if stripe is not None:
            self._land(stripe)
            self._pump(stripe.queue)
        if blob in self.lost:
            raise Lost
        return self._landed.pop((kind, blob), None)

    def close(self) -> None:
        """Ends what was started here; the executor belongs to its owner."""
        self._alone.shutdown()

    def _pump(self, queue: _Queue[K]) -> None:
        while queue.waiting and queue.flying < WINDOW:
            contents = self._next(queue)
            if contents:
                stripe = _Stripe(queue, contents, self._submit(queue.kinds, list(contents.values())))
                self._flying.update(((kind, blob), stripe) for blob in contents for kind in queue.kinds)
                queue.flying += stripe.size

    def _next(self, queue: _Queue[K]) -> dict[str, bytes]:
        contents: dict[str, bytes] = {}
        size = 0
        while queue.waiting and len(contents) < FILES and size < BYTES:
            found = queue.read(queue.waiting.popleft())
            if found is not None and any((kind, found[0]) not in self._flying for kind in queue.kinds):
                contents[found[0]] = found[1]
                size += len(found[1])
        return contents

    def _submit(self, kinds: Sequence[K], contents: Sequence[bytes]) -> Future[list[list[bytes]]]:
        try:
            return self._executor.submit(self._work, kinds, contents)
        except BrokenExecutor:
            self._executor = self._alone
            return self._executor.submit(self._work, kinds, contents)

    def _land(self, stripe: _Stripe[K]) -> None:
        kinds = stripe.queue.kinds
        stripe.queue.flying -= stripe.size
        for blob in stripe.contents:
            for kind in kinds:
                self._flying.pop((kind, blob), None)
        try:
            answers = dict(zip(stripe.contents, stripe.answer.result(), strict=True))
        except BrokenExecutor:
            answers = self._one_by_one(kinds, stripe.contents)
        for blob, documents in answers.items():
            self._landed.update(((kind, blob), data) for kind, data in zip(kinds, documents, strict=True))

    def _one_by_one(self, kinds: Sequence[K], contents: Mapping[str, bytes]) -> dict[str, list[bytes]]:
        answers: dict[str, list[bytes]] = {}
        for blob, data in contents.items():
            try:
                answers[blob] = self._alone.submit(self._work, kinds, [data]).result()[0]
            except BrokenExecutor:
                self.lost.add(blob)
        return answers
