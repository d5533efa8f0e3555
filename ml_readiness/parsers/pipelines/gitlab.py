"""GitLab CI: jobs with what they extend, include and refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.parsers.pipelines.model import (
    GOES_ON,
    STOPS_IN_PIPES,
    Job,
    Pipeline,
    Step,
    Values,
    environment,
    is_true,
    variants,
    with_values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ml_readiness.parsers.yaml import Node

RESERVED = frozenset(
    ("stages", "variables", "default", "include", "workflow", "image", "services", "cache", "before_script",
     "after_script", "spec", "types")
)  # fmt: skip
MAX_FILES = 30
MAX_DEPTH = 8
MAX_LINES = 10_000


class _Include(Struct, frozen=True):
    path: str = ""
    elsewhere: str = ""
    line: int = 0


def read(root: Node, path: str, find: Callable[[str], Node | None]) -> Pipeline:
    """A `.gitlab-ci.yml` with the files of the tree that it includes."""
    entries: dict[str, Node] = {}
    unknown: list[tuple[str, int]] = []
    waiting = [root]
    seen = {path}
    while waiting and len(seen) < MAX_FILES:
        current = waiting.pop()
        for include in _includes(current.get("include")):
            found = find(include.path) if include.path and include.path not in seen else None
            seen.add(include.path)
            if found is not None:
                waiting.append(found)
            elif include.elsewhere:
                unknown.append((include.elsewhere, include.line))
        entries = {**(current.pairs or {}), **entries}
    return _Reader(entries).pipeline(path, tuple(unknown))


def _includes(node: Node | None) -> Iterator[_Include]:
    if node is None:
        return
    for item in node.items if node.items is not None else (node,):
        written = item.text or item.string("local")
        if written and "://" not in written:
            yield _Include(path=written.lstrip("/"), line=item.line)
        for files in (
            item.list("local")
            if item.get(
                "local",
            )
            is not None
            and not item.string("local")
            else ()
        ):
            yield _Include(path=(files.text or "").lstrip("/"), line=files.line)
        for key in ("remote", "project", "template", "component"):
            if item.string(key):
                yield _Include(elsewhere=f"{key} {item.string(key)}", line=item.line)


class _Reader:
    def __init__(self, entries: Mapping[str, Node]) -> None:
        self.entries = entries
        self.left = MAX_LINES
        self.values = environment(_mapping(entries), "variables")

    def pipeline(self, path: str, unknown: tuple[tuple[str, int], ...]) -> Pipeline:
        names = [n for n, node in self.entries.items() if n not in RESERVED and n[:1] != "." and node.pairs is not None]
        jobs = tuple(self._job(name) for name in names)
        triggers = ("push", "pull_request") if jobs else ()
        return Pipeline("gitlab", path, jobs, triggers, (), unknown)

    def _settings(self, name: str) -> dict[str, Node]:
        """The keys of a job, those of the jobs it extends below its own."""
        found: dict[str, Node] = {}
        waiting, seen = [name], set[str]()
        while waiting and len(seen) < MAX_FILES:
            current = waiting.pop(0)
            node = self.entries.get(current)
            if node is None or current in seen:
                continue
            seen.add(current)
            found = {**(node.pairs or {}), **found}
            waiting.extend(reversed(node.strings("extends")))
        return found

    def _job(self, name: str) -> Job:
        settings = self._settings(name)
        line = self.entries[name].line
        runs = with_values(self._runs(settings), {**self.values, **environment(_mapping(settings), "variables")})
        general = self.entries.get("default")
        before = settings.get("before_script") or (general.get("before_script") if general else None)
        before = before or self.entries.get("before_script")
        image = settings.get("image") or (general.get("image") if general else None) or self.entries.get("image")
        named = image.get("name") if image is not None and image.pairs is not None else image
        steps = [*self._script(before, runs), *self._script(settings.get("script"), runs)]
        steps.extend(self._script(settings.get("after_script"), runs, lost="`after_script` cannot fail the job"))
        trigger = settings.get("trigger")
        child = trigger.string("include") if trigger is not None else ""
        return Job(
            name=name,
            line=line,
            steps=tuple(steps),
            uses=child.lstrip("/"),
            lost="`allow_failure`" if is_true(settings.get("allow_failure")) else "",
            disabled=_disabled(settings),
            variants=runs,
            image=named.text or "" if named is not None else "",
            image_line=named.line if named is not None else 0,
        )

    def _runs(self, settings: Mapping[str, Node]) -> tuple[Values, ...]:
        parallel = settings.get("parallel")
        found: list[Values] = []
        for entry in parallel.list("matrix") if parallel is not None else ():
            choices = {f"env.{name}": each.strings() for name, each in (entry.pairs or {}).items()}
            found.extend(variants({name: values for name, values in choices.items() if values}))
        return tuple(found) or ({},)

    def _script(self, node: Node | None, runs: tuple[Values, ...], lost: str = "") -> Iterator[Step]:
        """One step of all the lines of a script, which share a shell."""
        lines = list(self._lines(node, MAX_DEPTH))
        if not lines:
            return
        first = lines[0].inner or lines[0].line
        parts: list[str] = []
        current = first
        for line in lines:
            start = line.inner or line.line
            parts.append("\n" * max(start - current, 1 if parts else 0))
            parts.append((line.text or "").rstrip("\n"))
            current = max(start, current) + (line.text or "").rstrip("\n").count("\n")
        options = GOES_ON if lost else STOPS_IN_PIPES
        yield Step(line=first, text="".join(parts), text_line=first, options=options, lost=lost, variants=runs)

    def _lines(self, node: Node | None, depth: int) -> Iterator[Node]:
        """The scalars of a script, references to other scripts followed."""
        self.left -= 1
        if node is None or depth == 0 or self.left < 0:
            return
        if node.tag == "!reference":
            names = node.strings()
            settings = self._settings(names[0]) if names else {}
            target = settings.get(names[1]) if len(names) > 1 else None
            yield from self._lines(target, depth - 1)
        elif node.text is not None:
            yield node
        for item in node.items or () if node.tag != "!reference" else ():
            yield from self._lines(item, depth - 1)


def _mapping(entries: Mapping[str, Node]) -> Node:
    from ml_readiness.parsers.yaml import Node  # noqa: PLC0415

    return Node(0, pairs=dict(entries))


def _disabled(settings: Mapping[str, Node]) -> str:
    rules = settings.get("rules")
    whens = [rule.string("when") for rule in rules.list()] if rules is not None else []
    when = settings.get("when")
    if (whens and all(text == "never" for text in whens)) or (when is not None and when.text == "never"):
        return "`when: never`"
    only = settings.get("only")
    return "`only: []`" if only is not None and only.items == () else ""
