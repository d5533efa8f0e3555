"""The report for a terminal: what is missing first, what to do next last, in any width and without colour."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ml_readiness.render import words
from ml_readiness.render.text import first_sentence, printable
from ml_readiness.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ml_readiness.report import CategoryScore, Finding, Report, Result

WIDEST = 100
PLACES = 3
"""How many places are shown for one question."""

_SYMBOLS: Mapping[Outcome, tuple[str, str, str]] = {
    Outcome.FAIL: ("✗", "x", "red"),
    Outcome.PARTIAL: ("◐", "~", "yellow"),
    Outcome.BLOCKED: ("⋯", ".", "yellow"),
    Outcome.ERROR: ("!", "!", "magenta"),
    Outcome.UNKNOWN: ("?", "?", "cyan"),
    Outcome.ATTESTED: ("✎", "a", "cyan"),
    Outcome.WAIVED: ("✎", "w", "cyan"),
    Outcome.PASS: ("✓", "+", "green"),
    Outcome.NOT_APPLICABLE: ("·", "-", ""),
}
_DETAILED = (Outcome.FAIL, Outcome.PARTIAL, Outcome.ERROR)
_GRADE_COLOURS = {"A": "green", "B": "green", "C": "yellow", "D": "red", "F": "red"}


def render(report: Report) -> str:
    """The report as plain text, 80 columns wide."""
    console = Console(file=io.StringIO(), width=80, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as capture:
        show(report, console)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


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
        for outcome, heading in words.OUTCOMES.items():
            results = words.worst_first(self.report.with_outcome(outcome))
            if outcome is Outcome.NOT_APPLICABLE:
                self._names(heading, results)
            elif results:
                self._section(outcome, heading, results)
        self._problems()
        self._next_steps()

    def _line(self, text: Text | str = "", indent: int = 0) -> None:
        content = Text(text) if isinstance(text, str) else text
        self.console.print(Padding(content, (0, 0, 0, indent), expand=False), width=self.width, highlight=False)

    def _headline(self) -> None:
        report = self.report
        name = Text(printable(report.repository, 60), style="bold")
        if report.revision:
            name.append(f" at {report.revision[:12]}", style="not bold")
        name.append(f": {words.KINDS[report.kind]}", style="not bold")
        self._line(name)
        self._line()
        self._line(self._verdict())
        if report.grade_reasons:
            self._line(Text(f"Held down: {words.held_down(report)}"), indent=2)
        if not report.complete:
            self._line(Text("Incomplete: a check could not be run.", style="bold magenta"), indent=2)

    def _verdict(self) -> Text:
        report = self.report
        if report.score is None:
            return Text("No score: questions about models, data and serving do not arise here.", style="bold")
        style = f"bold {_GRADE_COLOURS.get(report.grade or '', '')}"
        verdict = Text.assemble((f"{report.score}/100  {report.grade}", style), f"  {words.grade(report)}")
        if report.score_low != report.score_high:
            verdict.append(f"  (between {report.score_low} and {report.score_high}: some questions stay open)")
        return verdict

    def _categories(self) -> None:
        shown = [category for category in self.report.categories if category.score is not None]
        if not shown:
            return
        self._line()
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        for category in shown:
            table.add_row(category.question, self._bar(category), f"{category.score:.0f}")
        self.console.print(Padding(table, (0, 0, 0, 2)), width=self.width, highlight=False)

    def _bar(self, category: CategoryScore) -> Text:
        filled = round((category.score or 0) / 10)
        full, empty = ("#", ".") if self.ascii else ("█", "░")
        return Text(full * filled + empty * (10 - filled))

    def _section(self, outcome: Outcome, heading: str, results: Sequence[Result]) -> None:
        self._line()
        self._line(Text(f"{heading} ({len(results)})", style="bold"))
        for result in results:
            if outcome in _DETAILED:
                self._in_detail(result)
            else:
                self._in_a_line(result)

    def _in_detail(self, result: Result) -> None:
        self._line()
        title = Text.assemble(self._symbol(result.outcome), " ", (result.question, "bold"))
        self._line(title, indent=1)
        gain = f", {result.points:+.1f} points for {words.EFFORTS[result.effort]}" if result.points else ""
        self._line(Text(f"{result.check}: {result.severity.value}{gain}", style="dim"), indent=3)
        findings = words.telling(result)
        for finding in findings[:PLACES]:
            self._line(self._evidence(finding), indent=3)
        if len(findings) > PLACES:
            self._line(Text(f"and {len(findings) - PLACES} more places", style="dim"), indent=3)
        if result.why:
            self._line(Text.assemble(("Why: ", "bold"), first_sentence(result.why)), indent=3)
        fix = next((finding.hint for finding in findings if finding.hint), None) or result.fix
        if fix:
            self._line(Text.assemble(("Fix: ", "bold"), printable(fix)), indent=3)

    def _in_a_line(self, result: Result) -> None:
        evidence = next((str(f.location) for f in words.telling(result) if f.location), "")
        line = Text.assemble(self._symbol(result.outcome), " ", result.question)
        if result.outcome in {Outcome.PASS, Outcome.UNKNOWN} and evidence:
            line.append(f"  {printable(evidence, 60)}", style="dim")
        elif result.outcome is not Outcome.PASS:
            line.append(f"  {printable(result.summary, 200)}", style="dim")
        self._line(line, indent=1)

    def _evidence(self, finding: Finding) -> Text:
        line = Text()
        if finding.location is not None:
            line.append(printable(str(finding.location), 200), style="cyan")
            line.append("  ")
        return line.append(printable(finding.message, 300))

    def _names(self, heading: str, results: Sequence[Result]) -> None:
        if results:
            self._line()
            names = ", ".join(result.check for result in results)
            self._line(Text.assemble((f"{heading} ({len(results)}): ", "bold"), (names, "dim")))

    def _problems(self) -> None:
        problems = self.report.problems
        if problems:
            self._line()
            self._line(Text(f"Not read ({len(problems)})", style="bold"))
            for problem in problems[:5]:
                place = f"{printable(problem.path, 100)}: " if problem.path else ""
                self._line(Text(f"{place}{printable(problem.message, 200)}"), indent=1)
            if len(problems) > 5:
                self._line(Text(f"and {len(problems) - 5} more", style="dim"), indent=1)

    def _next_steps(self) -> None:
        steps = [self.report.result(check) for check in self.report.next_steps[:3]]
        if steps:
            self._line()
            self._line(Text("What to do first, by points for effort", style="bold"))
        for number, result in enumerate(steps, 1):
            if result is not None:
                gain = f"{result.points:+.1f} points for {words.EFFORTS[result.effort]}"
                self._line(Text.assemble((f"{number}. {result.check}", "bold"), f" ({gain}): {result.fix}"), indent=1)

    def _symbol(self, outcome: Outcome) -> tuple[str, str]:
        symbol, plain, colour = _SYMBOLS[outcome]
        return (plain if self.ascii else symbol, colour)
