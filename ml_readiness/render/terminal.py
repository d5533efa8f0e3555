"""The report for a terminal: what is missing first, what to do next last, in any width and without colour."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ml_readiness.changes import Movement
from ml_readiness.render import words
from ml_readiness.render.text import first_sentence, printable
from ml_readiness.report import Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ml_readiness.changes import Change
    from ml_readiness.report import CategoryScore, Finding, Report, Result

WIDEST = 100
"""Longer lines are hard to read, however wide the window."""
PLACES = 3
"""How many places are shown for one question."""
STEPS = 3

_SYMBOLS: Mapping[Outcome, tuple[str, str, str]] = {
    Outcome.FAIL: ("✗", "x", "bold red"),
    Outcome.PARTIAL: ("◐", "~", "bold yellow"),
    Outcome.BLOCKED: ("…", ".", "yellow"),
    Outcome.ERROR: ("!", "!", "bold magenta"),
    Outcome.UNKNOWN: ("?", "?", "cyan"),
    Outcome.ATTESTED: ("✎", "a", "cyan"),
    Outcome.WAIVED: ("✎", "w", "cyan"),
    Outcome.PASS: ("✓", "+", "green"),
}
_MARKS: Mapping[Movement, str] = {
    Movement.WORSE: "▼",
    Movement.GROWN: "▼",
    Movement.ARISING: "●",
    Movement.GONE: "○",
    Movement.SHRUNK: "▲",
    Movement.BETTER: "▲",
    Movement.FIXED: "▲",
}
_PLAIN_MARKS: Mapping[Movement, str] = {
    movement: {"▼": "-", "●": "*", "○": "o"}.get(mark, "+") for movement, mark in _MARKS.items()
}
_DETAILED = (Outcome.FAIL, Outcome.PARTIAL, Outcome.ERROR)
_WORTH_A_WHY = frozenset({Severity.CRITICAL, Severity.HIGH})
_GRADE_COLOURS = {"A": "green", "B": "green", "C": "yellow", "D": "red", "F": "red"}


def render(report: Report) -> str:
    """The report as plain text, 80 columns wide."""
    console = Console(file=io.StringIO(), width=80, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as capture:
        show(report, console)
    return capture.get()


def show(report: Report, console: Console) -> None:
    """Prints the report; the console decides about width, colour and characters."""
    _Page(report, console).print()


class _Page:
    def __init__(self, report: Report, console: Console) -> None:
        self.report = report
        self.console = console
        self.width = min(console.width, WIDEST)
        self.ascii = console.options.ascii_only

    def print(self) -> None:
        self._headline()
        self._categories()
        self._changes()
        self._more()
        for outcome, heading in words.OUTCOMES.items():
            results = words.worst_first(self.report.with_outcome(outcome))
            if results and outcome is Outcome.NOT_APPLICABLE:
                self._line()
                self._line(f"{heading} ({len(results)}): {', '.join(result.check for result in results)}", style="dim")
            elif results:
                self._section(outcome, heading, results)
        self._problems()
        self._next_steps()

    def _line(self, *parts: str | tuple[str, str], indent: int = 0, hang: int = 2, style: str = "") -> None:
        """Prints one paragraph; wrapped lines stand `hang` further to the right, and no path is ever broken."""
        text = Text.assemble(*parts, style=style)
        for number, line in enumerate(text.divide(_breaks(text.plain, self.width - indent, hang))):
            line.rstrip()
            padding = " " * (indent + (hang if number else 0))
            self.console.print(Text(padding) + line if line else "", highlight=False, soft_wrap=True)

    def _headline(self) -> None:
        report = self.report
        revision = f" at {printable(report.revision[:12])}" if report.revision else ""
        self._line((printable(report.repository, 60), "bold"), f"{revision}: {words.KINDS[report.kind]}")
        for reason in report.kind_reasons[:2]:
            self._line((printable(reason, 200), "dim"), indent=2)
        self._line()
        self._verdict()
        if report.score_low != report.score_high:
            self._line(f"between {report.score_low} and {report.score_high}, since some questions stay open", indent=2)
        for reason in report.grade_reasons:
            self._line(f"held down: {printable(reason)}", indent=2)
        if not report.complete:
            self._line(("incomplete: a check could not be run, see below", "bold magenta"), indent=2)

    def _verdict(self) -> None:
        report = self.report
        if report.score is None:
            self._line(("No score: no machine learning of its own was found here.", "bold"))
        else:
            style = f"bold {_GRADE_COLOURS.get(report.grade or '', '')}"
            counts = Counter(result.outcome for result in report.results)
            shown = [(Outcome.FAIL, "to fix"), (Outcome.PARTIAL, "half done"), (Outcome.PASS, "fine")]
            tally = ", ".join(f"{counts[outcome]} {word}" for outcome, word in shown)
            self._line((f"{report.score}/100  {report.grade}", style), f"  {words.grade(report)}; {tally}")

    def _categories(self) -> None:
        shown = [category for category in self.report.categories if category.score is not None]
        if shown:
            self._line()
        for category in shown:
            self._line(f"{category.score or 0:3.0f} ", self._bar(category), f" {category.question}", hang=15)

    def _bar(self, category: CategoryScore) -> tuple[str, str]:
        score = category.score or 0
        filled = round(score / 10)
        full, empty = ("#", ".") if self.ascii else ("█", "░")
        return full * filled + empty * (10 - filled), "green" if score >= 60 else "yellow" if score >= 40 else "red"

    def _changes(self) -> None:
        comparison = self.report.comparison
        if comparison is None:
            return
        base = comparison.revision[:12] if comparison.revision else "the base"
        was = f" ({comparison.score} {comparison.grade})" if comparison.score is not None else ""
        self._line()
        title = f"Since {printable(base)}{was}"
        self._line((title, "bold underline"), f" {words.change(comparison.score_change)}; {words.changes(comparison)}")
        for change in comparison.changes:
            style = "bold red" if change in comparison.regressions else "dim"
            name = (f" {change.check}, {words.MOVEMENTS[change.movement]}", "dim")
            self._line((f"{self._mark(change)} ", style), printable(change.question), name)
            for finding in change.new[:PLACES]:
                self._line(*self._evidence(finding), indent=2)
        for note in comparison.notes:
            self._line(printable(note, 500), style="dim")

    def _mark(self, change: Change) -> str:
        marks = _PLAIN_MARKS if self.ascii else _MARKS
        return marks.get(change.movement, "=")

    def _more(self) -> None:
        if told := words.test_score(self.report):
            self._line()
            self._line((told, "dim"))
        if self.report.members:
            self._line()
            self._line((f"Projects inside ({len(self.report.members)})", "bold underline"))
        for member in sorted(self.report.members, key=lambda member: member.score or 0):
            verdict = "no score" if member.score is None else f"{member.score:3}/100  {member.grade}"
            self._line(f"{verdict}  {printable(member.repository, 60)}", (f"  {words.KINDS[member.kind]}", "dim"))

    def _section(self, outcome: Outcome, heading: str, results: Sequence[Result]) -> None:
        self._line()
        self._line((f"{heading} ({len(results)})", "bold underline"))
        for result in results:
            if outcome in _DETAILED:
                self._line()
                self._in_detail(result)
            else:
                self._in_a_line(result)

    def _in_detail(self, result: Result) -> None:
        question = (f" {printable(result.question)}", "bold")
        name = self._name_and_gain(result)
        if len(question[0]) + len(name) + 3 <= self.width:
            self._line(self._symbol(result.outcome), question, (f"  {name}", "dim"))
        else:
            self._line(self._symbol(result.outcome), question)
            self._line((name, "dim"), indent=2)
        shown, others = words.cut(words.telling(result), PLACES)
        for finding in shown:
            self._line(*self._evidence(finding), indent=2)
        if others:
            self._line((others, "dim"), indent=2)
        if result.why and result.outcome is Outcome.FAIL and result.severity in _WORTH_A_WHY:
            self._line(("Why ", "bold"), printable(first_sentence(result.why)), indent=2, hang=4)
        if fix := words.fix(result):
            self._line(("Fix ", "bold"), printable(fix), indent=2, hang=4)

    def _name_and_gain(self, result: Result) -> str:
        gain = f", {result.points:+.1f} for {words.EFFORTS[result.effort]}" if result.points else ""
        return f"{result.check}{gain}"

    def _in_a_line(self, result: Result) -> None:
        line: list[str | tuple[str, str]] = [self._symbol(result.outcome), f" {printable(result.question)}"]
        place = next((str(finding.location) for finding in words.telling(result) if finding.location), "")
        if result.outcome in {Outcome.PASS, Outcome.UNKNOWN} and place:
            line.append((f" {printable(place)}", "cyan"))
        if result.outcome is not Outcome.PASS or not place:
            line.append((f" {printable(result.summary, 200)}", "dim"))
        self._line(*line)

    def _evidence(self, finding: Finding) -> list[str | tuple[str, str]]:
        message = printable(finding.message, 300)
        if finding.location is None:
            return [message]
        return [(printable(str(finding.location), 200), "cyan"), f"  {message}"]

    def _problems(self) -> None:
        problems = self.report.problems
        if not problems:
            return
        self._line()
        self._line((f"Notes ({len(problems)})", "bold underline"))
        for problem in problems[:5]:
            place = (f"{printable(problem.path, 100)} ", "cyan") if problem.path else ""
            self._line(place, printable(problem.message, 200))
        if len(problems) > 5:
            self._line((f"and {len(problems) - 5} more", "dim"))

    def _next_steps(self) -> None:
        steps = [result for check in self.report.next_steps[:STEPS] if (result := self.report.result(check))]
        if not steps:
            return
        self._line()
        why = " (most points for the effort)" if any(result.points for result in steps) else ""
        self._line(("What to do first", "bold underline"), why)
        for number, result in enumerate(steps, 1):
            gain = words.gain(self.report, result)
            self._line(f"{number}. ", (result.check, "bold"), f" ({gain}): {printable(words.fix(result))}", hang=3)
        self._line()
        self._verdict()

    def _symbol(self, outcome: Outcome) -> tuple[str, str]:
        symbol, plain, colour = _SYMBOLS[outcome]
        return plain if self.ascii else symbol, colour


def _breaks(text: str, width: int, hang: int) -> list[int]:
    """Where the lines of a paragraph begin, the first one excepted; a long word has a line of its own."""
    found: list[int] = []
    for word in re.finditer(r"\S+", text):
        begin = found[-1] if found else 0
        room = width - hang if found else width
        if word.start() > begin and cell_len(text[begin : word.end()]) > max(20, room):
            found.append(word.start())
    return found
