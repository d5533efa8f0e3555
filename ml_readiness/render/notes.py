"""What an interviewer would ask about this repository, what it answers by itself, and what to prepare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.report import Outcome, ProjectKind
from ml_readiness.score import SEVERITY_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ml_readiness.report import CategoryScore, Report, Result

SHOWN = 3
"""How many answers of one sort a note holds."""
FEW = 0.03
"""The share of the score below which a subject is not worth a note."""


class Subject(Struct, frozen=True):
    """What is behind the question of a category."""

    meant: str
    """What the interviewer wants to find out."""
    next_questions: tuple[str, ...]
    """What is asked next, whatever the files say."""


SUBJECTS: Mapping[str, Subject] = {
    "testing": Subject(
        "Whether a change can be made without fear, and who notices when one goes wrong.",
        ("Which mistake did a test of yours catch?", "What would you test next, and why is it not tested yet?"),
    ),
    "dependencies": Subject(
        "Whether the project can be installed in a year, and comes out the same.",
        ("How do you find out that a library has changed under you?", "What did the last upgrade break?"),
    ),
    "preprocessing": Subject(
        "Whether a live request is prepared exactly as the training rows were.",
        ("What happens to a category that training never saw?", "Where are the fitted parts kept, and who loads them?"),
    ),
    "reproducibility": Subject(
        "Whether somebody else can make the model again from what is here.",
        ("Which commit, data and command made the model that is in use?", "How far apart are two runs?"),
    ),
    "evaluation": Subject(
        "Whether the number means what it seems to mean, and whether anybody is better off for it.",
        ("What does the simplest possible model score?", "How were the evaluation rows chosen, and what could leak?"),
    ),
    "serving": Subject(
        "Whether it has ever left the laptop, or could tomorrow.",
        ("What happens to a request with a missing field?", "How is a new model rolled out, and how is it taken back?"),
    ),
    "monitoring": Subject(
        "Whether a model that gets worse is noticed, and by whom.",
        (
            "It is three months after the launch and the quality is down. How do you notice?",
            "What do you log of each prediction, and when do the true answers arrive?",
        ),
    ),
    "documentation": Subject(
        "Whether somebody can take over, use it rightly, and know its limits.",
        ("Who should not use this model?", "What would you tell the person who takes over in five minutes?"),
    ),
}


LLM_SUBJECTS: Mapping[str, Subject] = {
    "preprocessing": Subject(
        "Whether what the language model is given is prepared by code that can be tested.",
        ("What happens to a document that cannot be read?", "How were the size and overlap of the pieces chosen?"),
    ),
    "evaluation": Subject(
        "Whether the answers are judged by more than a few tries, and whether anybody is better off for them.",
        ("Which questions does it answer wrongly, and how do you know?", "What does a new prompt have to show first?"),
    ),
    "serving": Subject(
        "Whether it has ever left the laptop, or could tomorrow.",
        (
            "What happens when the language model does not answer in time?",
            "What can a stranger make it say or do?",
        ),
    ),
    "monitoring": Subject(
        "Whether answers that get worse are noticed, and by whom.",
        (
            "The vendor has changed the model overnight. How do you notice?",
            "What do you keep of each question and answer, and what does an answer cost?",
        ),
    ),
    "documentation": Subject(
        "Whether somebody can take over, use it rightly, and know its limits.",
        ("What should nobody ask it?", "What would you tell the person who takes over in five minutes?"),
    ),
}
LIBRARY_SUBJECTS: Mapping[str, Subject] = {
    "evaluation": Subject(
        "Whether a change that makes results worse is noticed before a release.",
        ("On which data is it compared with others?", "Which change made results worse, and who noticed?"),
    ),
    "serving": Subject(
        "Whether what the package saves can be loaded and used safely elsewhere.",
        (
            "What happens to a model that an older version saved?",
            "Which input does it refuse, and with which message?",
        ),
    ),
    "documentation": Subject(
        "Whether somebody can use it rightly, and take over from its authors.",
        ("Who should not use it, and what instead?", "How does a change get into a release?"),
    ),
}
OF_KIND: Mapping[ProjectKind, Mapping[str, Subject]] = {
    ProjectKind.LLM_APP: LLM_SUBJECTS,
    ProjectKind.LIBRARY: LIBRARY_SUBJECTS,
}
"""Where a kind of project is asked other questions."""


class Note(Struct, frozen=True):
    """One question, and what can be said about it now."""

    category: str
    question: str
    meant: str
    verdict: str
    score: float
    good: tuple[Result, ...]
    """What the repository shows by itself, the weightiest first."""
    missing: tuple[Result, ...]
    """What it does not show yet, what gains most first."""
    open: tuple[Result, ...]
    """What only its authors can answer."""
    next_questions: tuple[str, ...]


def notes(report: Report) -> tuple[Note, ...]:
    """A note for each subject that matters for this kind of project."""
    return tuple(_notes(report))


def _notes(report: Report) -> Iterator[Note]:
    for category in report.categories:
        subject = OF_KIND.get(report.kind, SUBJECTS).get(category.category) or SUBJECTS.get(category.category)
        if subject is not None and category.score is not None and category.weight >= FEW:
            yield _note(report, category, category.score, subject)


def _note(report: Report, category: CategoryScore, score: float, subject: Subject) -> Note:
    results = [result for result in report.results if result.category == category.category]
    good = sorted(_with(results, Outcome.PASS, Outcome.ATTESTED), key=lambda result: -SEVERITY_WEIGHTS[result.severity])
    missing = sorted(_with(results, Outcome.FAIL, Outcome.PARTIAL), key=lambda result: -result.points)
    return Note(
        category.category,
        category.question,
        subject.meant,
        verdict(score),
        score,
        tuple(result for result in good if not result.prohibition)[:SHOWN],
        tuple(missing[:SHOWN]),
        tuple(_with(results, Outcome.UNKNOWN))[:SHOWN],
        subject.next_questions,
    )


def verdict(score: float) -> str:
    """How far the files answer a question, in a few words."""
    if score >= 90:
        return "The repository answers this well."
    if score >= 65:
        return "Mostly answered."
    if score >= 35:
        return "Answered in part."
    return "Only begun so far." if score > 0 else "Not answered yet."


def _with(results: Iterable[Result], *outcomes: Outcome) -> list[Result]:
    return [result for result in results if result.outcome in outcomes]
