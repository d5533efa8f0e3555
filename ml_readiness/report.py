"""The results of an audit and the report that holds them; the words that they are written in come along."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from ml_readiness.answers import (
    Confidence,
    Effort,
    FileRole,
    Finding,
    Kind,
    Location,
    Model,
    Outcome,
    ProjectKind,
    Severity,
    Step,
)
from ml_readiness.changes import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "SCHEMA_VERSION",
    "CategoryScore",
    "Confidence",
    "Effort",
    "Excerpt",
    "FileRole",
    "Finding",
    "Kind",
    "Location",
    "MappedFile",
    "Model",
    "Outcome",
    "Problem",
    "ProjectKind",
    "Report",
    "Result",
    "Severity",
    "Step",
    "TestScore",
    "TestScoreItem",
]

SCHEMA_VERSION = "1.0"


class Excerpt(Model, frozen=True, kw_only=True):
    """Some lines around what findings speak of, so that a reader need not open the repository."""

    path: str
    cell: int | None = None
    """The notebook cell, counted from one; null outside notebooks."""
    start: int
    """The number of the first line, counted as the lines of findings are."""
    lines: tuple[str, ...]
    """As written, but cut where they are long, and without what may be a credential."""


class MappedFile(Model, frozen=True, kw_only=True):
    """One file as the map of the repository shows it."""

    path: str
    size: int
    """In bytes; of a notebook, its code alone."""
    role: FileRole
    tested: bool | None = None
    """Whether a test was found that runs any of it, by calls that can be followed; null where that is not asked:
    tests, examples, notebooks, files without functions."""


class Result(Model, frozen=True, kw_only=True):
    """The answer of one check, with its evidence."""

    check: str
    """The check's id: a statement that should hold, in kebab case."""
    question: str
    """The same, as a reviewer would ask it."""
    category: str
    outcome: Outcome
    severity: Severity
    effort: Effort
    prohibition: bool = False
    """Whether the check forbids something: passing earns nothing, failing costs."""
    findings: tuple[Finding, ...] = ()
    summary: str = ""
    """The answer in a sentence."""
    why: str = ""
    """Why anyone should care."""
    fix: str = ""
    """What to do, in a sentence or two."""
    points: float = 0.0
    """What passing this check would add to the score (0-100)."""

    @property
    def decided(self) -> bool:
        """Whether the answer counts in the score."""
        return self.outcome in {
            Outcome.PASS,
            Outcome.PARTIAL,
            Outcome.FAIL,
            Outcome.BLOCKED,
            Outcome.ATTESTED,
        }


class CategoryScore(Model, frozen=True, kw_only=True):
    """One of the questions a reviewer asks, with its share of the answer."""

    category: str
    question: str
    score: float | None
    """0-100, or null where no check of the category applies."""
    weight: float
    """Share of the total, for this kind of project."""


class Problem(Model, frozen=True, kw_only=True):
    """Something in the repository that could not be read as what it claims to be."""

    path: str
    message: str
    line: int | None = None


class TestScoreItem(Model, frozen=True, kw_only=True):
    """One of the 28 tests of the ML Test Score."""

    __test__: ClassVar[bool] = False

    section: str
    item: str
    points: float
    """0, 0.5 (documented or partial evidence) or 1 (automated evidence)."""
    evidence: str
    """What was seen, or that only an attestation can answer."""


class TestScore(Model, frozen=True, kw_only=True):
    """The ML Test Score (Breck et al., 2017) as far as files alone can show it: a lower bound."""

    __test__: ClassVar[bool] = False

    score: float
    """The smallest of the four section sums."""
    sections: dict[str, float]
    items: tuple[TestScoreItem, ...]


class Report(Model, frozen=True, kw_only=True):
    """Everything an audit found out about one snapshot."""

    schema_version: str = SCHEMA_VERSION
    tool_version: str
    repository: str
    """The name of what was audited."""
    revision: str | None = None
    """The commit, if the snapshot is one."""
    kind: ProjectKind
    kind_reasons: tuple[str, ...] = ()
    """What was seen that makes it this kind of project."""
    score: int | None
    """0-100; null where no score makes sense (`not-ml`)."""
    score_low: int | None = None
    """The score if every question that could not be decided had failed."""
    score_high: int | None = None
    """The score if every question that could not be decided had passed."""
    grade: str | None
    """A to F; null with the score."""
    grade_reasons: tuple[str, ...] = ()
    """What holds the grade down."""
    coverage: float
    """Share of the applicable weight that could be decided, 0-1."""
    categories: tuple[CategoryScore, ...] = ()
    results: tuple[Result, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Files that could not be read, and limits that were reached."""
    excerpts: tuple[Excerpt, ...] = ()
    """The lines around the first findings of each check, once for all findings that lie close together."""
    files: tuple[MappedFile, ...] = ()
    """What people wrote, with its part in the life of a model; data, vendored and generated files are left out."""
    members: tuple[Report, ...] = ()
    """The reports of the projects inside a collection or monorepo."""
    test_score: TestScore | None = None
    next_steps: tuple[str, ...] = ()
    """Ids of the checks that gain most for their effort, best first."""
    comparison: Comparison | None = None
    """What changed since a base revision, where one was given."""
    complete: bool = True
    """False when a check could not be run; the report must not be read as the whole truth."""
    settings: dict[str, str] = {}  # noqa: RUF012
    """The settings in force that are not the defaults."""

    def result(self, check: str) -> Result | None:
        """The result of one check, by id."""
        return next((result for result in self.results if result.check == check), None)

    def excerpt(self, finding: Finding) -> Excerpt | None:
        """The lines around a finding, where the report holds them."""
        at = finding.line if finding.line is not None else 1 if finding.cell is not None else None
        if finding.path is None or at is None:
            return None
        for each in self.excerpts:
            is_there = (each.path, each.cell) == (finding.path, finding.cell)
            if is_there and each.start <= at < each.start + len(each.lines):
                return each
        return None

    def with_outcome(self, *outcomes: Outcome) -> Iterator[Result]:
        """The results that have one of these outcomes, in report order."""
        return (result for result in self.results if result.outcome in outcomes)

    @classmethod
    def from_json(cls, text: bytes | str) -> Self:
        """A report from its JSON; `pydantic.ValidationError`, a ValueError, where it is none."""
        from ml_readiness import border  # noqa: PLC0415

        return border.read(cls, text)

    def to_json(self, indent: int | None = 2) -> str:
        """The report as JSON text that `ml-readiness schema` describes."""
        from ml_readiness.render import json  # noqa: PLC0415

        return json.render(self, indent=indent)

    def to_markdown(self) -> str:
        """The report as GitHub-flavoured Markdown."""
        from ml_readiness.render import markdown  # noqa: PLC0415

        return markdown.render(self)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()
