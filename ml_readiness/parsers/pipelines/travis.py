"""Travis CI: one job a combination, whose script lines all run and all count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.parsers.pipelines.model import GOES_ON, Job, Pipeline, Step, Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.parsers.yaml import Node

PHASES = ("before_install", "install", "before_script", "script")
UNCOUNTED = ("after_success", "after_failure", "after_script", "before_deploy", "after_deploy")
DEFAULTS = {
    "node_js": "npm test", "ruby": "rake", "java": "mvn test", "scala": "sbt test", "go": "go test -v ./...",
    "rust": "cargo test", "r": "R CMD check .", "julia": "julia -e 'Pkg.test()'", "php": "phpunit",
}  # fmt: skip
_PAIR = re.compile(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S*)")


def read(root: Node, path: str) -> Pipeline:
    """A `.travis.yml`."""
    shared, combinations = _environments(root)
    jobs = [_job("build", root, root, combinations)] if _runs_itself(root) else []
    for key in ("jobs", "matrix"):
        for number, entry in enumerate(root.list(key, "include"), 1):
            own = {**shared, **(combinations[0] if not entry.get("env") else {}), **_variables(entry.get("env"))}
            name = entry.string("name") or entry.string("stage") or f"{key}.include {number}"
            jobs.append(_job(name, entry, root, (own,)))
    return Pipeline("travis", path, tuple(jobs), ("push", "pull_request"))


def _runs_itself(root: Node) -> bool:
    return root.get("script") is not None or not (root.list("jobs", "include") or root.list("matrix", "include"))


def _environments(root: Node) -> tuple[Values, tuple[Values, ...]]:
    env = root.get("env")
    if env is None:
        return {}, ({},)
    shared = _variables(env.get("global"))
    listed = (*env.list("jobs"), *env.list("matrix")) if env.pairs is not None else env.list()
    combinations = tuple({**shared, **_variables(each)} for each in listed)
    return shared, combinations or ({**shared, **_variables(env if env.pairs is not None else None)},)


def _variables(node: Node | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in node.walk() if node is not None else ():
        for name, value in _PAIR.findall(each.text or ""):
            found[f"env.{name}"] = value.strip("'\"")
        for name, inner in (each.pairs or {}).items():
            if inner.text is not None and name not in {"secure", "global", "jobs", "matrix"}:
                found[f"env.{name}"] = inner.text
    return found


def _job(name: str, node: Node, root: Node, combinations: tuple[Values, ...]) -> Job:
    steps: list[Step] = []
    for phase in (*PHASES, *UNCOUNTED):
        source = node.get(phase) or root.get(phase)
        lost = f"`{phase}` cannot fail the build" if phase in UNCOUNTED else ""
        steps.extend(_lines(source, combinations, lost))
    language = node.string("language") or root.string("language")
    if not (node.get("script") or root.get("script")) and language in DEFAULTS:
        steps.append(Step(node.line, DEFAULTS[language], node.line, name=f"default of {language}"))
    return Job(name, node.line, tuple(steps), variants=combinations)


def _lines(source: Node | None, combinations: tuple[Values, ...], lost: str) -> Iterator[Step]:
    for line in source.list() if source is not None else ():
        if line.text and line.text not in {"true", "skip"}:
            yield Step(line.line, line.text, line.inner, options=GOES_ON, lost=lost, variants=combinations)
