"""Can it be run without setting up a machine by hand?"""

from collections.abc import Iterator

from ml_readiness import regex as re
from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.deployment.containers import Containers
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tree.evidence_files import found, vocabulary
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Effort, Finding, ProjectKind, Severity
from ml_readiness.wording import shortened

SHOWN = 3
PROGRAM = re.compile(r"(?<!\S)[\w./-]+\.(?:py|[cm]?[jt]sx?|sh|jar|rb)(?!\S)")
"""A file that a start command names."""


@check(
    "Can it be run without setting up a machine by hand?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.LIBRARY, ProjectKind.NOT_ML, ProjectKind.NOTEBOOKS, ProjectKind.COLLECTION],
)
def containerized(containers: Containers, files: Files, code: Code) -> Iterator[Finding]:
    """An image holds the code, the libraries and the system beneath them, so what was tested is what runs. Without one,
    every machine is set up by hand and each is a little different.

    ## How to fix
    Add a Dockerfile that installs the locked requirements, copies the code and starts the job or the server.

    ## Sources
    - Engineering best practices for ML: automate model deployment

    ## Passes
    ```dockerfile title="Dockerfile"
    FROM python:3.12-slim
    COPY . /app
    RUN pip install -r /app/requirements.txt
    CMD ["uvicorn", "app.main:app"]
    ```

    ## Passes: a buildpack
    ```text title="Procfile"
    web: gunicorn app:app
    ```

    ## Partial: only an environment to work in
    ```dockerfile title="Dockerfile"
    FROM python:3.12
    COPY requirements.txt .
    RUN pip install -r requirements.txt
    CMD ["jupyter", "lab"]
    ```

    ## Fails
    ```python title="serve.py"
    import joblib
    model = joblib.load("model.joblib")
    ```
    """
    if images := containers.packaging:
        for image in images[:SHOWN]:
            own = next((c for c in containers.commands_of(image) if containers.is_own(c)), None)
            started = f"`{shortened(' '.join(own.words), 60)}`" if own is not None else "what is copied into it"
            yield ok(f"an image that starts {started}", at=image.location)
        return
    packages = list(found(files, vocabulary().packages))
    if packages:
        lost = {at.path: name for _, at in packages if (name := _lost(files, at.path))}
        if len(lost) == len(packages):
            path, name = next(iter(lost.items()))
            yield partial(f"it starts `{name}`, which is not in the repository", at=path)
            return
        kept = [(what, at) for what, at in packages if at.path not in lost]
        yield from (ok(f"{what} packages the project", at=location) for what, location in kept[:SHOWN])
        return
    yield next(_halves(containers, files, code), fail("no Dockerfile or other description of an image"))


def _lost(files: Files, path: str) -> str:
    """The program that a Procfile starts, where no file of that name is here."""
    if path.rpartition("/")[2] != "Procfile":
        return ""
    started = [word for line in files.text(path).split("\n") for word in PROGRAM.findall(line.partition(":")[2])]
    there = any(files.find(f"**/{word.removeprefix('./')}") for word in started)
    return started[0] if started and not there else ""


def _halves(containers: Containers, files: Files, code: Code) -> Iterator[Finding]:
    for image in containers.images:
        if image.is_development:
            yield partial("the only image is for development", at=image.location)
        elif image.starts:
            started = shortened(" ".join(image.starts[-1].words), 60)
            yield partial(f"the image starts `{started}`, nothing of the project", at=image.location)
        else:
            yield partial("the image starts nothing; it only provides an environment", at=image.location)
    for path in containers.devcontainers:
        yield partial("only a development container", at=path)
    for what, location in found(files, vocabulary().environments):
        yield partial(f"only {what}", at=location)
    for site in code.calls_to(*vocabulary().images):
        if site.unit.is_production:
            yield partial(f"an image that `{site.name.rpartition(':')[2]}` builds from code", at=site.location)
