"""Azure Pipelines: stages, jobs and steps, with the templates of the tree put in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.parsers.pipelines.model import (
    GOES_ON,
    Job,
    Pipeline,
    Step,
    Values,
    fill,
    folder_of,
    is_false,
    is_true,
    scalars,
    with_values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ml_readiness.parsers.yaml import Node

MAX_DEPTH = 8
MAX_NODES = 3_000
SCRIPTS = {"script": "sh", "bash": "sh", "pwsh": "powershell", "powershell": "powershell"}
TASKS = {
    "maven": ("goals", "mvn {}"), "gradle": ("tasks", "gradle {}"), "dotnetcorecli": ("command", "dotnet {}"),
    "npm": ("command", "npm {}"), "vstest": ("", "vstest.console"), "pythonscript": ("scriptPath", "python {}"),
    "docker": ("command", "docker {}"), "kubernetes": ("command", "kubectl {}"),
    "azurewebapp": ("", "az webapp deploy"),
    "kubernetesmanifest": ("action", "kubectl {}"), "helmdeploy": ("command", "helm {}"),
    "azurefunctionapp": ("", "az functionapp deploy"), "azurermwebappdeployment": ("", "az webapp deploy"),
}  # fmt: skip
_EACH = re.compile(r"\$\{\{\s*each\s+(\w+)\s+in\s+([\w.]+)\s*\}\}")
_MACRO = re.compile(r"\$\(([\w.]+)\)")
_ROOT = re.compile(r"\$\((?:Build\.SourcesDirectory|System\.DefaultWorkingDirectory|Pipeline\.Workspace)\)")

Scope = dict[str, "Node"]
"""What parameters and loop variables stand for."""


def read(root: Node, path: str, find: Callable[[str], Node | None]) -> Pipeline:
    """A pipeline, or a template read on its own."""
    return _Reader(path, find).pipeline(root)


class _Reader:
    def __init__(self, path: str, find: Callable[[str], Node | None]) -> None:
        self.path = path
        self.find = find
        self.unknown: list[tuple[str, int]] = []
        self.left = MAX_NODES

    def pipeline(self, root: Node) -> Pipeline:
        scope = _parameters(root)
        jobs = tuple(self._jobs(root, self.path, scope, ({},), MAX_DEPTH))
        crons = tuple((each.string("cron"), each.line) for each in root.list("schedules"))
        triggers = [name for name, key in (("push", "trigger"), ("pull_request", "pr")) if root.string(key) != "none"]
        return Pipeline(
            "azure", self.path, jobs, (*triggers, *(("schedule",) if crons else ())), crons, tuple(self.unknown)
        )

    def _jobs(self, node: Node, path: str, scope: Scope, runs: tuple[Values, ...], depth: int) -> Iterator[Job]:
        """The jobs below a node that may hold stages, jobs or steps."""
        runs = with_values(runs, _variables(node, scope))
        if template := node.string("extends", "template"):
            yield from self._template(node.get("extends") or node, template, path, scope, runs, depth)
        for key in ("stages", "jobs"):
            for each, inside in self._items(node.get(key), scope, depth):
                if name := each.string("template"):
                    yield from self._template(each, name, path, inside, runs, depth)
                elif key == "stages":
                    yield from self._jobs(each, path, inside, runs, depth - 1)
                else:
                    yield self._job(each, path, inside, runs, depth)
        if node.get("steps") is not None:
            yield self._job(node, path, scope, runs, depth)

    def _template(
        self, node: Node, name: str, path: str, scope: Scope, runs: tuple[Values, ...], depth: int
    ) -> Iterator[Job]:
        found = self._open(_filled(name, scope), path, node.line) if depth else None
        if found is not None:
            yield from self._jobs(found[0], found[1], self._passed(node, found[0], scope), runs, depth - 1)

    def _open(self, name: str, path: str, line: int) -> tuple[Node, str] | None:
        """A template by its path, from the file that names it or from the root."""
        if "@" in name and not name.endswith("@self"):
            self.unknown.append((f"template {name}", line))
            return None
        name = name.removesuffix("@self")
        here = "/".join(part for part in (folder_of(path), name) if part)
        for candidate in (name.lstrip("/"),) if name.startswith("/") else (_straight(here), _straight(name)):
            found = self.find(candidate)
            if found is not None:
                return found, candidate
        self.unknown.append((f"template {name}", line))
        return None

    def _passed(self, node: Node, template: Node, scope: Scope) -> Scope:
        given = {f"parameters.{name}": _resolved(each, scope) for name, each in node.entries("parameters")}
        return {**_parameters(template), **given}

    def _items(self, node: Node | None, scope: Scope, depth: int) -> Iterator[tuple[Node, Scope]]:
        """The items of a list; loops are run and conditions taken as true."""
        items = () if node is None else node.items or ((node,) if node.pairs is not None else ())
        for item in items:
            self.left -= 1
            if depth == 0 or self.left < 0:
                return
            keys = list(item.pairs or {})
            loop = _EACH.fullmatch(keys[0].strip()) if len(keys) == 1 else None
            if loop is not None:
                over = _lookup(loop[2], scope)
                for each in _elements(over):
                    bound = {**scope, **{f"{loop[1]}{name}": value for name, value in each.items()}}
                    yield from self._items(item.get(keys[0]), bound, depth - 1)
            elif len(keys) == 1 and keys[0].strip().startswith(("${{", "${ {")):
                yield from self._items(item.get(keys[0]), scope, depth - 1)
            elif item.text is not None and (inner := _expression(item.text, scope)) is not None:
                yield from self._items(inner, scope, depth - 1)
            else:
                yield item, scope

    def _job(self, node: Node, path: str, scope: Scope, runs: tuple[Values, ...], depth: int) -> Job:
        own = with_values(self._matrix(node, runs, scope, depth), _variables(node, scope))
        container = node.get("container")
        image = container.get("image") if container is not None and container.pairs is not None else container
        lists = [node.get("steps")]
        for hook in ("preDeploy", "deploy", "routeTraffic", "postRouteTraffic"):
            lists.extend(kind.get(hook, "steps") for _, kind in node.entries("strategy"))
        return Job(
            name=node.string("job") or node.string("deployment") or node.string("displayName"),
            line=node.line,
            steps=tuple(s for each in lists for s in self._steps(each, path, scope, own, depth)),
            lost="`continueOnError` on the job" if is_true(node.get("continueOnError")) else "",
            disabled=f"`condition: {node.string('condition')}`" if is_false(node.string("condition")) else "",
            variants=own,
            image=image.text or "" if image is not None else "",
            image_line=image.line if image is not None else 0,
        )

    def _matrix(self, node: Node, runs: tuple[Values, ...], scope: Scope, depth: int) -> tuple[Values, ...]:
        rows = [
            {
                name: _shared(_filled(each.text, inside))
                for name, each in (row.pairs or {}).items()
                if each.text is not None
            }
            for row, inside in self._pairs(node.get("strategy", "matrix"), scope, depth)
        ]
        named = [row | {f"env.{name.upper()}": value for name, value in row.items()} for row in rows]
        return tuple({**run, **row} for run in runs for row in named) or runs

    def _pairs(self, node: Node | None, scope: Scope, depth: int) -> Iterator[tuple[Node, Scope]]:
        """The values of a mapping; loops are run and conditions taken as true."""
        for key, value in (node.pairs or {}).items() if node is not None and depth else ():
            loop = _EACH.fullmatch(key.strip())
            if loop is not None:
                for each in _elements(_lookup(loop[2], scope)):
                    bound = {**scope, **{f"{loop[1]}{name}": found for name, found in each.items()}}
                    yield from self._pairs(value, bound, depth - 1)
            elif key.strip().startswith("${{ if"):
                yield from self._pairs(value, scope, depth - 1)
            else:
                yield value, scope

    def _steps(
        self, node: Node | None, path: str, scope: Scope, runs: tuple[Values, ...], depth: int
    ) -> Iterator[Step]:
        for each, inside in self._items(node, scope, depth):
            if name := each.string("template"):
                found = self._open(_filled(name, inside), path, each.line) if depth else None
                if found is not None:
                    passed = self._passed(each, found[0], inside)
                    yield from self._steps(found[0].get("steps"), found[1], passed, runs, depth - 1)
            else:
                yield _step(each, inside, runs)


def _step(node: Node, scope: Scope, runs: tuple[Values, ...]) -> Step:
    kind = next((key for key in SCRIPTS if node.get(key) is not None), "")
    text = node.get(kind) if kind else None
    task = node.string("task").partition("@")[0]
    inputs = {name: _shared(_filled(value, scope)) for name, value in scalars(node, "inputs").items()}
    written, dialect = (text.text or "" if text is not None else ""), SCRIPTS.get(kind, "sh")
    if task and not kind:
        written, dialect = _of_task(task.lower(), inputs)
    values = {f"env.{name}": _shared(value) for name, value in scalars(node, "env").items()}
    disabled = "`enabled: false`" if node.string("enabled").lower() == "false" else ""
    condition = node.string("condition")
    folder = node.string("workingDirectory") or inputs.get("workingDirectory", "")
    return Step(
        line=node.line,
        text=_shared(_filled(written, scope)),
        text_line=text.inner if text is not None else node.line,
        options=GOES_ON,
        dialect=dialect,
        uses=task,
        inputs=inputs,
        name=node.string("displayName"),
        folder=_shared(_filled(folder, scope)),
        lost="`continueOnError` on the step" if is_true(node.get("continueOnError")) else "",
        disabled=disabled or (f"`condition: {condition}`" if is_false(condition) else ""),
        variants=with_values(runs, values),
    )


def _of_task(task: str, inputs: Values) -> tuple[str, str]:
    """What a task of Azure's own runs, as a shell text, and its dialect."""
    if task in {"cmdline", "bash", "powershell", "azurecli", "shellscript", "azurepowershell"}:
        script = inputs.get("script") or inputs.get("inlineScript") or ""
        path = inputs.get("filePath") or inputs.get("scriptPath") or ""
        dialect = "powershell" if "powershell" in task and not path else "sh"
        return script or f"{path} {inputs.get('arguments', '')}", dialect
    if task == "pythonscript" and inputs.get("script"):
        return inputs["script"], "python"
    if task in TASKS:
        key, form = TASKS[task]
        return form.format(inputs.get(key, "")), "sh"
    return "", "sh"


