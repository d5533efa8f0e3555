"""The vocabulary of an answer: findings, results and the report that holds them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA_VERSION = "1.0"


class Severity(StrEnum):
    """How much a check weighs."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Kind(StrEnum):
    """What one finding says about the statement its check makes."""

    PASS = "pass"
    PARTIAL = "partial"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure a finding is: a structural fact, a resolved call, or words in prose."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Effort(StrEnum):
    """How long the remedy usually takes: an hour, a day, or more."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Outcome(StrEnum):
    """The answer of one check for one repository."""

    PASS = "pass"
    PARTIAL = "partial"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"
    BLOCKED = "blocked"
    ERROR = "error"
    WAIVED = "waived"
    ATTESTED = "attested"


class Movement(StrEnum):
    """What a change did to the answer of one check."""

    WORSE = "worse"
    """It holds less than before, or something forbidden is new."""
    GROWN = "grown"
    """It held no more than now, but is missing in more places."""
    ARISING = "arising"
    """It is decided now and was not before: no regression, whatever the answer."""
    GONE = "gone"
    """It was decided before and is not now."""
    SHRUNK = "shrunk"
    """It is missing in fewer places."""
    BETTER = "better"
    """It holds in part now."""
    FIXED = "fixed"
    """It holds now."""
    SAME = "same"


class ProjectKind(StrEnum):
    """What the repository is for; decides which questions arise and what they weigh."""

    NOT_ML = "not-ml"
    COLLECTION = "collection"
    LLM_APP = "llm-app"
    SERVICE = "service"
    BATCH = "batch"
    LIBRARY = "library"
    RESEARCH = "research"
    TRAINING = "training"
    NOTEBOOKS = "notebooks"


class FileRole(StrEnum):
    """What a file does in the life of a model."""

    SERVE = "serve"
    TRAIN = "train"
    PREPROCESS = "preprocess"
    EVALUATE = "evaluate"
    TEST = "test"
    CODE = "code"
    """Code of any other purpose."""
    OPERATE = "operate"
    """Pipelines, images, deployments, requirements and settings."""
    EXPLAIN = "explain"
    """Text for people."""


class Model(BaseModel):
    """Frozen, and strict about unknown fields; the JSON Schema takes field docstrings from the source."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Location(Model):
    """A place in the audited repository that a reader can open."""

    path: str
    """Relative to the root of the snapshot, with forward slashes."""
    line: int | None = None
    """Counted from one; in a notebook, within the cell."""
    column: int | None = None
    """Counted from one."""
    cell: int | None = None
    """The notebook cell, counted from one over all cells of the notebook."""

    def __str__(self) -> str:
        """The place as editors understand it: `path:line`."""
        cell = f"#cell-{self.cell}" if self.cell is not None else ""
        return f"{self.path}{cell}" + (f":{self.line}" if self.line is not None else "")


class Step(Model):
    """One stop on the way a value took: where it came from, was fitted, split or used."""

    message: str
    path: str
    line: int | None = None
    cell: int | None = None
    code: str = ""
    """The line of source at that place."""


class Finding(Model):
    """One thing that was seen, where, and what it means for the check's statement."""

    id: str = ""
    """The same in every report that has this finding, whatever line it is on; `ml-readiness explain --finding ID`."""
    kind: Kind
    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    cell: int | None = None
    confidence: Confidence = Confidence.HIGH
    hint: str | None = None
    """What to do about it, where the check's general advice can be made concrete."""
    code: str = ""
    """The line of source at that place; long words, which may be secrets, are left out."""
    steps: tuple[Step, ...] = ()
    """How a value travelled to the place of the finding, for findings of the data-flow analysis."""

    @property
    def location(self) -> Location | None:
        """Where it was seen, if it was seen at a place."""
        if self.path is None:
            return None
        return Location(path=self.path, line=self.line, column=self.column, cell=self.cell)


class Excerpt(Model):
    """Some lines around what findings speak of, so that a reader need not open the repository."""

    path: str
    cell: int | None = None
    """The notebook cell, counted from one; null outside notebooks."""
    start: int
    """The number of the first line, counted as the lines of findings are."""
    lines: tuple[str, ...]
    """As written, but cut where they are long, and without what may be a credential."""


class MappedFile(Model):
    """One file as the map of the repository shows it."""

    path: str
    size: int
    """In bytes; of a notebook, its code alone."""
    role: FileRole
    tested: bool | None = None
    """Whether a test was found that runs any of it, by calls that can be followed; null where that is not asked:
    tests, examples, notebooks, files without functions."""


class Result(Model):
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


class CategoryScore(Model):
    """One of the questions a reviewer asks, with its share of the answer."""

    category: str
    question: str
    score: float | None
    """0-100, or null where no check of the category applies."""
    weight: float
    """Share of the total, for this kind of project."""


class Problem(Model):
    """Something in the repository that could not be read as what it claims to be."""

    path: str
    message: str
    line: int | None = None


class TestScoreItem(Model):
    """One of the 28 tests of the ML Test Score."""

    __test__: ClassVar[bool] = False

    section: str
    item: str
    points: float
    """0, 0.5 (documented or partial evidence) or 1 (automated evidence)."""
    evidence: str
    """What was seen, or that only an attestation can answer."""


class TestScore(Model):
    """The ML Test Score (Breck et al., 2017) as far as files alone can show it: a lower bound."""

    __test__: ClassVar[bool] = False

    score: float
    """The smallest of the four section sums."""
    sections: dict[str, float]
    items: tuple[TestScoreItem, ...]


class Change(Model):
    """What became of one check's answer between two revisions."""

    check: str
    question: str
    category: str
    severity: Severity
    movement: Movement
    before: Outcome | None
    """Null where the other report does not have the check."""
    after: Outcome | None
    new: tuple[Finding, ...] = ()
    """What is against the check now and was not before."""
    absent: tuple[Finding, ...] = ()
    """What was against the check before and is gone."""
    unchanged: int = 0
    """How many findings against the check were there before, too."""


class Comparison(Model):
    """What a report says that the report on a base revision does not, and the other way round."""

    revision: str | None
    """The commit compared with."""
    score: int | None
    """The score of the base."""
    grade: str | None
    score_change: int | None
    """The score minus the base's; null where one of them has none."""
    shared_change: int | None
    """The same, over the questions that are decided on both sides alone."""
    categories: dict[str, float | None] = Field(default_factory=dict)
    """The base's score of each category."""
    changes: tuple[Change, ...] = ()
    """The checks whose answer is not the same, or not for the same places; what got worse first."""
    new: int = 0
    unchanged: int = 0
    absent: int = 0
    """Findings against checks, counted."""
    notes: tuple[str, ...] = ()
    """What a reader has to know before drawing conclusions."""

    def with_movement(self, *movements: Movement) -> tuple[Change, ...]:
        """The changes that went one of these ways, in order."""
        return tuple(change for change in self.changes if change.movement in movements)

    @property
    def regressions(self) -> tuple[Change, ...]:
        """What the change made worse; questions that are new do not belong to it."""
        return self.with_movement(Movement.WORSE, Movement.GROWN)


class Report(Model):
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
    settings: dict[str, str] = Field(default_factory=dict)
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
