"""Reports made by hand, for the tests of the score and of the renderers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ml_readiness.comparison import compare
from ml_readiness.report import (
    Effort,
    Excerpt,
    FileRole,
    Finding,
    Kind,
    MappedFile,
    Outcome,
    ProjectKind,
    Report,
    Result,
    Severity,
    Step,
)
from ml_readiness.score import score

if TYPE_CHECKING:
    from collections.abc import Sequence


def result(
    check: str,
    outcome: Outcome = Outcome.PASS,
    *,
    category: str = "testing",
    severity: Severity = Severity.HIGH,
    effort: Effort = Effort.MEDIUM,
    prohibition: bool = False,
    findings: Sequence[Finding] = (),
    question: str = "",
    why: str = "Somebody has to be able to rely on it. Otherwise nobody can.",
    fix: str = "Do what the question asks for.",
) -> Result:
    """One answer."""
    return Result(
        check=check,
        question=question or f"Does {check} hold?",
        category=category,
        outcome=outcome,
        severity=severity,
        effort=effort,
        prohibition=prohibition,
        findings=tuple(findings),
        summary=findings[0].message if findings else "",
        why=why,
        fix=fix,
    )


def report(
    results: Sequence[Result], kind: ProjectKind = ProjectKind.SERVICE, name: str = "churn-model", **more: object
) -> Report:
    """The report that these answers make."""
    scored = score(kind, results)
    fields: dict[str, object] = {
        "tool_version": "1.2.3",
        "repository": name,
        "revision": "0123456789abcdef0123456789abcdef01234567",
        "kind": kind,
        "score": scored.total,
        "score_low": scored.low,
        "score_high": scored.high,
        "grade": scored.grade,
        "grade_reasons": scored.reasons,
        "coverage": scored.coverage,
        "categories": scored.categories,
        "results": tuple(r.replace(points=scored.points.get(r.check, 0.0)) for r in results),
        "next_steps": scored.next_steps,
    }
    return msgspec.convert(fields | more, Report)


def sample() -> Report:
    """A report with every outcome in it."""
    return report(
        [
            result(
                "tests-exist",
                severity=Severity.CRITICAL,
                question="Are there tests that can fail?",
                findings=[
                    Finding(kind=Kind.PASS, message="12 tests assert on `predict`", path="tests/test_model.py", line=8)
                ],
            ),
            result(
                "tests-run-in-ci",
                Outcome.PARTIAL,
                effort=Effort.SMALL,
                question="Do the tests run on every change?",
                why="A test that nobody runs protects nobody. It rots until it is deleted.",
                fix="Run `pytest` in a workflow on every pull request, and let it fail.",
                findings=[
                    Finding(
                        kind=Kind.PARTIAL,
                        message="pytest runs in job `test`, but `continue-on-error` lets it fail",
                        path=".github/workflows/ci.yml",
                        line=14,
                    )
                ],
            ),
            result(
                "dependencies-pinned",
                Outcome.FAIL,
                category="dependencies",
                question="Is every library fixed to one version?",
                why="Tomorrow's install is another program. The model was never tested with it.",
                fix="Commit a lock file.",
                findings=[
                    Finding(kind=Kind.FAIL, message=f"`{name}` has no version", path="requirements.txt", line=line)
                    for line, name in enumerate(["numpy", "pandas", "scikit-learn", "fastapi", "joblib"], 1)
                ],
            ),
            result(
                "preprocessing-shared",
                Outcome.UNKNOWN,
                category="preprocessing",
                severity=Severity.CRITICAL,
                question="Do training and serving prepare their input with the same code?",
                findings=[
                    Finding(kind=Kind.UNKNOWN, message="the class is chosen by a string", path="serve/app.py", line=31)
                ],
            ),
            result(
                "health-endpoint",
                Outcome.FAIL,
                category="serving",
                severity=Severity.MEDIUM,
                effort=Effort.SMALL,
                question="Can the platform ask whether it is alive?",
                why="A platform restarts what does not answer. It has to know whom to ask.",
                fix="Add a route that answers when the model is loaded.",
                findings=[
                    Finding(
                        kind=Kind.FAIL,
                        message="5 routes, none reports health",
                        path="serve/app.py",
                        line=12,
                        code='@app.post("/predict")',
                        steps=(
                            Step(message="the application", path="serve/app.py", line=3, code="app = FastAPI()"),
                            Step(message="its last route", path="serve/app.py", line=12),
                        ),
                    )
                ],
            ),
            result("requests-validated", category="serving", question="Is every request checked by a schema?"),
            result(
                "drift-monitored",
                Outcome.BLOCKED,
                category="monitoring",
                question="Is live input compared with training data?",
            ),
            result("metrics-exposed", Outcome.WAIVED, category="monitoring", question="Do metrics leave the service?"),
            result("alerts-or-retraining", Outcome.ATTESTED, category="monitoring", question="Does anybody get woken?"),
            result(
                "results-reported",
                Outcome.ERROR,
                category="evaluation",
                question="Is the model's quality stated?",
                findings=[Finding(kind=Kind.UNKNOWN, message="KeyError: 'x' (results.py:3 judge)")],
            ),
            result(
                "no-secrets",
                category="documentation",
                severity=Severity.CRITICAL,
                prohibition=True,
                question="Is the repository free of credentials?",
            ),
            result("split-before-fit", Outcome.NOT_APPLICABLE, category="preprocessing", prohibition=True),
        ],
        kind_reasons=("a FastAPI application in serve/app.py",),
        members=(report([], kind=ProjectKind.TRAINING, name="jobs/train"),),
        test_score={"score": 0.5, "sections": {"data": 1.0, "model": 0.5}, "items": ()},
        problems=({"path": "notebooks/old.ipynb", "message": "JSONDecodeError: Expecting value", "line": 1},),
        excerpts=(
            Excerpt(
                path="requirements.txt",
                start=1,
                lines=("numpy", "pandas", "scikit-learn", "fastapi", "joblib  # saves"),
            ),
            Excerpt(
                path="serve/app.py",
                start=10,
                lines=("", "# The only way in.", '@app.post("/predict")', "def predict():"),
            ),
        ),
        files=(
            MappedFile(path="churn/features.py", size=4000, role=FileRole.PREPROCESS, tested=True),
            MappedFile(path="churn/train.py", size=9000, role=FileRole.TRAIN, tested=False),
            MappedFile(path="README.md", size=3000, role=FileRole.EXPLAIN),
            MappedFile(path="requirements.txt", size=80, role=FileRole.OPERATE),
            MappedFile(path="serve/app.py", size=6000, role=FileRole.SERVE, tested=False),
            MappedFile(path="tests/test_model.py", size=2500, role=FileRole.TEST),
        ),
        complete=False,
    )


def compared() -> Report:
    """A report on a change that made something worse, something better, and opens a new subject."""
    pinned = [
        Finding(kind=Kind.FAIL, message=f"`{name}` has no version", path="requirements.txt", line=line)
        for line, name in enumerate(["numpy", "pandas"], 1)
    ]
    shared = Finding(kind=Kind.FAIL, message="`serve.py` scales the columns again", path="serve.py", line=8)
    missing = Finding(kind=Kind.FAIL, message="no test was found")
    health = Finding(kind=Kind.FAIL, message="3 routes, none reports health", path="serve.py", line=3)
    before = report(
        [
            result("tests-exist", Outcome.FAIL, question="Are there tests?", findings=[missing]),
            result("tests-check-model", Outcome.BLOCKED, question="Is the model tested?"),
            result(
                "dependencies-pinned",
                Outcome.FAIL,
                category="dependencies",
                question="Which versions?",
                findings=pinned[:1],
            ),
            result("preprocessing-shared", category="preprocessing", question="Is preparation shared?"),
            result("health-endpoint", Outcome.NOT_APPLICABLE, category="serving"),
        ],
        kind=ProjectKind.TRAINING,
        revision="5e1c2aa90123456789abcdef0123456789abcdef",
    )
    after = report(
        [
            result("tests-exist", question="Are there tests?"),
            result("tests-check-model", Outcome.PARTIAL, question="Is the model tested?", findings=[missing]),
            result(
                "dependencies-pinned",
                Outcome.FAIL,
                category="dependencies",
                question="Which versions?",
                findings=pinned,
                fix="Commit a lock file.",
            ),
            result(
                "preprocessing-shared",
                Outcome.FAIL,
                category="preprocessing",
                severity=Severity.CRITICAL,
                question="Is preparation shared?",
                findings=[shared],
                fix="Import the function from training.",
            ),
            result(
                "health-endpoint",
                Outcome.FAIL,
                category="serving",
                severity=Severity.MEDIUM,
                effort=Effort.SMALL,
                question="Does it report health?",
                findings=[health],
                fix="Add a route.",
            ),
        ]
    )
    return after.replace(comparison=compare(before, after))