def _parameters(node: Node) -> Scope:
    """The defaults of a file's parameters."""
    found = {f"parameters.{name}": each for name, each in node.entries("parameters")}
    for each in node.list("parameters") if not found else ():
        default = each.get("default")
        if default is not None:
            found[f"parameters.{each.string('name')}"] = default
    return found


def _variables(node: Node, scope: Scope) -> dict[str, str]:
    found = {name: each.text for name, each in node.entries("variables") if each.text is not None}
    for each in node.list("variables") if not found else ():
        found[each.string("name")] = each.string("value")
    filled = {name: _shared(_filled(value, scope)) for name, value in found.items() if name}
    return {f"env.{name}": value for name, value in filled.items()} | filled


def _lookup(name: str, scope: Scope) -> Node | None:
    """What a dotted name stands for."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        node = scope.get(".".join(parts[:end]))
        if node is not None:
            return node.get(*parts[end:]) if parts[end:] else node
    return None


def _elements(node: Node | None) -> list[dict[str, Node]]:
    """What a loop variable stands for in each round, by what follows its name."""
    if node is None:
        return [{}]
    if node.pairs is not None:
        return [{".key": _text(name, each), ".value": each} for name, each in node.pairs.items()]
    return [{"": each} for each in node.items or ()]


def _text(text: str, at: Node) -> Node:
    from ml_readiness.parsers.yaml import Node  # noqa: PLC0415

    return Node(at.line, text, inner=at.line)


def _resolved(node: Node, scope: Scope) -> Node:
    """A passed value: what the expression it consists of stands for, or itself."""
    return (_expression(node.text, scope) if node.text is not None else None) or node


def _expression(text: str, scope: Scope) -> Node | None:
    name = text.strip().removeprefix("${{").removesuffix("}}").strip()
    return _lookup(name, scope) if text.strip().startswith("${{") else None


def _filled(text: str, scope: Scope) -> str:
    """The text with parameters and loop variables put in."""
    if "${{" not in text:
        return text
    names = {m.strip() for m in re.findall(r"\$\{\{\s*([\w.]+)\s*\}\}", text)}
    values = {name: node.text for name in names if (node := _lookup(name, scope)) is not None and node.text is not None}
    return fill(text, values)


def _shared(text: str) -> str:
    """The text with macros in the form that all systems share."""
    text = _ROOT.sub("${GITHUB_WORKSPACE}", text)
    return _MACRO.sub(lambda match: "${{ " + match[1] + " }}", text)


def _straight(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
