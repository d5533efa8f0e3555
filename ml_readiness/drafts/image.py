"""An image for the service that was found, or for training where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness import regex as re
from ml_readiness.drafts.draft import MARK, Draft, plain
from ml_readiness.drafts.environment import Environment
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.facts.source.code import Site

NAME = re.compile(r"[a-zA-Z_]\w*")
APPS = {
    "fastapi.FastAPI": ("uvicorn {module}:{name} --host 0.0.0.0 --port 8000", 8000),
    "starlette.applications.Starlette": ("uvicorn {module}:{name} --host 0.0.0.0 --port 8000", 8000),
    "litestar.Litestar": ("uvicorn {module}:{name} --host 0.0.0.0 --port 8000", 8000),
    "flask.Flask": ("gunicorn {module}:{name} --bind 0.0.0.0:8000", 8000),
}
"""What makes an application, and the command and port that serve it."""
FACTORIES = {"uvicorn": "{name} --factory", "gunicorn": "{name}()"}
"""How each server is told that the name is of a function that makes the application."""
PAGES = {
    "streamlit": ("streamlit run {path} --server.port 8501 --server.address 0.0.0.0", 8501),
    "chainlit": ("chainlit run {path} --port 8000 --host 0.0.0.0", 8000),
    "gradio": ("python {path}", 7860),
}
"""The same for frameworks whose whole script is the page."""

TEXT = """\
# {mark}
FROM python:{python}-slim

RUN useradd --create-home app
WORKDIR /app

{steps}
USER app
{ending}
"""


def draft(code: Code, lifecycle: Lifecycle, environment: Environment, files: Files) -> Draft | None:
    """A Dockerfile that installs what is declared and starts what serves, or what trains."""
    started = next(_commands(code, lifecycle), None)
    if started is None or "Dockerfile" in files.entries:
        return None
    command, port = started
    words = ", ".join(f'"{word}"' for word in command.split())
    ending = (f"EXPOSE {port}\n" if port else "") + f"CMD [{words}]"
    text = TEXT.format(mark=MARK, python=environment.python, steps="\n".join(_steps(environment)), ending=ending)
    left = "Pin the base image by its digest, keep data and `.git` out with a `.dockerignore`, build it and try it."
    return Draft("Dockerfile", text, left)


def _steps(environment: Environment) -> tuple[str, ...]:
    """Libraries before code where the list of them is enough, so that a change of code does not install them again."""
    install = "RUN " + environment.install.replace("python -m pip install", "pip install --no-cache-dir")
    if environment.manifest and environment.manifest in environment.install:
        return (f"COPY {environment.manifest} .", install, "", "COPY . .")
    return ("COPY . .", install)


def _commands(code: Code, lifecycle: Lifecycle) -> Iterator[tuple[str, int]]:
    """What could be started, and the port that it listens on: services first."""
    for site in code.calls_to(*APPS):
        name = _application(site)
        if name and site.unit.is_production and plain(site.unit.path):
            command, port = APPS[site.name]
            module = site.unit.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            yield (
                command.format(
                    module=module, name=FACTORIES[command.split()[0]].format(name=name) if site.call.scope else name
                ),
                port,
            )
    for unit in code.production:
        for package, (command, port) in PAGES.items():
            if unit.imports_any(package) and plain(unit.path):
                yield command.format(path=unit.path), port
    for site in lifecycle.training:
        if site.unit.is_production and plain(site.unit.path):
            yield f"python {site.unit.path}", 0


def _application(site: Site) -> str:
    """The name in its module that holds an application, or of the function that makes it; empty where neither."""
    if not site.call.scope:
        return next((name for name in site.call.targets if NAME.fullmatch(name)), "")
    function = site.unit.functions.get(site.call.scope)
    makes = (
        function is not None and "." not in function.name and all(p.default is not None for p in function.parameters)
    )
    return site.call.scope if makes else ""
