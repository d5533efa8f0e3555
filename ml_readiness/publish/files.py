"""Files that later steps use; a link that waits at a file's place is replaced, never followed."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ml_readiness.publish.saved import NAME
from ml_readiness.render import badge, sarif, shields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ml_readiness.publish.inputs import Inputs
    from ml_readiness.report import Report


def write_asked_for(report: Report, inputs: Inputs, workspace: Path) -> Iterator[str]:
    """Writes what the inputs name, relative to the workspace; yields what did not work."""
    wanted = {inputs.sarif_file: sarif.render, inputs.json_file: _json}
    wanted |= {file: shields.render if file.endswith(".json") else badge.render for file in inputs.badge_file}
    for file, render in wanted.items():
        if file is not None:
            try:
                _write(workspace, file, render(report))
            except OSError as error:
                yield f"{file}: cannot be written: {error.strerror or error}"


def write_report(folder: Path, report: str, comment: str) -> dict[str, str]:
    """The report for the run that comments, and the comment itself; outputs that name them."""
    paths = {"report-json": folder / NAME, "report-md": folder / "report.md"}
    with suppress(OSError):
        paths["report-json"].write_text(report, encoding="utf-8", newline="\n")
        paths["report-md"].write_text(comment, encoding="utf-8", newline="\n")
    return {name: str(path) for name, path in paths.items()}


def _json(report: Report) -> str:
    return report.to_json()


def _write(workspace: Path, file: str, text: str) -> None:
    target = workspace / file
    folder = target.parent.resolve()
    if not Path(file).is_absolute() and not folder.is_relative_to(workspace.resolve()):
        raise OSError("it is not in the workspace")
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".ml-readiness-", dir=folder)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(folder / target.name)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
