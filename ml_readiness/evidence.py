"""Findings with the lines of source they speak of, so that a reader need not open the repository."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ml_readiness.facts.tree.leaks import CONFIGURATION
from ml_readiness.identity import identified
from ml_readiness.masking import masked
from ml_readiness.parsers.notebook import Notebook
from ml_readiness.parsers.secrets import NotebookSecrets, Secrets
from ml_readiness.report import Excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ml_readiness.facts.tree.files import Files
    from ml_readiness.report import Finding, Result, Step

KEPT = 100
"""How many findings of one check a report holds; its summary tells how many there were."""
QUOTED = 8
"""How many findings of one check have the lines around them in the report."""
AROUND = 2
MOST_LINES = 2000
WIDEST = 160
SECRETIVE = frozenset({"no-secrets"})
"""Checks whose findings must not repeat what they found."""
HIDDEN = "… (this line is not shown: it may hold a credential)"


def with_code(result: Result, files: Files) -> Result:
    """The result with at most `KEPT` findings, each with its line of source where that may be shown."""
    kept = result.findings[:KEPT]
    if result.check not in SECRETIVE:
        kept = tuple(_quoted(finding, files) for finding in kept)
    return identified(result.replace(findings=kept))


def excerpts(results: Iterable[Result], files: Files) -> tuple[Excerpt, ...]:
    """The lines around the first findings of each result, joined where they touch."""
    wanted: defaultdict[tuple[str, int | None], set[int]] = defaultdict(set)
    for result in results:
        for path, cell, line in _places(result) if result.check not in SECRETIVE else ():
            wanted[path, cell].update(range(max(1, line - AROUND), line + AROUND + 1))
    found: list[Excerpt] = []
    left = MOST_LINES
    for (path, cell), numbers in sorted(wanted.items(), key=lambda item: (item[0][0], item[0][1] or 0)):
        source = _Source(path, cell, files)
        for start, end in _runs(sorted(numbers)):
            lines = tuple(source.line(number) for number in range(start, min(end, source.length) + 1))[:left]
            left -= len(lines)
            if any(lines):
                found.append(Excerpt(path=path, cell=cell, start=start, lines=lines))
    return tuple(found)


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings by what they say: against the statement first, evidence for it last."""
    order = ("fail", "partial", "unknown", "pass")
    return tuple(sorted(findings, key=lambda finding: order.index(finding.kind)))


def _places(result: Result) -> Iterator[tuple[str, int | None, int]]:
    for finding in result.findings[:QUOTED]:
        line = finding.line or (1 if finding.cell is not None else None)
        if finding.path is not None and line is not None:
            yield finding.path, finding.cell, line


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers without a gap, as first and last."""
    start = before = numbers[0]
    for number in numbers[1:]:
        if number != before + 1:
            yield start, before
            start = number
        before = number
    yield start, before


class _Source:
    """The lines of a file or of a notebook's cell, as they may be shown."""

    def __init__(self, path: str, cell: int | None, files: Files) -> None:
        self._lines = _cell(path, cell, files) if cell is not None else files.lines(path)
        self._secret = _secret_lines(path, cell, files)
        self._is_settings = CONFIGURATION.search(path) is not None

    @property
    def length(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def line(self, number: int) -> str:
        """One line, counted from one."""
        if number in self._secret:
            return HIDDEN
        line = self._lines[number - 1] if 0 < number <= len(self._lines) else ""
        return shortened(masked(line.rstrip()[: 4 * WIDEST], is_settings=self._is_settings))


def shortened(line: str) -> str:
    """A line that fits the report."""
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"


def _cell(path: str, cell: int, files: Files) -> tuple[str, ...]:
    notebook = files.documents.find(Notebook, path)
    cells = notebook.cells if notebook is not None else ()
    return next((each.source for each in cells if each.index == cell), ())


def _secret_lines(path: str, cell: int | None, files: Files) -> frozenset[int]:
    find = files.documents.find
    found = find(NotebookSecrets, path) if path.endswith(".ipynb") else find(Secrets, path)
    secrets = found.found if found is not None else ()
    return frozenset(secret.line for secret in secrets if secret.cell == (cell or 0))


def _quoted(finding: Finding, files: Files) -> Finding:
    steps = tuple(_step(step, files) for step in finding.steps)
    code = finding.code
    if finding.path is not None and finding.line is not None and not code:
        code = _Source(finding.path, finding.cell, files).line(finding.line).strip()
    if code == finding.code and steps == finding.steps:
        return finding
    return finding.replace(code=code, steps=steps)


def _step(step: Step, files: Files) -> Step:
    if not step.code or step.line is None:
        return step
    return step.replace(code=_Source(step.path, step.cell, files).line(step.line).strip())
