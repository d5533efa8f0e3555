"""Could I run this in production? Audits machine-learning repositories without executing them."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ml_readiness.audit import audit, audit_snapshot
    from ml_readiness.changes import Change, Comparison, Movement
    from ml_readiness.check import Check, check, fail, ok, partial, unknown
    from ml_readiness.comparison import compare
    from ml_readiness.errors import ReadinessError, RepositoryError, SettingsError
    from ml_readiness.gate import Gate
    from ml_readiness.history import history
    from ml_readiness.report import (
        Confidence,
        Effort,
        Finding,
        Kind,
        Location,
        Outcome,
        ProjectKind,
        Report,
        Result,
        Severity,
        Step,
    )
    from ml_readiness.settings import Settings
    from ml_readiness.snapshot import Memory, Snapshot
    from ml_readiness.store import Store
    from ml_readiness.timeline import Moment, Timeline

__version__ = "0.1.0"

__all__ = [
    "Change",
    "Check",
    "Comparison",
    "Confidence",
    "Effort",
    "Finding",
    "Gate",
    "Kind",
    "Location",
    "Memory",
    "Moment",
    "Movement",
    "Outcome",
    "ProjectKind",
    "ReadinessError",
    "Report",
    "RepositoryError",
    "Result",
    "Settings",
    "SettingsError",
    "Severity",
    "Snapshot",
    "Step",
    "Store",
    "Timeline",
    "__version__",
    "audit",
    "audit_snapshot",
    "check",
    "compare",
    "fail",
    "history",
    "ok",
    "partial",
    "unknown",
]

_HOMES = {
    "audit": ("audit", "audit_snapshot"),
    "check": ("Check", "check", "fail", "ok", "partial", "unknown"),
    "comparison": ("compare",),
    "errors": ("ReadinessError", "RepositoryError", "SettingsError"),
    "gate": ("Gate",),
    "history": ("history",),
    "changes": ("Change", "Comparison", "Movement"),
    "report": (
        "Confidence",
        "Effort",
        "Finding",
        "Kind",
        "Location",
        "Outcome",
        "ProjectKind",
        "Report",
        "Result",
        "Severity",
        "Step",
    ),
    "settings": ("Settings",),
    "snapshot": ("Memory", "Snapshot"),
    "store": ("Store",),
    "timeline": ("Moment", "Timeline"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(type(sys)):  # type: ignore[misc]
    """The package, whose functions `audit` and `check` are not hidden by the modules of the same name."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, type(sys))):
            object.__setattr__(self, name, value)


sys.modules[__name__].__class__ = _Package
