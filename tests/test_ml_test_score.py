"""The ML Test Score is a lower bound that follows the paper's arithmetic."""

from __future__ import annotations

import pytest

from ml_readiness import library
from ml_readiness.ml_test_score import BANDS, ITEMS, TOPICS, band, ml_test_score
from ml_readiness.report import Outcome, ProjectKind, Result
from tests.reports import result


def points(item: str, *results: Result, attested: tuple[str, ...] = ()) -> float:
    scored = ml_test_score(ProjectKind.SERVICE, results, dict.fromkeys(attested, "we did"))
    assert scored is not None
    return next(found.points for found in scored.items if found.item.startswith(item))


def test_there_are_seven_tests_in_each_section() -> None:
    sections = [item.section for item in ITEMS]
    assert {section: sections.count(section) for section in sections} == {
        "data": 7,
        "model": 7,
        "infrastructure": 7,
        "monitoring": 7,
    }


def test_the_score_is_the_smallest_section() -> None:
    everything = {check for item in ITEMS for check in (*item.automated, *item.by_hand)}
    scored = ml_test_score(ProjectKind.SERVICE, [result(check) for check in sorted(everything)], {})
    assert scored is not None
    assert scored.score == min(scored.sections.values()) == scored.sections["model"]


def test_every_check_that_is_named_exists() -> None:
    named = {check for item in ITEMS for check in (*item.automated, *item.by_hand)}
    assert named <= {check.id for check in library.load(library.folder())}


def test_every_test_can_earn_something() -> None:
    assert all(item.automated or item.by_hand or item.topic for item in ITEMS)


def test_nothing_seen_is_nothing_scored() -> None:
    scored = ml_test_score(ProjectKind.TRAINING, [], {})
    assert scored is not None
    assert scored.score == 0
    assert all(item.evidence for item in scored.items)


def test_a_test_that_runs_on_every_change_is_worth_a_point_and_one_that_does_not_half() -> None:
    tested = result("tests-cover-preprocessing")
    assert points("All code that makes features", tested) == 0.5
    assert points("All code that makes features", tested, result("tests-run-in-ci")) == 1
    assert points("All code that makes features", tested, result("tests-run-in-ci", Outcome.PARTIAL)) == 0.5


def test_reproducible_training_needs_three_of_four() -> None:
    seen = [result("seeds-fixed"), result("data-versioned", Outcome.PARTIAL)]
    assert points("Training can be reproduced", *seen) == 0
    assert points("Training can be reproduced", *seen, result("dependencies-locked")) == 0.5


def test_people_can_vouch_for_what_files_cannot_show() -> None:
    assert points("Every feature earns its place", attested=("feature-benefit",)) == 0.5
    assert points("Every feature earns its place", attested=("privacy",)) == 0
    assert "canary" in TOPICS


@pytest.mark.parametrize("kind", [ProjectKind.LIBRARY, ProjectKind.RESEARCH, ProjectKind.NOT_ML])
def test_it_is_for_systems_that_run(kind: ProjectKind) -> None:
    assert ml_test_score(kind, [result("tests-exist")], {}) is None


def test_every_score_has_a_band() -> None:
    assert {band(half / 2) for half in range(15)} == {said for _, said in BANDS}
