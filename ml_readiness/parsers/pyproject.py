"""`pyproject.toml`: what the project needs, builds with, installs and configures."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, cast

from msgspec import Struct

from ml_readiness.parsers import loose, poetry, toml
from ml_readiness.parsers.requirement import Requirement, canonical, pep508

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SETTINGS = 2_000
LONGEST_VALUE = 2_000


class PyProject(Struct, frozen=True):
    """One `pyproject.toml`."""

    patterns: ClassVar[tuple[str, ...]] = ("pyproject.toml",)
    max_bytes: ClassVar[int] = 1_000_000
    version: ClassVar[int] = 1

    name: str = ""
    description: str = ""
    license: str = ""
    """An SPDX expression, a text or the name of a file, whichever is there."""
    declares: bool = False
    """Whether it has a place for run-time dependencies, even an empty one."""
    dependencies: tuple[Requirement, ...] = ()
    extras: dict[str, tuple[Requirement, ...]] = {}
    groups: dict[str, tuple[Requirement, ...]] = {}
    """Development groups of any tool, by name; those of Hatch's environments included."""
    group_includes: dict[str, tuple[str, ...]] = {}
    """Which groups a group includes."""
    optional_groups: frozenset[str] = frozenset()
    dynamic: tuple[str, ...] = ()
    dependency_files: tuple[str, ...] = ()
    """Requirements files that the dependencies are read from."""
    extra_files: dict[str, tuple[str, ...]] = {}
    """Requirements files that extras are read from."""
    requires_python: str = ""
    requires_python_line: int = 0
    build_backend: str = ""
    build_requires: tuple[Requirement, ...] = ()
    packaged: bool = True
    """Whether it describes something that can be installed."""
    scripts: dict[str, str] = {}
    """Commands that installing it creates, with the objects they call."""
    tasks: dict[str, str] = {}
    """Commands of task runners (poe, PDM, Hatch, taskipy, Pixi) by name."""
    classifiers: tuple[str, ...] = ()
    tools: frozenset[str] = frozenset()
    """Which tools it configures."""
    settings: dict[str, tuple[str, ...]] = {}
    """Every scalar and list of `[tool]` by its dotted key: `pytest.ini_options.addopts`."""
    broken: tuple[tuple[int, str], ...] = ()
    """(line, text) of requirements that no installer would read."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The declarations of every tool that writes into this file, taken together."""
        document = toml.load(data)
        lines = toml.Lines(data)
        reading = _Reading(document, lines)
        project, tool = toml.table(document, "project"), toml.table(document, "tool")
        declared = "dependencies" in project or "dependencies" in toml.table(tool, "poetry")
        python, line = _requires_python(document, lines)
        return cls(
            name=toml.text(project, "name") or toml.text(tool, "poetry", "name"),
            description=toml.text(project, "description") or toml.text(tool, "poetry", "description"),
            license=_license(project, tool),
            declares=declared or bool(reading.dependencies),
            dependencies=tuple(reading.dependencies),
            extras={name: tuple(found) for name, found in reading.extras.items()},
            groups={name: tuple(found) for name, found in reading.groups.items()},
            group_includes={name: tuple(found) for name, found in reading.includes.items()},
            optional_groups=poetry.optional_groups(tool),
            dynamic=tuple(_strings(project.get("dynamic"))),
            dependency_files=_dependency_files(tool),
            extra_files=_extra_files(tool),
            requires_python=python,
            requires_python_line=line,
            build_backend=toml.text(document, "build-system", "build-backend"),
            build_requires=tuple(reading.read(toml.array(document, "build-system", "requires"))),
            packaged=_is_packaged(document),
            scripts=_scripts(project, tool),
            tasks=_tasks(tool),
            classifiers=tuple(_strings(project.get("classifiers"))),
            tools=frozenset(tool),
            settings=_settings(tool),
            broken=tuple(reading.broken),
        )


class _Reading:
    """The requirements of every table that holds some."""

    def __init__(self, document: toml.Table, lines: toml.Lines) -> None:
        self.lines = lines
        self.broken: list[tuple[int, str]] = []
        self.includes: dict[str, list[str]] = {}
        project, tool = toml.table(document, "project"), toml.table(document, "tool")
        self.dependencies = [
            *self.read(project.get("dependencies"), lines.of_key("dependencies", "project")),
            *poetry.dependencies(toml.table(tool, "poetry", "dependencies"), lines, "tool.poetry.dependencies"),
        ]
        self.extras = {name: list(self.read(v)) for name, v in toml.table(project, "optional-dependencies").items()}
        self.groups: dict[str, list[Requirement]] = {}
        self._standard_groups(toml.table(document, "dependency-groups"))
        for name, found in poetry.groups(tool, lines):
            self.groups.setdefault(name, []).extend(found)
        self._tool_groups(tool)
        self._sources(toml.table(tool, "uv", "sources"))

    def read(self, values: object, after: int = 0) -> Iterator[Requirement]:
        """The requirements of a list of strings; what is none is kept as broken."""
        for value in _strings(values):
            line = self.lines.of_string(value, after)
            try:
                yield pep508(value, line)
            except (ValueError, RecursionError):
                self.broken.append((line, value[:200]))

    def _standard_groups(self, groups: toml.Table) -> None:
        for name, members in groups.items():
            self.groups[name] = list(self.read(members))
            included = (toml.text(member, "include-group") for member in loose.sequence(members))
            self.includes[name] = [group for group in included if group]

    def _tool_groups(self, tool: toml.Table) -> None:
        for name, members in toml.table(tool, "pdm", "dev-dependencies").items():
            self.groups.setdefault(name, []).extend(self.read([_without_editable(m) for m in _strings(members)]))
        self.groups.setdefault("dev", []).extend(self.read(toml.table(tool, "uv").get("dev-dependencies")))
        for name, environment in toml.table(tool, "hatch", "envs").items():
            for key in ("dependencies", "extra-dependencies"):
                self.groups.setdefault(f"hatch:{name}", []).extend(self.read(toml.table(environment).get(key)))
        self.groups = {name: found for name, found in self.groups.items() if found or name in self.includes}

    def _sources(self, sources: toml.Table) -> None:
        """Where uv takes a dependency from decides how firmly it is fixed, not the version range."""
        elsewhere = {canonical(name): toml.table(source) for name, source in sources.items()}
        self.dependencies = [poetry.redirected(r, elsewhere.get(r.key, {})) for r in self.dependencies]


