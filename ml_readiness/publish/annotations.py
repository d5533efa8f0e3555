"""Findings beside the lines they speak of: as many as GitHub shows, those that the change brought first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ml_readiness.publish.commands import command
from ml_readiness.render.alerts import alerts
from ml_readiness.render.sarif import LEVELS
from ml_readiness.report import Kind, Severity
from ml_readiness.snapshot import Absent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ml_readiness.render.alerts import Alert
    from ml_readiness.report import Report
    from ml_readiness.snapshot import Snapshot

MOST = 10
"""What GitHub shows of one level and step."""
MAX_BYTES = 2_000_000
"""In larger files every line counts as changed."""
_NAMES = {"error": "error", "warning": "warning", "note": "notice"}
_SEVERITIES = tuple(Severity)


@dataclass
class Changed:
    """Which lines of which files are not what they were; without an earlier snapshot, none is."""

    after: Snapshot
    before: Snapshot | None
    _lines: dict[str, frozenset[int] | None] = field(default_factory=dict[str, "frozenset[int] | None"])

    def has_file(self, path: str) -> bool:
        """Whether a file is new or has another content."""
        entry = self.after.entries.get(path)
        if self.before is None or entry is None:
            return False
        was = self.before.entries.get(path)
        return was is None or was.blob is None or was.blob != entry.blob

    def has_line(self, path: str, line: int) -> bool:
        """Whether a line of a file is new or says something else."""
        if not self.has_file(path):
            return False
        if path not in self._lines:
            self._lines[path] = self._new_lines(path)
        lines = self._lines[path]
        return lines is None or line in lines

    def _new_lines(self, path: str) -> frozenset[int] | None:
        """None where all lines are."""
        if self.before is None or path not in self.before.entries:
            return None
        try:
            old, new = self.before.read(path), self.after.read(path)
        except Absent:
            return None
        if len(old) + len(new) > MAX_BYTES:
            return None
        known = Counter(old.splitlines())
        found: list[int] = []
        for number, line in enumerate(new.splitlines(), 1):
            if known[line] > 0:
                known[line] -= 1
            else:
                found.append(number)
        return frozenset(found)


def annotate(report: Report, changed: Changed) -> Iterator[str]:
    """The commands that annotate; against a base only what is new, or on a line that is."""
    chosen = [alert for alert in alerts(report) if alert.finding.path is not None and _concerns(alert, report, changed)]
    chosen.sort(key=lambda alert: _rank(alert, changed))
    for level, name in _NAMES.items():
        yield from _of_level(name, [alert for alert in chosen if _level(alert) == level])


def _of_level(name: str, found: Sequence[Alert]) -> Iterator[str]:
    shown = found if len(found) <= MOST else found[: MOST - 1]
    for alert in shown:
        title = f"ML readiness: {alert.result.check}"
        place: dict[str, str | int] = {"file": alert.path, "line": alert.line, "title": title}
        yield command(name, alert.message, place)
    if left := len(found) - len(shown):
        yield command(name, f"{left} more like this, see the summary of the run", {"title": "ML readiness"})


def _concerns(alert: Alert, report: Report, changed: Changed) -> bool:
    if report.comparison is None:
        return True
    change = next((c for c in report.comparison.changes if c.check == alert.result.check), None)
    if change is not None and alert.finding in change.new:
        return True
    return changed.has_line(alert.path, alert.line)


def _rank(alert: Alert, changed: Changed) -> tuple[bool, bool, int]:
    on_line = changed.has_line(alert.path, alert.line)
    return not on_line, not changed.has_file(alert.path), _SEVERITIES.index(alert.result.severity)


def _level(alert: Alert) -> str:
    return LEVELS[alert.result.severity][alert.finding.kind is Kind.PARTIAL]
