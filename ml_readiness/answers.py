"""The words of an answer: how sure it is, how much it weighs, and where it was seen."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from msgspec import Struct, structs


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


class Model(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Frozen, and strict about unknown fields; the JSON Schema takes field docstrings from the source."""

    def replace(self, **changes: object) -> Self:
        """The same with some fields changed."""
        return structs.replace(self, **changes)


class Location(Model, frozen=True, kw_only=True):
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


class Step(Model, frozen=True, kw_only=True):
    """One stop on the way a value took: where it came from, was fitted, split or used."""

    message: str
    path: str
    line: int | None = None
    cell: int | None = None
    code: str = ""
    """The line of source at that place."""


class Finding(Model, frozen=True, kw_only=True):
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
