"""The gate: which reports fail a build. Debt that was there before a change never fails the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.report import Confidence, Kind, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ml_readiness.changes import Change, Comparison
    from ml_readiness.report import Finding, Report


class Gate(Struct, frozen=True):
    """What a report must reach; without any of it, every report passes."""

    fail_under: int | None = None
    """The lowest score that passes."""
    fail_on: Severity | None = None
    """A check of this severity, or a worse one, that surely fails."""
    fail_on_regression: bool = False
    """Anything that holds less than at the base."""

    @classmethod
    def stated(cls, settings: Mapping[str, str]) -> Gate:
        """What the settings of a report say."""
        under, on = settings.get("fail-under"), settings.get("fail-on")
        return cls(
            int(under) if under else None,
            Severity(on) if on else None,
            settings.get("fail-on-regression") == "true",
        )

    def with_(self, fail_under: int | None, fail_on: str | None, *, fail_on_regression: bool | None) -> Gate:
        """The gate where these replace what is stated; None leaves it, `none` removes the severity."""
        severity = self.fail_on if fail_on is None else None if fail_on == "none" else Severity(fail_on)
        return Gate(
            self.fail_under if fail_under is None else fail_under,
            severity,
            self.fail_on_regression if fail_on_regression is None else fail_on_regression,
        )

    def objections(self, report: Report, *, against: Comparison | None = None) -> tuple[str, ...]:
        """Why the report does not pass; `against` is the comparison that shows which debt is old."""
        return (*self._score(report, against), *self._severity(report, against), *self._regressions(against))

    def _score(self, report: Report, against: Comparison | None) -> Iterator[str]:
        if self.fail_under is None or report.score is None or report.score >= self.fail_under:
            return
        if against is not None and against.score is not None and against.score < self.fail_under:
            if (against.shared_change or 0) < 0:
                yield f"the score is {report.score}: below the gate of {self.fail_under}, and this change lowers it"
            return
        yield f"the score is {report.score}, the gate is {self.fail_under}"

    def _severity(self, report: Report, against: Comparison | None) -> Iterator[str]:
        if self.fail_on is None:
            return
        order = tuple(Severity)
        threshold = order.index(self.fail_on)
        regressed = {change.check: change.new for change in against.regressions} if against is not None else None
        for result in report.with_outcome(Outcome.FAIL):
            if order.index(result.severity) > threshold or (regressed is not None and result.check not in regressed):
                continue
            new = regressed[result.check] if regressed is not None else ()
            if _is_sure(new or result.findings):
                yield f"{result.check} fails, a {result.severity.value} check"

    def _regressions(self, against: Comparison | None) -> Iterator[str]:
        if self.fail_on_regression and against is not None:
            for change in against.regressions:
                if _is_evident(change):
                    yield f"{change.check} got worse"


def _is_sure(findings: Iterable[Finding]) -> bool:
    return any(f.kind is Kind.FAIL and f.confidence is Confidence.HIGH for f in findings)


def _is_evident(change: Change) -> bool:
    return not change.new or any(finding.confidence is not Confidence.LOW for finding in change.new)
