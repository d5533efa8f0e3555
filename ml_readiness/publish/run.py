"""The Action, from the runner's environment to an exit code: audit, files, outputs, summary, comment, annotations."""

from __future__ import annotations

import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ml_readiness import library
from ml_readiness import settings as settings_
from ml_readiness.audit import audit_pair, kept
from ml_readiness.errors import ReadinessError, SettingsError
from ml_readiness.gate import Gate
from ml_readiness.publish import body, commands, files, saved, telling
from ml_readiness.publish.annotations import Changed, annotate
from ml_readiness.publish.body import Situation
from ml_readiness.publish.comment import Posted, Status
from ml_readiness.publish.context import Context
from ml_readiness.publish.inputs import Inputs, Mode
from ml_readiness.publish.placing import placed
from ml_readiness.publish.workspace import Sides, opened
from ml_readiness.render import terminal
from ml_readiness.render.alerts import alerts
from ml_readiness.render.gfm import prose
from ml_readiness.render.text import printable
from ml_readiness.report import Outcome, Severity
from ml_readiness.workers import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TextIO

    from ml_readiness.publish.github import GitHub
    from ml_readiness.report import Report
    from ml_readiness.settings import Settings

FINE, GATE_FAILED, COULD_NOT_RUN, BROKEN = range(4)
TITLE = {"title": "ML readiness"}
UNTRUSTED = "The data comes from a run of the pull request itself. It was checked, but its author could have written it"


def run(
    environment: Mapping[str, str], out: TextIO = sys.stdout, connect: Callable[[Inputs], GitHub] = telling.connect
) -> int:
    """The whole Action; trouble with publishing is a warning and never changes the exit code."""
    try:
        inputs = Inputs.given(environment)
        context = Context.found(environment, Path(tempfile.gettempdir()))
        action = Action(context, inputs, out, connect)
        return action.comment() if action.mode() is Mode.COMMENT else action.audit()
    except ReadinessError as error:
        print(commands.command("error", str(error), TITLE), file=out)
        return COULD_NOT_RUN
    except Exception:  # noqa: BLE001
        with commands.literally(out):
            print(printable(traceback.format_exc().replace("\n", " | ")), file=out)
        print(commands.command("error", "the audit broke, which is a fault of ml-readiness", TITLE), file=out)
        return BROKEN


