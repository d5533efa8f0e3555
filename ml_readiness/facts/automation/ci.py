"""What continuous integration runs: every command of every pipeline, followed through the tree."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING, Self

from msgspec import Struct, field, structs

from ml_readiness import regex as re
from ml_readiness.facts.automation.commands import Commands
from ml_readiness.facts.automation.following import Hop, Place, Run
from ml_readiness.facts.automation.pipelines import NAMES, Pipelines
from ml_readiness.facts.knowledge.lexicon import action_roles
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers.pipelines import github
from ml_readiness.parsers.pipelines.model import EXPRESSION, Job, Pipeline, Step, Values, fill, within
from ml_readiness.parsers.shell import Options
from ml_readiness.report import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_DEPTH = 4
MAX_RUNS = 20_000
RUNNING = re.compile(
    r"(?:^|[-_ ])(?:run|cmd|commands?|scripts?|exec|tests?|args|entrypoint)(?:$|[-_ ])"
    r"|(?:run|Cmd)(?:Cmd|Command|Script)?$"
)
"""Inputs of actions that are commands."""
HINTS = re.compile(
    r"(?:^|[\W_])(?:tests?|ci|tox|nox|pytest|unit|python[-_]package|checks?\.ya?ml)(?:$|[\W_])", re.IGNORECASE
)
"""Names of things outside of the tree that may run tests."""
COMMENTED = re.compile(
    r"^\s*#+\s*(?:-\s*)?(?:(?:run|script|command|args|test_script)\s*:\s*)?(?:-\s+)?[\"']?([\w./${}-]+(?: .*)?)$"
)
BACKSLASH = re.compile(r"(?<=[\w.%}])\\(?=[\w.])")
WINDOWS = frozenset(("appveyor", "azure"))
"""Systems on which a path may be written with backslashes."""
TESTS = re.compile(r"(?:^|[\W_])(?:(?:unit|integration|run)?tests?|pytest|tox|nox)(?:$|[\W_])", re.IGNORECASE)
"""Names of missing scripts that may run tests."""


class PipelineRun(Struct, frozen=True):
    """A command that a pipeline runs."""

    run: Run
    pipeline: Pipeline
    job: str
    line: int
    """Of the step that leads to it, in the pipeline's file."""
    disabled: str = ""
    """Why it is never run; empty if it is."""

    @property
    def roles(self) -> frozenset[str]:
        """What the command is for."""
        return self.run.roles

    @property
    def lost(self) -> str:
        """Why its failure does not fail the pipeline; empty if it does."""
        return self.run.lost

    @property
    def location(self) -> Location:
        """Where the pipeline runs it, or what leads to it."""
        return Location(path=self.pipeline.path, line=self.line or None)

    @property
    def system(self) -> str:
        """What the system calls itself."""
        return NAMES.get(self.pipeline.system, self.pipeline.system)


class ContinuousIntegration(Struct, frozen=True, dict=True):
    """Every pipeline, and what it runs in the end."""

    pipelines: Pipelines
    commands: Commands
    files: Files
    _runs: dict[str, tuple[PipelineRun, ...]] = field(default_factory=dict[str, tuple[PipelineRun, ...]])
    _unknown: dict[str, list[tuple[str, int]]] = field(default_factory=dict[str, list[tuple[str, int]]])

    @classmethod
    def gather(cls, pipelines: Pipelines, commands: Commands, files: Files) -> Self:
        """Nothing is followed before it is asked for."""
        return cls(pipelines, commands, files)

    @property
    def exists(self) -> bool:
        """Whether the tree configures continuous integration at all."""
        return bool(self.pipelines.paths)

    @cached_property
    def runs(self) -> tuple[PipelineRun, ...]:
        """Every command of every pipeline."""
        return tuple(run for pipeline in self.pipelines.all for run in self.of(pipeline))

    def with_role(self, role: str) -> tuple[PipelineRun, ...]:
        """The commands that are for something: `test`, `lint`, `types`, `security`, `deploy`, `image`, `push`..."""
        return tuple(run for run in self.runs if role in run.roles)

    @cached_property
    def unknown(self) -> tuple[tuple[str, Location], ...]:
        """What pipelines take from elsewhere or name in vain, and might run tests, with its places."""
        return tuple(
            (what, Location(path=pipeline.path, line=line or None))
            for pipeline in self.pipelines.all
            for what, line in self.unknown_of(pipeline)
        )

    @cached_property
    def commented(self) -> tuple[Location, ...]:
        """Where a comment of a pipeline holds a command that would run tests."""
        return tuple(
            Location(path=path, line=number)
            for path in self.pipelines.paths
            for number, line in enumerate(self.files.text(path).split("\n"), 1)
            if (match := COMMENTED.match(line)) and self._runs_tests(match[1], path, number)
        )

    def _runs_tests(self, text: str, path: str, line: int) -> bool:
        runs = self.commands.text(text, line, Place(path), Options())
        return any("test" in run.roles for run in runs)

    def of(self, pipeline: Pipeline) -> tuple[PipelineRun, ...]:
        """The commands of one pipeline."""
        if pipeline.path not in self._runs:
            self._unknown[pipeline.path] = [(what, line) for what, line in pipeline.unknown if HINTS.search(what)]
            reading = _Reading(self, pipeline, self._unknown[pipeline.path])
            found = tuple(reading.read())
            missing = ((r.run.missing, r.line) for r in found if r.run.missing and not r.disabled)
            self._unknown[pipeline.path].extend((what, line) for what, line in missing if TESTS.search(what))
            self._runs[pipeline.path] = found
        return self._runs[pipeline.path]

    def unknown_of(self, pipeline: Pipeline) -> tuple[tuple[str, int], ...]:
        """What one pipeline takes from elsewhere, as far as its name lets tests be thought of, with lines."""
        self.of(pipeline)
        return tuple(self._unknown[pipeline.path])