def _without_editable(text: str) -> str:
    return text.removeprefix("-e ").partition("#egg=")[2] or text


def _strings(value: object) -> Iterator[str]:
    yield from (item for item in loose.sequence(value) if isinstance(item, str))


def _license(project: toml.Table, tool: toml.Table) -> str:
    found = project.get("license") or toml.table(tool, "poetry").get("license")
    written = loose.text(found) or toml.text(found, "text") or toml.text(found, "file")
    return written[:LONGEST_VALUE]


def _requires_python(document: toml.Table, lines: toml.Lines) -> tuple[str, int]:
    if standard := toml.text(document, "project", "requires-python"):
        return standard, lines.of_key("requires-python")
    python = toml.table(document, "tool", "poetry", "dependencies").get("python")
    if version := loose.text(python) or toml.text(python, "version"):
        return version, lines.of_key("python", "tool.poetry.dependencies")
    if flit := toml.text(document, "tool", "flit", "metadata", "requires-python"):
        return flit, lines.of_key("requires-python")
    for section in ("dependencies", "pypi-dependencies"):
        pixi = toml.table(document, "tool", "pixi", section).get("python")
        if isinstance(pixi, str):
            return pixi, lines.of_key("python", f"tool.pixi.{section}")
    return "", 0


def _dependency_files(tool: toml.Table) -> tuple[str, ...]:
    dynamic = toml.table(tool, "setuptools", "dynamic", "dependencies").get("file")
    hatch = toml.table(tool, "hatch", "metadata", "hooks", "requirements_txt").get("files")
    found = [dynamic] if isinstance(dynamic, str) else [*_strings(dynamic), *_strings(hatch)]
    return tuple(found)


def _extra_files(tool: toml.Table) -> dict[str, tuple[str, ...]]:
    places = toml.table(tool, "setuptools", "dynamic", "optional-dependencies")
    found: dict[str, tuple[str, ...]] = {}
    for name, place in places.items():
        files = toml.table(place).get("file")
        found[name] = (files,) if isinstance(files, str) else tuple(_strings(files))
    return found


def _is_packaged(document: toml.Table) -> bool:
    if toml.table(document, "tool", "poetry").get("package-mode") is False:
        return False
    if toml.table(document, "tool", "uv").get("package") is False:
        return False
    poetry_named = bool(toml.text(document, "tool", "poetry", "name"))
    return poetry_named or ("project" in document and "build-system" in document)


def _scripts(project: toml.Table, tool: toml.Table) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in (toml.table(tool, "poetry", "scripts"), project.get("scripts"), project.get("gui-scripts")):
        for name, target in toml.table(section).items():
            written = loose.text(target) or toml.text(target, "reference") or toml.text(target, "callable")
            if written:
                found[name] = written[:LONGEST_VALUE]
    return found


def _tasks(tool: toml.Table) -> dict[str, str]:
    places = [
        toml.table(tool, "poe", "tasks"),
        toml.table(tool, "pdm", "scripts"),
        toml.table(tool, "taskipy", "tasks"),
        toml.table(tool, "pixi", "tasks"),
        *(toml.table(environment, "scripts") for environment in toml.table(tool, "hatch", "envs").values()),
    ]
    found: dict[str, str] = {}
    for place in places:
        for name, task in place.items():
            if command := _command(task):
                found.setdefault(name, command[:LONGEST_VALUE])
    return found


def _command(task: object) -> str:
    if isinstance(task, str):
        return task
    if steps := loose.sequence(task):
        return "\n".join(filter(None, (_command(step) for step in steps[:50])))
    for key in ("cmd", "shell", "script", "call", "composite", "sequence", "expr"):
        if command := _command(toml.table(task).get(key)) if key in toml.table(task) else "":
            return command
    return ""


def _settings(tool: toml.Table) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    waiting: list[tuple[str, object]] = [(name, value) for name, value in reversed(list(tool.items()))]
    while waiting and len(found) < MOST_SETTINGS:
        key, value = waiting.pop()
        if below := toml.table(value):
            waiting.extend((f"{key}.{name}", inner) for name, inner in reversed(list(below.items())))
        elif isinstance(value, dict | list):
            items = loose.sequence(cast("object", value))[:500]
            found[key] = tuple(str(item)[:LONGEST_VALUE] for item in items if isinstance(item, str | int | float))
        else:
            found[key] = (str(value)[:LONGEST_VALUE],)
    return found
