"""How each kind of manifest becomes a `Manifest`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.facts.dependencies.includes import Declared, Problem, Tree, follow, resolved
from ml_readiness.facts.dependencies.manifests import (
    ARTEFACT,
    DEVELOPMENT,
    RUNTIME,
    Manifest,
    belongs_to_model,
    role_of,
)
from ml_readiness.parsers.conda import SHAPE, CondaEnvironment
from ml_readiness.parsers.inline_script import InlineScript
from ml_readiness.parsers.pipfile import Pipfile
from ml_readiness.parsers.pixi import Pixi
from ml_readiness.parsers.pyproject import PyProject
from ml_readiness.parsers.requirements import Reading, Requirements
from ml_readiness.parsers.setup_cfg import SetupCfg
from ml_readiness.parsers.setup_py import SetupPy
from ml_readiness.parsers.text import Text
from ml_readiness.parsers.yaml import YamlFile

if TYPE_CHECKING:
    from ml_readiness.documents import Documents
    from ml_readiness.facts.tree.files import Files
    from ml_readiness.parsers.requirement import Requirement

MOST_SCRIPTS = 300
CONSTRAINTS = re.compile(r"(?:^|[/_.-])constraints?(?=[_.-])[^/]*$", re.IGNORECASE)
NEVER_CONDA = re.compile(r"(?:^|/)\.github/|(?:^|/)(?:Chart|Charts|mkdocs|docker-compose)\.ya?ml$", re.IGNORECASE)


def read_all(documents: Documents, files: Files) -> Iterator[Manifest]:
    """Every manifest among the project's own files; templates of other projects are left out."""
    return (each for each in _read_all(documents, files) if "{{" not in each.path)


def _read_all(documents: Documents, files: Files) -> Iterator[Manifest]:
    yield from _requirements(documents, files)
    yield from _pyprojects(documents, files)
    yield from _setups(documents, files)
    yield from _pipfiles(documents, files)
    yield from _conda(documents, files)
    yield from _built(documents, files)
    yield from _scripts(documents, files)


def _requirements(documents: Documents, files: Files) -> Iterator[Manifest]:
    candidates = [path for path in documents.paths(Requirements) if not files.is_vendored(path)]
    included = {
        target
        for path, found in documents.all(Requirements, candidates)
        for include in found.includes
        if isinstance(target := resolved(include.target, path), str) and target in files.entries
    }
    for path in sorted({*candidates, *included}):
        found = documents.find(Requirements, path)
        if found is None or found.prose or CONSTRAINTS.search(path):
            continue
        tree = follow(documents, path)
        yield _of_tree(path, tree, found, _role(path, files))


def _of_tree(path: str, tree: Tree, found: Requirements, role: str) -> Manifest:
    return Manifest(
        path,
        "requirements",
        role,
        tuple(tree.declared),
        doubtful=tuple(tree.doubtful),
        constraints=tuple(tree.constraints),
        problems=tuple(tree.problems),
        files=frozenset(tree.files),
        compiled=bool(found.compiled) or found.annotated > 2,
        compiled_from=found.compiled_from,
        exported=found.form == "conda",
    )


def _role(path: str, files: Files) -> str:
    return ARTEFACT if belongs_to_model(path, files) else role_of(path, files)


def _declared(found: Iterable[Requirement], path: str) -> tuple[Declared, ...]:
    return tuple(Declared(requirement, path) for requirement in found)


def _groups(found: dict[str, tuple[Requirement, ...]], path: str) -> dict[str, tuple[Declared, ...]]:
    return {name: _declared(requirements, path) for name, requirements in found.items()}


def _from_files(documents: Documents, path: str, named: Iterable[str]) -> Tree:
    """The requirements files that a build script reads, found beside it or in a folder for them."""
    whole = Tree(files=[path])
    for name in named:
        target = resolved(name, path)
        if isinstance(target, Problem):
            continue
        folder, _, base = target.rpartition("/")
        beside = f"{folder}/requirements/{base}".strip("/")
        place = next((p for p in (target, beside) if p in documents.snapshot.entries), None)
        if place is not None:
            tree = follow(documents, place)
            whole.declared += tree.declared
            whole.doubtful += tree.doubtful
            whole.constraints += tree.constraints
            whole.problems += tree.problems
            whole.files += tree.files
    return whole


def _extras(
    documents: Documents, path: str, found: dict[str, tuple[Requirement, ...]], named: dict[str, tuple[str, ...]]
) -> dict[str, tuple[Declared, ...]]:
    extras = _groups(found, path)
    for name, paths in named.items():
        extras[name] = (*extras.get(name, ()), *_from_files(documents, path, paths).declared)
    return extras


def _pyprojects(documents: Documents, files: Files) -> Iterator[Manifest]:
    for path, found in documents.all(PyProject):
        dynamic = "dependencies" in found.dynamic and found.dependency_files
        if files.is_vendored(path) or not (found.declares or dynamic or found.extras or found.groups):
            continue
        tree = _from_files(documents, path, found.dependency_files)
        yield Manifest(
            path,
            "pyproject",
            RUNTIME if role_of(path, files) == DEVELOPMENT and "/" not in path else _role_of_folder(path, files),
            (*_declared(found.dependencies, path), *tree.declared),
            extras=_extras(documents, path, found.extras, found.extra_files),
            development=_groups(found.groups, path),
            doubtful=tuple(tree.doubtful),
            constraints=tuple(tree.constraints),
            problems=(*(_unreadable(path, line, text) for line, text in found.broken), *tree.problems),
            files=frozenset(tree.files),
            is_package=found.packaged,
            name=found.name,
        )