class _Reading(Struct):
    """Follows the jobs of one pipeline."""

    ci: ContinuousIntegration
    pipeline: Pipeline
    unknown: list[tuple[str, int]]
    left: int = MAX_RUNS
    images: dict[str, str] = field(default_factory=dict[str, str])
    written: dict[str, tuple[str, int, str]] = field(default_factory=dict[str, tuple[str, int, str]])

    def read(self) -> Iterator[PipelineRun]:
        """The commands of all jobs."""
        for job in self.pipeline.jobs:
            for found in self._job(job, self.pipeline.path, job.lost, job.disabled, MAX_DEPTH, ({},)):
                self.left -= 1
                if self.left < 0:
                    return
                yield found

    def _job(
        self, job: Job, path: str, lost: str, disabled: str, depth: int, outer: tuple[Values, ...], line: int = 0
    ) -> Iterator[PipelineRun]:
        if job.uses:
            yield from self._reused(job, path, lost, disabled, depth, outer, line or job.line)
        steps = within(job.steps, outer) if outer != ({},) else job.steps
        for step in steps:
            reason = disabled or step.disabled
            for run in self._step(
                step, path, Place(path, lost=lost or step.lost, images=self.images, written=self.written), depth
            ):
                yield PipelineRun(run, self.pipeline, job.name, line or step.line, reason)

    def _reused(
        self, job: Job, path: str, lost: str, disabled: str, depth: int, outer: tuple[Values, ...], line: int
    ) -> Iterator[PipelineRun]:
        """The jobs of another workflow that a job runs in its place."""
        target = self._local(job.uses)
        called = self.ci.pipelines.read(target, self.pipeline.system) if target and depth else None
        if called is None:
            name = job.uses.partition("@")[0].rpartition("/workflows/")[2]
            hinted = HINTS.search(name) or any(TESTS.search(text) for text in job.inputs.values())
            if hinted and not disabled:
                self.unknown.append((job.uses, line))
            return
        given = {f"inputs.{name}": text for name, text in job.inputs.items()}
        runs = tuple(
            {name: fill(text, {**run, **o}) for name, text in given.items()} for run in job.variants for o in outer
        )
        for inner in called.jobs:
            reason = disabled or inner.disabled
            yield from self._job(inner, target, lost or inner.lost, reason, depth - 1, runs or ({},), line)

    def _local(self, uses: str) -> str:
        """The path of something in the tree that `uses` names; a name with this repository's path counts."""
        name = uses.partition("@")[0]
        if name.startswith("./"):
            return name[2:].rstrip("/")
        candidate = "/".join(name.split("/")[2:])
        if name in self.ci.files.entries:
            return name
        return candidate if candidate and candidate in self.ci.files.entries else ""

    def _step(self, step: Step, path: str, place: Place, depth: int) -> Iterator[Run]:
        if step.uses and not step.text:
            yield from self._action(step, path, place, depth)
        if step.dialect == "words":
            yield from self._words(step, place)
        elif step.text:
            for text, values in step.filled():
                inside = structs.replace(
                    place,
                    folder=self.ci.commands.places.folder(fill(step.folder, values)),
                    variables={n.removeprefix("env."): v for n, v in values.items() if n.startswith("env.")},
                )
                if step.dialect == "python":
                    if self.ci.commands.scripts.is_test_code(text):
                        yield Run(("python",), frozenset({"test"}), path, step.text_line, place.lost, place.trail)
                else:
                    text = BACKSLASH.sub("/", text) if step.dialect != "sh" or self.pipeline.system in WINDOWS else text
                    yield from self.ci.commands.text(text, step.text_line or step.line, inside, step.options)

    def _words(self, step: Step, place: Place) -> Iterator[Run]:
        for values in step.variants:
            words = tuple(fill(word, values) for word in step.words)
            known = {n.removeprefix("env."): v for n, v in values.items() if n.startswith("env.")}
            folder = self.ci.commands.places.folder(step.folder)
            line = step.line
            if "\n" in words[-1]:
                line = step.text_line - words[-1].count("\n", 0, len(words[-1]) - len(words[-1].lstrip()))
            yield from self.ci.commands.words(words, line, structs.replace(place, folder=folder, variables=known))

    def _action(self, step: Step, path: str, place: Place, depth: int) -> Iterator[Run]:
        """An action: of the tree, or of somebody else by what is known of it and what it is given to run."""
        folder = self._folder(step.uses)
        file = self.ci.pipelines.action(folder) if folder is not None else ""
        hop = Hop(step.uses, path, step.line)
        if file and depth and hop not in place.trail:
            yield from self._composite(step, file, structs.replace(place, trail=(*place.trail, hop)), depth)
            return
        roles = set(action_roles(step.uses))
        yield Run((step.uses,), self._sharpened(roles, step), path, step.line, place.lost, place.trail)
        inside = structs.replace(place, trail=(*place.trail, hop), folder=self._working(step))
        if "hooks" in roles:
            yield from self.ci.commands.words(("pre-commit", "run", "--all-files"), step.line, inside)
        if "image" in roles:
            yield from self._image(step, inside)
        for values in step.variants:
            for name, text in step.inputs.items():
                if RUNNING.search(name) and len(text) < 20_000:
                    yield from self.ci.commands.text(fill(text, values), step.line, inside, Options(errexit=True))

    @staticmethod
    def _sharpened(roles: set[str], step: Step) -> frozenset[str]:
        """The roles of an action, less those that its inputs switch off."""
        if step.uses.startswith("docker/build-push-action") and step.inputs.get("push", "false") != "false":
            roles = roles | {"push"}
        return frozenset(roles)

    def _working(self, step: Step) -> str:
        written = (
            step.inputs.get("working-directory") or step.inputs.get("working_directory") or step.inputs.get("cwd") or ""
        )
        return self.ci.commands.places.folder(written or step.folder)

    def _image(self, step: Step, inside: Place) -> Iterator[Run]:
        context = self.ci.commands.places.folder(step.inputs.get("context", "."))
        path = self.ci.commands.places.file(step.inputs.get("file", "")) or posixpath.join(context, "Dockerfile")
        tags = tuple(step.inputs.get("tags", "").replace(",", " ").split())
        build = self.ci.commands.builds.image(path, target=step.inputs.get("target", ""), tags=tags)
        if build is not None:
            self.images.update(dict.fromkeys(build.tags, build.path))
            yield from self.ci.commands.listed(
                build.commands, structs.replace(inside, path=build.path, folder=build.folder)
            )

    def _folder(self, uses: str) -> str | None:
        """The folder of an action in the tree."""
        if uses.startswith("./"):
            return uses[2:].rstrip("/")
        inside = "/".join(uses.partition("@")[0].split("/")[2:])
        return inside if inside and inside in self.ci.files.folders and inside.startswith(".github/") else None

    def _composite(self, step: Step, file: str, place: Place, depth: int) -> Iterator[Run]:
        root = self.ci.pipelines.node(file)
        if root is None:
            return
        given: Mapping[str, str] = {f"inputs.{name}": text for name, text in step.inputs.items()}
        runs = tuple({**run, **{name: fill(text, run) for name, text in given.items()}} for run in step.variants)
        runs = tuple({f"{n}": v for n, v in run.items() if not EXPRESSION.fullmatch(v)} for run in runs)
        for inner in within(github.action(root), ({},)):
            merged = structs.replace(
                inner, variants=tuple({**own, **run, **_filled(own, run)} for own in inner.variants for run in runs)
            )
            if not inner.disabled:
                yield from self._step(
                    merged, file, structs.replace(place, path=file, lost=place.lost or inner.lost), depth - 1
                )


def _filled(own: Values, run: Values) -> dict[str, str]:
    """The environment of a composite step with the inputs of its call put in."""
    return {name: fill(text, run) for name, text in own.items() if name.startswith("env.")}
