"""The text of a comment on a pull request: what a reviewer has to do at one look, everything else folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml_readiness.changes import Movement
from ml_readiness.render import changes, markdown, words
from ml_readiness.render.gfm import code, prose
from ml_readiness.report import Outcome, ProjectKind
from ml_readiness.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ml_readiness.changes import Comparison
    from ml_readiness.render.gfm import Link
    from ml_readiness.report import Report

LIMIT = 60_000
"""Characters; GitHub's own limit is 65,536 characters or 262,144 bytes, depending on whom one asks."""
REMEDIES = "each place and its remedy is below"
STEPS = 3
"""How many next steps are named."""
_MISSING = (Outcome.FAIL, Outcome.PARTIAL, Outcome.ERROR)
_OPEN = (Outcome.UNKNOWN, Outcome.BLOCKED, Outcome.ATTESTED, Outcome.WAIVED)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a comment says beyond the report."""

    commit: str | None = None
    """The commit that was proposed."""
    objections: tuple[str, ...] = ()
    """Why the build fails."""
    remarks: tuple[str, ...] = ()
    """What else a reader has to know: why there is no comparison, where the data comes from."""
    page: str | None = None
    """The page of the run, whose summary has everything."""
    name: str | None = None
    """Which of several projects in one repository this is."""


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    rank: int
    """The higher, the sooner it is left out."""


def render(report: Report, situation: Situation, link: Link | None = None, limit: int = LIMIT) -> str:
    """The comment; whole parts that do not fit are left out, the least important first, and that is said."""
    head, foot = _joined(_head(report, situation)), _joined(_foot(report, situation))
    parts = [part for part in _parts(report, link) if part.text]
    note = ""
    while parts and len(head) + len(note) + len(foot) + sum(len(part.text) for part in parts) > limit:
        parts.remove(max(parts, key=lambda part: part.rank))
        note = "\nThis is not everything: the rest does not fit into a comment, see the summary of the run.\n"
    return head + "".join(part.text for part in parts) + note + foot


def minimal(report: Report, situation: Situation) -> str:
    """The head of the comment alone."""
    return _joined([*_head(report, situation), "The report is too long for a comment.", *_foot(report, situation)])


def verdict(report: Report, situation: Situation) -> tuple[str, str]:
    """How urgent it is, as the name of an alert, and what to do, in a sentence or two."""
    comparison = report.comparison
    is_worse = comparison is not None and bool(comparison.regressions)
    if not report.complete or situation.objections:
        return "CAUTION", " ".join(_troubles(report, situation, is_worse=is_worse))
    if comparison is not None and is_worse:
        answers = plural(len(comparison.regressions), "answer")
        return "WARNING", f"**{answers} got worse with this change.** That fails nothing; {REMEDIES}."
    if report.score is None:
        return "NOTE", "**Nothing to do:** no machine learning of its own was found here, so there is no score."
    missing = sum(1 for _ in report.with_outcome(*_MISSING))
    if not missing:
        return "TIP", "**All clear:** nothing that is asked is missing."
    if comparison is None:
        questions = plural(missing, "question")
        return "NOTE", f"**{questions} without a good answer.** Nothing was compared, so none need be new."
    return _good_news(comparison)


def _troubles(report: Report, situation: Situation, *, is_worse: bool) -> Iterator[str]:
    if not report.complete:
        broken = ", ".join(code(result.check) for result in report.with_outcome(Outcome.ERROR)) or "a check"
        yield f"**Incomplete:** {broken} could not be run. That is a fault of ml-readiness and not of this change."
        yield "What follows is not the whole truth."
    if situation.objections:
        yield f"**This does not pass the gate:** {prose('; '.join(situation.objections))}."
        if is_worse:
            yield f"{REMEDIES.capitalize()}."


def _good_news(comparison: Comparison) -> tuple[str, str]:
    better = comparison.with_movement(Movement.FIXED, Movement.BETTER, Movement.SHRUNK)
    unanswered = changes.unanswered(comparison)
    good = f", and {plural(len(better), 'answer')} got better" if better else ""
    if unanswered:
        asked = plural(len(unanswered), "new question")
        said = f"This change brings {asked} without a good answer yet; that fails nothing."
        return "NOTE", f"**Nothing got worse{good}.** {said}"
    if better:
        return "TIP", f"**Nothing got worse{good}.** Nothing to do."
    return "NOTE", f"**Nothing to do:** no answer got worse since {changes.base(comparison)}."


def _head(report: Report, situation: Situation) -> Iterator[str]:
    name = f" of {code(situation.name)}" if situation.name else ""
    if report.score is None:
        yield f"## ML readiness{name}: no score"
    else:
        yield f"## ML readiness{name}: {report.score}/100, grade {report.grade}{_delta(report.comparison)}"
    yield ""
    kind, sentence = verdict(report, situation)
    yield f"> [!{kind}]"
    yield f"> {sentence}"
    yield ""
    if report.comparison is not None and report.score is not None:
        if report.comparison.score_change or any(c.movement is not Movement.SAME for c in report.comparison.changes):
            yield changes.headline(report.comparison)
        yield from changes.notes(report.comparison)
    yield from (f"{prose(remark)}." for remark in situation.remarks)


def _delta(comparison: Comparison | None) -> str:
    if comparison is None or comparison.score_change is None:
        return ""
    return f" ({comparison.score_change:+d})" if comparison.score_change else " (unchanged)"


def _parts(report: Report, link: Link | None) -> Iterator[_Part]:
    comparison = report.comparison
    if comparison is not None:
        yield _Part(_joined(changes.worse(report, comparison, link)), 0)
    if report.kind is ProjectKind.NOT_ML:
        return
    if comparison is not None and report.score is not None:
        yield _Part(_joined(changes.arising(report, comparison, link)), 3)
        yield _Part(_joined(changes.better(comparison)), 4)
    said = frozenset(change.check for change in comparison.changes if change.new) if comparison else frozenset[str]()
    title = "### Best next steps" if comparison is None else "### Apart from this change: the best next steps"
    yield _Part(_joined(markdown.next_steps(report, title, said, STEPS)), 2)
    yield _Part(_fold("Score by question", _categories(report)), 1)
    yield _Part(_fold(f"Projects inside ({len(report.members)})", markdown.members(report)), 5)
    missing = sum(1 for _ in report.with_outcome(*_MISSING))
    yield _Part(_fold(f"Everything that is missing ({missing})", markdown.missing(report, link)), 6)
    for rank, outcome in enumerate((*_OPEN, Outcome.PASS, Outcome.NOT_APPLICABLE), 7):
        yield _Part(_joined(markdown.folded(outcome, report, link)), rank)


def _categories(report: Report) -> Iterator[str]:
    before = report.comparison.categories if report.comparison is not None else {}
    shown = [category for category in report.categories if category.score is not None]
    if shown:
        yield markdown.kind(report)
        if report.grade_reasons:
            yield f"The grade is held down: {prose(words.held_down(report))}."
        yield ""
        yield "| Question | Score | Before | Weight |" if before else "| Question | Score | Weight |"
        yield "|---|--:|--:|--:|" if before else "|---|--:|--:|"
    for category in shown:
        was = before.get(category.category)
        column = f" {'not asked' if was is None else f'{was:.0f}'} |" if before else ""
        yield f"| {prose(category.question)} | {category.score:.0f} |{column} {category.weight:.0%} |"


def _foot(report: Report, situation: Situation) -> Iterator[str]:
    yield ""
    commit = f"{code(situation.commit[:7])}" if situation.commit else "files"
    said = [f"ml-readiness {prose(report.tool_version)} read {commit} and executed nothing."]
    if report.score is not None:
        said.append(f"Is an answer wrong? Waive it with a reason in {code('.ml-readiness.toml')}.")
    if situation.page:
        said.append(f"[Full report]({situation.page})")
    yield f"<sub>{' '.join(said)}</sub>"


def _fold(title: str, lines: Iterable[str]) -> str:
    inside = "\n".join(lines).strip("\n")
    if not inside:
        return ""
    return _joined(["", f"<details><summary>{title}</summary>", "", inside, "", "</details>"])


def _joined(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return f"{text}\n" if text else ""
