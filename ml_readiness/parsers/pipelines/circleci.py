"""CircleCI: jobs, commands with parameters, and the workflows that start them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.parsers.pipelines.model import (
    STOPS_IN_PIPES,
    Job,
    Pipeline,
    Step,
    Values,
    environment,
    fill,
    variants,
    with_values,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.parsers.yaml import Node

PARAMETER = re.compile(r"<<\s*([\w.-]+)\s*>>")
BUILT_IN = frozenset(
    ("checkout", "run", "save_cache", "restore_cache", "store_artifacts", "store_test_results", "setup_remote_docker",
     "persist_to_workspace", "attach_workspace", "add_ssh_keys", "when", "unless", "deploy", "setup_docker")
)  # fmt: skip
MAX_DEPTH = 5
MAX_STEPS = 5_000


def read(root: Node, path: str) -> Pipeline:
    """A `.circleci/config.yml`."""
    return _Reader(root).pipeline(path)


class _Reader:
    def __init__(self, root: Node) -> None:
        self.root = root
        self.commands = dict(root.entries("commands"))
        self.jobs = dict(root.entries("jobs"))
        self.orbs = dict(root.entries("orbs"))
        self.left = MAX_STEPS
        self.unknown: list[tuple[str, int]] = []

    def pipeline(self, path: str) -> Pipeline:
        invoked = list(self._invocations())
        jobs = [self._job(name, self.jobs[name], runs, extra) for name, runs, extra in invoked if name in self.jobs]
        if not invoked:
            jobs = [self._job(name, node, ({},), ()) for name, node in self.jobs.items()]
        crons = tuple(
            (trigger.string("schedule", "cron"), trigger.line)
            for _, flow in self.root.entries("workflows")
            for trigger in flow.list("triggers")
            if trigger.string("schedule", "cron")
        )
        only_schedule = bool(crons) and all(
            flow.get("triggers") is not None or flow.pairs is None for _, flow in self.root.entries("workflows")
        )
        triggers = ("schedule",) if only_schedule else ("push", "pull_request", *(("schedule",) if crons else ()))
        return Pipeline("circleci", path, tuple(jobs), triggers, crons, tuple(self.unknown))

    def _invocations(self) -> Iterator[tuple[str, tuple[Values, ...], tuple[Node, ...]]]:
        """Which jobs are started, with which parameters and steps around them."""
        for _, flow in self.root.entries("workflows"):
            for each in flow.list("jobs"):
                pairs = {each.text: None} if each.text is not None else (each.pairs or {})
                for name, options in pairs.items():
                    if "/" in name and name.partition("/")[0] in self.orbs:
                        self.unknown.append((f"orb {name}", each.line))
                    given = _scalars(options)
                    choices = {
                        f"parameters.{key}": node.strings()
                        for key, node in (options.entries("matrix", "parameters") if options is not None else ())
                    }
                    runs = with_values(variants({k: v for k, v in choices.items() if v}), given)
                    around = options.list("pre-steps") + options.list("post-steps") if options is not None else ()
                    yield name, runs, around

    def _job(self, name: str, node: Node, runs: tuple[Values, ...], extra: tuple[Node, ...]) -> Job:
        defaults = _defaults(node)
        runs = tuple({**defaults, **run} for run in runs)
        runs = with_values(runs, environment(node, "environment"))
        images = node.list("docker")
        image = images[0].get("image") if images else None
        steps = (*extra, *node.list("steps"))
        return Job(
            name=name,
            line=node.line,
            steps=tuple(
                s
                for each in steps
                for s in self._steps(each, runs, MAX_DEPTH, _marked(node.string("working_directory")))
            ),
            variants=runs,
            image=image.text or "" if image is not None else "",
            image_line=image.line if image is not None else 0,
        )

    def _steps(self, node: Node, runs: tuple[Values, ...], depth: int, folder: str) -> Iterator[Step]:
        self.left -= 1
        if depth == 0 or self.left < 0 or (node.pairs is None and node.text is None):
            return
        name, options = (node.text or "", None) if node.pairs is None else next(iter(node.pairs.items()), ("", None))
        if name in {"run", "deploy"}:
            yield _run(options, runs, folder)
        elif name in {"when", "unless"} and options is not None:
            for inner in options.list("steps"):
                yield from self._steps(inner, runs, depth - 1, folder)
        elif name in self.commands:
            yield from self._command(self.commands[name], options, runs, depth, folder)
        elif "/" in name and name not in BUILT_IN:
            self.unknown.append((f"orb {name}", node.line))
            inputs = {key: _marked(text) for key, text in _scalars(options, prefix="").items()}
            yield Step(line=node.line, uses=name, inputs=inputs, variants=runs)

    def _command(
        self, command: Node, options: Node | None, runs: tuple[Values, ...], depth: int, folder: str
    ) -> Iterator[Step]:
        given = {key: _marked(text) for key, text in _scalars(options).items()}
        inside = tuple({**run, **_defaults(command), **{k: fill(v, run) for k, v in given.items()}} for run in runs)
        for inner in command.list("steps"):
            yield from self._steps(inner, inside, depth - 1, folder)
        for key, passed in options.entries() if options is not None else ():
            for inner in passed.list() if command.string("parameters", key, "type") == "steps" else ():
                yield from self._steps(inner, runs, depth - 1, folder)


def _run(options: Node | None, runs: tuple[Values, ...], folder: str) -> Step:
    if options is None:
        return Step(line=1)
    text = options if options.text is not None else options.get("command")
    when = options.string("when")
    return Step(
        line=options.line,
        text=_marked(text.text or "") if text is not None else "",
        text_line=text.inner if text is not None else 0,
        options=STOPS_IN_PIPES,
        name=options.string("name"),
        folder=_marked(options.string("working_directory")) or folder,
        lost="`when: on_fail`" if when == "on_fail" else "",
        variants=with_values(runs, {k: _marked(v) for k, v in environment(options, "environment").items()}),
    )


def _marked(text: str) -> str:
    """The text with parameters in the form that all systems share."""
    return PARAMETER.sub(lambda match: "${{ " + match[1] + " }}", text) if "<<" in text else text


def _scalars(node: Node | None, prefix: str = "parameters.") -> dict[str, str]:
    pairs: Mapping[str, Node] = (node.pairs or {}) if node is not None else {}
    return {f"{prefix}{name}": each.text for name, each in pairs.items() if each.text is not None}


def _defaults(node: Node) -> dict[str, str]:
    found = {name: each.string("default") for name, each in node.entries("parameters") if each.get("default")}
    return {f"parameters.{name}": text for name, text in found.items()}
