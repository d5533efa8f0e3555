"""The ML Test Score (Breck et al., 2017), as far as the answers of the checks show it: a lower bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ml_readiness.report import Outcome, ProjectKind, TestScore, TestScoreItem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ml_readiness.report import Result

AUTOMATED, BY_HAND = 1.0, 0.5

BANDS = (
    (0.0, "more of a research project than a production system"),
    (1.0, "not totally untested, but serious holes in reliability are likely"),
    (2.0, "a first pass at production, but additional investment may be needed"),
    (3.0, "reasonably tested, but more of the tests could be automated"),
    (5.0, "strong automated testing and monitoring, fit for mission-critical use"),
    (7.0, "exceptional automated testing and monitoring"),
)
"""Up to which score, what the authors say about a system."""

KINDS = frozenset({ProjectKind.SERVICE, ProjectKind.BATCH, ProjectKind.TRAINING, ProjectKind.LLM_APP})
"""The kinds the score was made for: systems that run, or are meant to."""


class Item(Struct, frozen=True):
    """One of the 28 tests, and which answers are evidence for it."""

    section: str
    text: str
    automated: tuple[str, ...] = ()
    """Checks that, all passed, show an automated test: a full point."""
    by_hand: tuple[str, ...] = ()
    """Checks of which `enough`, passed or half there, show a manual or partial one: half a point."""
    topic: str = ""
    """What only a person can vouch for, as `attest` names it."""
    enough: int = 1


DATA, MODEL, INFRASTRUCTURE, MONITORING = "data", "model", "infrastructure", "monitoring"
ITEMS = (
    Item(DATA, "What each feature should look like is written down", ("data-validated",), ("requests-validated",)),
    Item(DATA, "Every feature earns its place", topic="feature-benefit"),
    Item(DATA, "No feature costs more than it is worth", topic="feature-cost"),
    Item(DATA, "Features obey policy", topic="meta-requirements"),
    Item(DATA, "Privacy is controlled along the whole pipeline", topic="privacy"),
    Item(DATA, "New features reach production quickly", (), ("preprocessing-shared",), "feature-lead-time"),
    Item(
        DATA,
        "All code that makes features is tested",
        ("tests-cover-preprocessing", "tests-run-in-ci"),
        ("tests-cover-preprocessing",),
    ),
    Item(
        MODEL,
        "Model specifications are reviewed and checked in",
        ("training-code-present", "owner-named", "tests-run-in-ci"),
        ("training-code-present", "prompts-versioned"),
        "review",
    ),
    Item(MODEL, "Offline metrics follow what happens online", topic="offline-online"),
    Item(MODEL, "Hyper-parameters are tuned", topic="tuning"),
    Item(MODEL, "The effect of a stale model is known", topic="staleness-study"),
    Item(MODEL, "A simpler model is not as good", ("baseline-compared", "quality-gated"), ("baseline-compared",)),
    Item(MODEL, "Quality suffices on every important slice", topic="slices"),
    Item(MODEL, "The model was examined for inclusion", topic="inclusion"),
    Item(
        INFRASTRUCTURE,
        "Training can be reproduced",
        (
            "dependencies-locked",
            "seeds-fixed",
            "data-versioned",
            "training-code-present",
            "tests-check-model",
            "tests-run-in-ci",
        ),
        ("dependencies-locked", "seeds-fixed", "data-versioned", "training-code-present"),
        enough=3,
    ),
    Item(
        INFRASTRUCTURE,
        "Model specifications have unit tests",
        ("tests-check-model", "tests-run-in-ci"),
        ("tests-check-model",),
    ),
    Item(
        INFRASTRUCTURE,
        "The whole pipeline has an integration test",
        (),
        ("tests-cover-preprocessing", "tests-check-model"),
        "pipeline-test",
        enough=2,
    ),
    Item(INFRASTRUCTURE, "Quality is checked before serving", ("quality-gated",), ("quality-gated",)),
    Item(INFRASTRUCTURE, "One example can be followed step by step", (), ("llm-traced",), "debuggability"),
    Item(INFRASTRUCTURE, "Models meet a canary before everybody", topic="canary"),
    Item(INFRASTRUCTURE, "Models can be rolled back quickly", topic="rollback-drill"),
    Item(MONITORING, "Somebody hears of changed dependencies", ("dependencies-updated",), ("dependencies-updated",)),
    Item(
        MONITORING,
        "What holds for data holds in training and serving",
        ("data-validated", "requests-validated"),
        ("data-validated", "requests-validated"),
    ),
    Item(
        MONITORING,
        "Training and serving compute the same features",
        ("preprocessing-shared", "drift-monitored"),
        ("preprocessing-shared",),
    ),
    Item(MONITORING, "Models are not too old", (), ("alerts-or-retraining",), "model-age"),
    Item(MONITORING, "The model is numerically stable", topic="numeric-stability"),
    Item(
        MONITORING,
        "Speed, throughput and memory do not regress",
        ("metrics-exposed", "alerts-or-retraining"),
        ("metrics-exposed",),
    ),
    Item(
        MONITORING,
        "Quality on served data does not regress",
        ("drift-monitored", "alerts-or-retraining"),
        ("drift-monitored",),
    ),
)
"""The 28 tests in the paper's order; checks that a library does not have show nothing."""

TOPICS = frozenset(item.topic for item in ITEMS if item.topic)
"""What people can vouch for beside checks."""


def ml_test_score(kind: ProjectKind, results: Sequence[Result], attested: Mapping[str, str]) -> TestScore | None:
    """The smallest of the four sums, as in the paper; None for projects that are not meant to run.

    `attested` holds what people vouch for, by topic.
    """
    if kind not in KINDS:
        return None
    known = {result.check: result for result in results}
    items = tuple(_judge(item, known, attested) for item in ITEMS)
    sums = {
        section: sum(item.points for item in items if item.section == section)
        for section in (DATA, MODEL, INFRASTRUCTURE, MONITORING)
    }
    return TestScore(score=min(sums.values()), sections=sums, items=items)


def band(score: float) -> str:
    """What the authors say about a system with this score."""
    return next(said for most, said in BANDS if score <= most)


def _judge(item: Item, results: Mapping[str, Result], attested: Mapping[str, str]) -> TestScoreItem:
    points, evidence = _seen(item, results)
    if points == 0.0 and item.topic in attested:
        points, evidence = BY_HAND, attested[item.topic]
    if points == 0.0 and not evidence:
        evidence = f"only an attestation can answer it ({item.topic})" if item.topic else "nothing seen"
    return TestScoreItem(section=item.section, item=item.text, points=points, evidence=evidence)


def _seen(item: Item, results: Mapping[str, Result]) -> tuple[float, str]:
    automated = [results[check] for check in item.automated if check in results]
    if item.automated and len(automated) == len(item.automated) and all(_passed(result) for result in automated):
        return AUTOMATED, ", ".join(item.automated)
    hints = [check for check in item.by_hand if check in results and results[check].outcome in _HALF]
    return (BY_HAND, ", ".join(hints[: item.enough])) if len(hints) >= item.enough else (0.0, "")


_HALF = frozenset({Outcome.PASS, Outcome.PARTIAL, Outcome.ATTESTED})


def _passed(result: Result) -> bool:
    return result.outcome is Outcome.PASS
