"""GitHub Actions: workflows, composite actions and reusable workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.parsers.pipelines.model import (
    GOES_ON,
    STOPS,
    STOPS_IN_PIPES,
    Job,
    Pipeline,
    Step,
    Values,
    environment,
    fill,
    is_false,
    is_true,
    scalars,
    variants,
    with_values,
)

if TYPE_CHECKING:
    from ml_readiness.parsers.shell import Options
    from ml_readiness.parsers.yaml import Node

ROOTS = ("${{ github.workspace }}", "$GITHUB_WORKSPACE", "${GITHUB_WORKSPACE}")
SHELLS: dict[str, tuple[str, Options]] = {
    "": ("sh", STOPS),
    "sh": ("sh", STOPS),
    "bash": ("sh", STOPS_IN_PIPES),
    "pwsh": ("powershell", GOES_ON),
    "powershell": ("powershell", GOES_ON),
    "cmd": ("cmd", GOES_ON),
    "python": ("python", STOPS),
}
ALIASES = {"workflow_dispatch": "manual", "workflow_call": "call", "pull_request_target": "pull_request",
           "repository_dispatch": "manual", "merge_group": "pull_request"}  # fmt: skip


def workflow(root: Node, path: str) -> Pipeline:
    """A file of `.github/workflows`."""
    own = (
        environment(root, "env")
        | _inputs(root.get("on", "workflow_call"))
        | _inputs(root.get("on", "workflow_dispatch"))
    )
    defaults = (root.string("defaults", "run", "shell"), root.string("defaults", "run", "working-directory"))
    jobs = tuple(_job(name, node, own, defaults) for name, node in root.entries("jobs"))
    crons = tuple((each.string("cron"), each.line) for each in root.list("on", "schedule"))
    return Pipeline("github", path, jobs, triggers(root.get("on")), crons)


def action(root: Node) -> tuple[Step, ...]:
    """The steps of a composite action."""
    own = with_values(({},), _inputs(root))
    return tuple(_step(node, own, ("", "")) for node in root.list("runs", "steps"))


def triggers(on: Node | None) -> tuple[str, ...]:
    """The events that start a workflow; a push of tags alone is `tag`."""
    if on is None:
        return ()
    names = on.strings() if on.pairs is None else tuple(on.pairs)
    found: list[str] = []
    for name in names:
        push = on.get(name)
        only_tags = (
            name == "push" and push is not None and push.get("tags") is not None and push.get("branches") is None
        )
        found.append("tag" if only_tags else ALIASES.get(name, name))
    return tuple(dict.fromkeys(found))


def _inputs(node: Node | None) -> dict[str, str]:
    """The defaults of inputs."""
    if node is None:
        return {}
    return {f"inputs.{name}": each.string("default") for name, each in node.entries("inputs") if each.get("default")}


def _job(name: str, node: Node, own: Values, defaults: tuple[str, str]) -> Job:
    runs = with_values(with_values(matrix(node.get("strategy", "matrix")), own), environment(node, "env"))
    shell = node.string("defaults", "run", "shell") or defaults[0]
    folder = node.string("defaults", "run", "working-directory") or defaults[1]
    if not shell and fill(node.string("runs-on"), runs[0]).lower().startswith("windows"):
        shell = "pwsh"
    container = node.get("container")
    image = container.get("image") if container is not None and container.text is None else container
    return Job(
        name=name,
        line=node.line,
        steps=tuple(_step(step, runs, (shell, folder)) for step in node.list("steps")),
        uses=node.string("uses"),
        inputs=scalars(node, "with"),
        lost=_lost(node, runs, "the job"),
        disabled=f"`if: {node.string('if')}`" if is_false(node.string("if")) else "",
        variants=runs,
        image=image.text or "" if image is not None else "",
        image_line=image.line if image is not None else 0,
        machine=_machine(node.get("runs-on")),
    )


def _machine(node: Node | None) -> str:
    if node is None:
        return ""
    labels = node.get("labels") if node.pairs is not None else node
    return " ".join(labels.strings()) if labels is not None else ""


def _lost(node: Node, runs: tuple[Values, ...], what: str) -> str:
    """Why a failure does not count: `continue-on-error`, if it is true in every run."""
    value = node.get("continue-on-error")
    if value is None:
        return ""
    known = {fill(value.text or "", run) for run in runs}
    return f"`continue-on-error` on {what}" if is_true(value) or known == {"true"} else ""


def matrix(node: Node | None) -> tuple[Values, ...]:
    """The runs of a matrix; values that are objects are known by their fields."""
    if node is None or node.pairs is None:
        return ({},)
    choices: dict[str, tuple[str, ...]] = {}
    objects: list[dict[str, str]] = []
    for name, values in node.pairs.items():
        if name == "include":
            objects.extend(_fields(item, "matrix.") for item in values.list())
        elif name != "exclude":
            choices[f"matrix.{name}"] = tuple(item.text for item in values.list() if item.text is not None)
            objects.extend(_fields(item, f"matrix.{name}.") for item in values.list() if item.pairs is not None)
    base = variants({name: values for name, values in choices.items() if values})
    if not objects:
        return base
    return (*(base if choices else ()), *({**base[0], **each} for each in objects))


def _fields(node: Node, prefix: str) -> dict[str, str]:
    return {f"{prefix}{name}": each.text for name, each in (node.pairs or {}).items() if each.text is not None}


def _step(node: Node, runs: tuple[Values, ...], defaults: tuple[str, str]) -> Step:
    run = node.get("run")
    shell = node.string("shell") or defaults[0]
    dialect, options = SHELLS.get(shell, ("sh", STOPS))
    if " " in shell:
        from ml_readiness.parsers.shell import shebang  # noqa: PLC0415

        program, options = shebang("#!" + shell)
        dialect = "python" if "python" in program else "sh"
    folder = node.string("working-directory") or (defaults[1] if run is not None else "")
    for root in ROOTS:
        folder = folder.replace(root, "/").replace("//", "/")
    return Step(
        line=node.line,
        text=run.text or "" if run is not None else "",
        text_line=run.inner if run is not None else 0,
        options=options,
        dialect=dialect,
        uses=node.string("uses"),
        inputs=scalars(node, "with"),
        name=node.string("name"),
        folder=folder,
        lost=_lost(node, runs, "the step"),
        disabled=f"`if: {node.string('if')}`" if is_false(node.string("if")) else "",
        variants=with_values(runs, environment(node, "env")),
    )
