"""Systems whose files are little more than lists of commands: Cloud Build, Bitbucket, Buildkite, Drone and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ml_readiness.parsers.pipelines.model import (
    GOES_ON,
    STOPS,
    Job,
    Pipeline,
    Step,
    Values,
    environment,
    is_true,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ml_readiness.parsers.shell import Options
    from ml_readiness.parsers.yaml import Node

BOTH = ("push", "pull_request")
MAX_DEPTH = 6


def _lines(node: Node | None, options: Options = STOPS, runs: tuple[Values, ...] = ({},)) -> Iterator[Step]:
    """A step for each text of a script; `cmd:`, `ps:` and `sh:` name another shell."""
    for each in node.list() if node is not None else ():
        text, dialect = each, "sh"
        for key in ("ps", "pwsh", "cmd", "sh", "run", "command"):
            if each.get(key) is not None:
                text, dialect = each.get(key) or each, "powershell" if key in {"ps", "pwsh"} else "sh"
        if text.text:
            yield Step(each.line, text.text, text.inner, options=options, dialect=dialect, variants=runs)
        for pipe in (each.string(key) for key in ("pipe", "uses") if each.string(key)):
            yield Step(each.line, uses=pipe, inputs={n: v.text for n, v in each.entries("variables") if v.text})


def cloud_build(root: Node, path: str) -> Pipeline:
    """A `cloudbuild.yaml`: each step is a container, started without a shell."""
    jobs: list[Job] = []
    for number, each in enumerate(root.list("steps"), 1):
        image = each.string("name")
        folder = each.string("dir")
        lost = "`allowFailure`" if is_true(each.get("allowFailure")) or each.list("allowExitCodes") else ""
        runs = ({f"env.{n}": v for n, _, v in (text.partition("=") for text in each.strings("env"))},)
        script = each.get("script")
        if script is not None:
            step = Step(
                each.line, script.text or "", script.inner, options=GOES_ON, folder=folder, lost=lost, variants=runs
            )
        else:
            program = each.string("entrypoint") or image.rpartition("/")[2].partition(":")[0].partition("@")[0]
            args = [node for node in each.list("args") if node.text is not None]
            words = (program, *(node.text or "" for node in args))
            line = next((node.inner for node in args if "\n" in (node.text or "")), each.line)
            step = Step(
                each.line, dialect="words", words=words, text_line=line, folder=folder, lost=lost, variants=runs
            )
        named = each.get("name")
        jobs.append(
            Job(
                each.string("id") or f"step {number}",
                each.line,
                (step,),
                image=image,
                image_line=named.line if named else 0,
            )
        )
    return Pipeline("cloudbuild", path, tuple(jobs), ("push",))


def bitbucket(root: Node, path: str) -> Pipeline:
    """A `bitbucket-pipelines.yml`."""
    jobs: list[Job] = []
    triggers: set[str] = set()
    for kind, node in root.entries("pipelines"):
        triggers |= {"default": {"push"}, "branches": {"push"}, "pull-requests": {"pull_request"}}.get(kind, {"manual"})
        groups = [("", node)] if node.items is not None else list((node.pairs or {}).items())
        for branch, group in groups:
            name = f"{kind} {branch}".strip()
            jobs.extend(_bitbucket_job(name, each) for each in _bitbucket_steps(group, MAX_DEPTH))
    return Pipeline("bitbucket", path, tuple(jobs), tuple(sorted(triggers)))


def _bitbucket_steps(node: Node | None, depth: int) -> Iterator[Node]:
    for each in node.list() if node is not None and depth else ():
        step = each.get("step")
        if step is not None:
            yield step
        for key in ("parallel", "stage"):
            inner = each.get(key)
            if inner is not None:
                yield from _bitbucket_steps(inner.get("steps") or inner, depth - 1)


def _bitbucket_job(name: str, node: Node) -> Job:
    steps = tuple(_lines(node.get("script")))
    after = (structs.replace(s, lost="`after-script` cannot fail the step") for s in _lines(node.get("after-script")))
    image = node.get("image")
    return Job(
        node.string("name") or name, node.line, (*steps, *after), image=image.text or "" if image is not None else ""
    )


def buildkite(root: Node, path: str) -> Pipeline:
    """A pipeline of `.buildkite`."""
    jobs = [
        _buildkite_job(each)
        for each in _buildkite_steps(root if root.items is not None else root.get("steps"), MAX_DEPTH)
    ]
    return Pipeline("buildkite", path, tuple(jobs), BOTH)


def _buildkite_steps(node: Node | None, depth: int) -> Iterator[Node]:
    for each in node.list() if node is not None and depth else ():
        if each.get("steps") is not None:
            yield from _buildkite_steps(each.get("steps"), depth - 1)
        elif each.pairs is not None:
            yield each


def _buildkite_job(node: Node) -> Job:
    runs = (environment(node, "env"),)
    steps = [step for key in ("command", "commands", "script") for step in _lines(node.get(key), STOPS, runs)]
    soft = node.get("soft_fail")
    lost = "`soft_fail`" if is_true(soft) else ""
    skip = "`skip`" if is_true(node.get("skip")) or len(node.string("skip")) > 5 else ""
    return Job(node.string("label") or node.string("name"), node.line, tuple(steps), lost=lost, disabled=skip)


def drone(roots: Iterable[Node], path: str, system: str) -> Pipeline:
    """A `.drone.yml` or a Woodpecker file, each of its documents a pipeline."""
    jobs: list[Job] = []
    events: list[str] = []
    for root in roots:
        steps = root.get("steps") or root.get("pipeline")
        named = [(n.string("name"), n) for n in steps.list()] if steps is not None and steps.items is not None else []
        named = named or list((steps.pairs or {}).items() if steps is not None else ())
        for name, node in named:
            ignored = node.string("failure") == "ignore"
            script = tuple(_lines(node.get("commands"), STOPS, (environment(node, "environment"),)))
            image = node.get("image")
            jobs.append(
                Job(
                    name,
                    node.line,
                    script,
                    lost="`failure: ignore`" if ignored else "",
                    image=image.text or "" if image else "",
                )
            )
        events.extend(root.strings("trigger", "event"))
    return Pipeline(system, path, tuple(jobs), tuple(dict.fromkeys(events)) or BOTH)


def appveyor(root: Node, path: str) -> Pipeline:
    """An `appveyor.yml`."""
    rows = [environment(row) for row in root.list("environment", "matrix")]
    shared = environment(root, "environment")
    runs: tuple[Values, ...] = tuple({**shared, **row} for row in rows) or (shared,)
    phases = (
        "init",
        "install",
        "before_build",
        "build_script",
        "before_test",
        "test_script",
        "after_test",
        "deploy_script",
    )
    steps = [step for phase in phases for step in _lines(root.get(phase), STOPS, runs)]
    return Pipeline("appveyor", path, (Job("build", root.line, tuple(steps), variants=runs),), BOTH)


def code_build(root: Node, path: str) -> Pipeline:
    """A `buildspec.yml`."""
    steps: list[Step] = []
    for phase, node in root.entries("phases"):
        lost = f"`on-failure: CONTINUE` in {phase}" if node.string("on-failure").upper() == "CONTINUE" else ""
        steps.extend(
            structs.replace(step, lost=lost)
            for step in _lines(node.get("commands"), STOPS, (environment(root, "env", "variables"),))
        )
    return Pipeline("codebuild", path, (Job("build", root.line, tuple(steps)),), ("push",))


def semaphore(root: Node, path: str) -> Pipeline:
    """A `.semaphore/semaphore.yml`."""
    jobs: list[Job] = []
    for block in root.list("blocks"):
        before = tuple(_lines(block.get("task", "prologue", "commands")))
        inside = block.list("task", "jobs")
        jobs.extend(Job(job.string("name"), job.line, (*before, *_lines(job.get("commands")))) for job in inside)
    return Pipeline("semaphore", path, tuple(jobs), BOTH)


def cirrus(root: Node, path: str) -> Pipeline:
    """A `.cirrus.yml`: tasks whose `*_script` keys hold commands."""
    jobs: list[Job] = []
    tasks = [(name, node) for name, node in root.entries() if name.endswith("task")]
    for name, node in tasks:
        steps = [s for key, each in node.entries() if key.endswith("script") for s in _lines(each)]
        lost = "`allow_failures`" if is_true(node.get("allow_failures")) else ""
        jobs.append(Job(node.string("name") or name, node.line, tuple(steps), lost=lost))
    return Pipeline("cirrus", path, tuple(jobs), BOTH)


def codefresh(root: Node, path: str) -> Pipeline:
    """A `codefresh.yml`."""
    jobs = [
        Job(
            name,
            node.line,
            tuple(_lines(node.get("commands"))),
            lost="`fail_fast: false`" if node.string("fail_fast") == "false" else "",
        )
        for name, node in root.entries("steps")
    ]
    return Pipeline("codefresh", path, tuple(jobs), BOTH)


READERS: dict[str, Callable[[Node, str], Pipeline]] = {
    "cloudbuild": cloud_build,
    "bitbucket": bitbucket,
    "buildkite": buildkite,
    "appveyor": appveyor,
    "codebuild": code_build,
    "semaphore": semaphore,
    "cirrus": cirrus,
    "codefresh": codefresh,
}