@dataclass(frozen=True)
class Action:
    """One run."""

    context: Context
    inputs: Inputs
    out: TextIO
    connect: Callable[[Inputs], GitHub]

    def mode(self) -> Mode:
        """What to do, with the reason printed."""
        mode, why = self.inputs.mode, "as asked for"
        if mode is Mode.AUTO:
            why = f"since the event is {self.context.event.name or 'not known'}"
            mode = Mode.COMMENT if self.context.event.name == "workflow_run" else Mode.AUDIT
        print(f"ml-readiness: mode {mode.value}, {printable(why, 80)}", file=self.out)
        return mode

    def audit(self) -> int:
        """Audits the workspace, and tells everybody."""
        with opened(self.context, self.inputs) as sides:
            audited = self._audited(sides)
            report = placed(audited, sides.prefix)
            notes = list(annotate(report, Changed(sides.after, sides.before))) if self.inputs.annotations else []
        objections = self._objections(report, is_base_lost=sides.is_base_lost)
        situation = self._situation(report, objections, sides)
        self._print(report)
        self._write(report, situation)
        if self.context.is_runner:
            print(*notes, sep="\n", file=self.out)
        self._outputs(report, objections)
        self._summarise(report, situation)
        self._report_on(telling.tell(self.context, self.inputs, report, situation, self.connect))
        for objection in objections:
            self._say("error", objection)
        return BROKEN if not report.complete else GATE_FAILED if objections else FINE

    def comment(self) -> int:
        """Posts the report that another run has saved; whatever is missing or wrong is only said."""
        if self.inputs.report is None:
            raise SettingsError("input report: expected the saved report in mode comment, found nothing")
        run = self.context.event.run
        path = self.context.workspace / self.inputs.report
        if run is None or not run.event.startswith("pull_request"):
            posted = Posted(Status.SKIPPED, why="the other run was not about a pull request")
        else:
            page = f"{self.context.server}/{self.context.repository}/actions/runs/{run.id}"
            name = self.context.repository.rpartition("/")[2]
            try:
                report = saved.read(path, name, run.head)
            except ReadinessError as error:
                posted = Posted(Status.SKIPPED, why=str(error))
            else:
                objections = self._objections(report, is_base_lost=report.comparison is None)
                situation = Situation(run.head, objections, (UNTRUSTED,), page, self._name())
                posted = telling.tell_about(self.context, self.inputs, run, report, situation, self.connect)
        self._report_on(posted)
        return FINE

    def _audited(self, sides: Sides) -> Report:
        after, before, config = sides.project, sides.earlier, self.inputs.config
        settings: Settings | None = None
        notes: Sequence[str] = ()
        if config is not None:
            checks = library.listed(library.folder())
            if sides.before is None:
                settings = settings_.read(sides.after, checks, config)
            else:
                settings, notes = settings_.agreed(sides.before, sides.after, checks, config)
        with kept() as store, workers(None) as executor:
            return audit_pair(after, before, settings, notes=notes, store=store, executor=executor)

    def _objections(self, report: Report, *, is_base_lost: bool) -> tuple[str, ...]:
        """Why the report does not pass; a change that cannot be compared is not failed for what may be old."""
        inputs, event = self.inputs, self.context.event
        gate = Gate.stated(report.settings).with_(
            inputs.fail_under, inputs.fail_on, fail_on_regression=inputs.fail_on_regression
        )
        is_change = event.pull is not None or event.run is not None or event.name == "merge_group"
        forgives = is_change or inputs.base != "auto"
        if forgives and is_base_lost:
            if gate != Gate():
                self._say("warning", "there is nothing to compare with, so the gate was not applied")
            return ()
        return gate.objections(report, against=report.comparison if forgives else None)

    def _situation(self, report: Report, objections: Sequence[str], sides: Sides) -> Situation:
        is_pull = self.context.event.pull is not None
        remarks = (f"Nothing was compared: {sides.remark}",) if is_pull and report.comparison is None else ()
        return Situation(sides.commit, tuple(objections), remarks, self.context.url, self._name())

    def _name(self) -> str | None:
        return None if self.inputs.comment_id == "default" else self.inputs.comment_id

    def _print(self, report: Report) -> None:
        with commands.literally(self.out):
            print(terminal.render(report), file=self.out)

    def _write(self, report: Report, situation: Situation) -> None:
        for problem in files.write_asked_for(report, self.inputs, self.context.workspace):
            self._say("warning", problem)
        if self.context.output is not None:
            text = body.render(report, situation, lambda place: self.context.permalink(place, situation.commit or ""))
            folder = Path(tempfile.mkdtemp(prefix="ml-readiness-", dir=self.context.temporary))
            paths = files.write_report(folder, saved.fitted(report), text)
            commands.set_outputs(self.context.output, {**paths, "sarif-file": self.inputs.sarif_file or ""})

    def _outputs(self, report: Report, objections: Sequence[str]) -> None:
        comparison = report.comparison
        failing = {result.severity for result in report.with_outcome(Outcome.FAIL)}
        values: dict[str, object] = {
            "score": report.score,
            "grade": report.grade,
            "passed": "false" if objections or not report.complete else "true",
            "base-score": comparison.score if comparison is not None else None,
            "delta": comparison.score_change if comparison is not None else None,
            "findings": sum(1 for _ in alerts(report)),
            "worst-severity": next((severity.value for severity in Severity if severity in failing), "none"),
        }
        texts = {name: "" if value is None else str(value) for name, value in values.items()}
        commands.set_outputs(self.context.output, texts)

    def _summarise(self, report: Report, situation: Situation) -> None:
        if self.inputs.summary and self.context.summary is not None:
            commit = situation.commit or ""
            text = body.render(
                report, situation, lambda place: self.context.permalink(place, commit), commands.SUMMARY_BYTES // 4
            )
            commands.add_summary(self.context.summary, [text])

    def _report_on(self, posted: Posted) -> None:
        commands.set_outputs(self.context.output, {"comment-status": posted.status.value, "comment-url": posted.url})
        said = f"comment {posted.status.value}{': ' if posted.why else ''}{posted.why}"
        level = {Status.FAILED: "warning", Status.DEFERRED: "notice"}.get(posted.status)
        if level is None:
            print(f"ml-readiness: {printable(said, 500)}", file=self.out)
            return
        self._say(level, said)
        if self.inputs.summary:
            commands.add_summary(self.context.summary, ["", f"> [!NOTE]\n> {prose(said)}"])

    def _say(self, level: str, message: str) -> None:
        print(commands.command(level, message, TITLE), file=self.out)
