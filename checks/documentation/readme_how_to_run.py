"""The README says how to install and run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.prose.commands_to_write import CommandsToWrite
from ml_readiness.facts.prose.instructions import Instructions
from ml_readiness.report import Confidence, Effort, Finding, Severity
from ml_readiness.wording import shortened

if TYPE_CHECKING:
    from ml_readiness.facts.prose.instructions import Instruction


@check("Can I start without you?", severity=Severity.HIGH, effort=Effort.SMALL)
def readme_how_to_run(instructions: Instructions, commands: CommandsToWrite) -> Iterator[Finding]:
    """The first thing a successor does is copy two commands from the README. Without them every new person asks you, or
    guesses, and a guess is not the run that your numbers came from.

    ## How to fix
    Two code blocks: one command that installs everything, one that runs the main job, both tried in a fresh clone.

    ## Sources
    - ML code completeness checklist: README

    ## Fails
    ````markdown title="README.md"
    # Churn model
    Open the notebook and run train.py.
    ````
    ## Partial
    ````markdown title="README.md"
    # Churn model
    ```bash
    python train.py
    ```
    ````
    ```python title="train.py"
    pass
    ```
    ## Passes
    ````markdown title="README.md"
    # Churn model
    ```bash
    pip install -r requirements.txt
    python train.py
    ```
    ````
    ```text title="requirements.txt"
    scikit-learn==1.5.0
    ```
    ```python title="train.py"
    pass
    ```
    ## Partial: a command that cannot work
    ````markdown title="README.md"
    # Churn model
    ```bash
    pip install pandas
    python train.py
    ```
    ````
    ```python title="main.py"
    pass
    ```
    """
    readme = instructions.pages.readme
    if readme is None and not instructions.pages.all:
        yield fail("there is no README", hint=commands.hint)
        return
    install, run = _first(instructions.installing), _first(instructions.running)
    if install and run:
        if install.location == run.location and install.text == run.text:
            yield ok(f"`{_shown(install)}` installs and runs it", at=install.location, confidence=Confidence.MEDIUM)
            return
        yield ok(f"`{_shown(install)}` installs what it needs", at=install.location, confidence=Confidence.MEDIUM)
        yield ok(_runs(run), at=run.location, confidence=Confidence.MEDIUM)
    elif install:
        why = _reason(instructions.running, "no command runs the main job")
        hint = f"Add the command that runs it: `{commands.running[0]}`." if commands.running else None
        message = f"`{_shown(install)}` installs what it needs, but {why}"
        yield partial(message, at=install.location, confidence=Confidence.MEDIUM, hint=hint)
    elif run:
        why = _reason(instructions.installing, "no command installs what it needs")
        install_with = commands.installing if not _is_code(run) else ""
        hint = f"Add the command that installs it: `{install_with}`." if install_with else None
        message = f"{_runs(run)}, but {why}"
        yield partial(message, at=run.location, confidence=Confidence.MEDIUM, hint=hint)
    else:
        broken = [*instructions.installing, *instructions.running]
        at = broken[0].location if broken else readme.path if readme else None
        why = _reason(broken, "the README gives no command that installs or runs anything")
        yield fail(why, at=at, confidence=Confidence.MEDIUM, hint=commands.hint)


def _is_code(instruction: Instruction) -> bool:
    return instruction.text.startswith(("import ", "from "))


def _runs(instruction: Instruction) -> str:
    return f"`{_shown(instruction)}` {'shows how to use it' if _is_code(instruction) else 'runs it'}"


def _first(found: tuple[Instruction, ...]) -> Instruction | None:
    return next((instruction for instruction in found if not instruction.missing), None)


def _reason(found: tuple[Instruction, ...] | list[Instruction], otherwise: str) -> str:
    if not found:
        return otherwise
    return f"`{_shown(found[0])}` cannot work: {found[0].missing} in the repository"


def _shown(instruction: Instruction) -> str:
    return shortened(instruction.text.replace("`", "'"))
