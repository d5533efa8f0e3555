"""The notebooks run from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, unknown
from ml_readiness.facts.source.notebooks import Notebooks
from ml_readiness.report import Effort, Finding, Severity


@check(
    "Does the notebook run top to bottom?",
    severity=Severity.LOW,
    effort=Effort.SMALL,
    prohibition=True,
    bar=0.9,
    half=0.6,
    core=False,
)
def notebooks_run_clean(notebooks: Notebooks) -> Iterator[Finding]:
    """Cells that were run out of order show results that the code on the page does not give. Whoever runs it again gets
    other numbers, or an error.

    ## How to fix
    Restart the kernel, run all cells, then commit; or strip the outputs with `nbstripout --install`.

    ## Sources
    - Quality and reproducibility of Jupyter notebooks

    ## Fails
    ```json title="train.ipynb"
    {"nbformat": 4, "metadata": {}, "cells": [
      {"cell_type": "code", "source": "x = 1", "execution_count": 7, "outputs": [{"output_type": "stream"}]},
      {"cell_type": "code", "source": "x", "execution_count": 3, "outputs": []}]}
    ```
    ## Passes
    ```json title="train.ipynb"
    {"nbformat": 4, "metadata": {}, "cells": [
      {"cell_type": "code", "source": "x = 1", "execution_count": 1, "outputs": []},
      {"cell_type": "code", "source": "x", "execution_count": 2, "outputs": [{"output_type": "execute_result"}]}]}
    ```
    ## Does not apply
    ```python title="train.py"
    x = 1
    ```
    """
    for state in notebooks.states:
        if state.runs_clean:
            yield ok("cells were run in order", at=state.location)
        else:
            yield fail(state.problem, at=state.location)
    if notebooks.states or not notebooks.all:
        return
    if notebooks.stripped_by is not None:
        yield ok("outputs are taken out before each commit", at=notebooks.stripped_by)
    elif notebooks.executed_by is not None:
        yield ok("notebooks are run automatically", at=notebooks.executed_by)
    else:
        yield unknown("no notebook holds outputs, so the order is not known", at=notebooks.all[0][0])