def _unreadable(path: str, line: int, text: str) -> Problem:
    return Problem(path, line, f"no requirement that an installer can read: `{text[:80]}`")


def _role_of_folder(path: str, files: Files) -> str:
    """Project files have no telling names of their own, so only their folder counts."""
    return role_of(f"{path.rpartition('/')[0]}/requirements.txt", files) if "/" in path else RUNTIME


def _setups(documents: Documents, files: Files) -> Iterator[Manifest]:
    for path, script in documents.all(SetupPy):
        if script.is_setup and (script.declares or script.extras) and not files.is_vendored(path):
            tree = _from_files(documents, path, script.dependency_files)
            yield Manifest(
                path,
                "setup.py",
                _role_of_folder(path, files),
                (*_declared(script.dependencies, path), *tree.declared),
                extras=_extras(documents, path, script.extras, script.extra_files),
                doubtful=tuple(tree.doubtful),
                constraints=tuple(tree.constraints),
                problems=tuple(tree.problems),
                files=frozenset(tree.files),
                is_package=True,
                name=script.name,
            )
    for path, found in documents.all(SetupCfg):
        if (found.declares or found.extras) and not files.is_vendored(path):
            tree = _from_files(documents, path, found.dependency_files)
            yield Manifest(
                path,
                "setup.cfg",
                _role_of_folder(path, files),
                (*_declared(found.dependencies, path), *tree.declared),
                extras=_groups(found.extras, path),
                problems=tuple(tree.problems),
                files=frozenset(tree.files),
                is_package=True,
                name=found.name,
            )


def _pipfiles(documents: Documents, files: Files) -> Iterator[Manifest]:
    for path, found in documents.all(Pipfile):
        if not files.is_vendored(path):
            yield Manifest(
                path,
                "Pipfile",
                _role_of_folder(path, files),
                _declared(found.dependencies, path),
                development=_groups(found.groups, path),
                files=frozenset({path}),
            )
    for path, pixi in documents.all(Pixi):
        if not files.is_vendored(path):
            yield Manifest(
                path,
                "pixi",
                _role_of_folder(path, files),
                _declared(pixi.dependencies, path),
                development=_groups(pixi.groups, path),
                files=frozenset({path}),
            )


def _conda(documents: Documents, files: Files) -> Iterator[Manifest]:
    for path, text in documents.all(Text, files.find("*.yml", "*.yaml")):
        if NEVER_CONDA.search(path) or "dependencies:" not in text.lines[:200]:
            continue
        found = documents.find(CondaEnvironment, path) if SHAPE.search(text.content) else None
        if found is None or not found.is_environment:
            continue
        tree = _from_files(documents, path, (each.target for each in found.includes if not each.is_constraint))
        own = (*found.dependencies, *found.pip)
        yield Manifest(
            path,
            "conda",
            _role(path, files),
            (*_declared((each for each in own if each.name != "python"), path), *tree.declared),
            doubtful=tuple(tree.doubtful),
            constraints=tuple(tree.constraints),
            problems=(*(Problem(path, each.line, each.message) for each in found.broken), *tree.problems),
            files=frozenset(tree.files),
            exported=found.is_export,
        )


def _built(documents: Documents, files: Files) -> Iterator[Manifest]:
    """What model packers install: `python.packages` of BentoML, `build.python_packages` of Cog."""
    for path in files.find("bentofile.yaml", "bentofile.yml", "cog.yaml"):
        found = documents.find(YamlFile, path)
        if found is None:
            continue
        kind = "cog" if path.endswith("cog.yaml") else "bentofile"
        section = ("build", "python_packages") if kind == "cog" else ("python", "packages")
        reading = Reading()
        for item in found.root.list(*section):
            if item.text:
                reading.read(item.text, item.line)
        named = [found.root.string("build", "python_requirements"), found.root.string("python", "requirements_txt")]
        tree = _from_files(documents, path, filter(None, named))
        declared = (*_declared(reading.requirements, path), *tree.declared)
        if declared:
            yield Manifest(
                path,
                kind,
                RUNTIME,
                declared,
                doubtful=(*_declared(reading.doubtful, path), *tree.doubtful),
                files=frozenset(tree.files),
            )


def _scripts(documents: Documents, files: Files) -> Iterator[Manifest]:
    packages = {path.rpartition("/")[0] for path in files.own if path.endswith("__init__.py")}
    loose = [path for path in files.own if path.endswith(".py") and path.rpartition("/")[0] not in packages]
    for path, found in documents.all(InlineScript, loose[:MOST_SCRIPTS]):
        if found.is_script:
            yield Manifest(
                path,
                "script",
                _role_of_folder(path, files),
                _declared(found.dependencies, path),
                files=frozenset({path}),
            )
