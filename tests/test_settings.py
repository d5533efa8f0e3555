"""Settings are data; whatever is wrong with them is said at once, with a suggestion."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.audit import audit_snapshot
from ml_readiness.check import Check, check, fail, ok
from ml_readiness.errors import SettingsError
from ml_readiness.facts.tree.files import Files
from ml_readiness.ml_test_score import TOPICS
from ml_readiness.report import Effort, Finding, Outcome, ProjectKind, Severity
from ml_readiness.settings import MAX_BYTES, Settings, read
from ml_readiness.snapshot import Memory


def judge(id: str, category: str, outcome: str = "fail", **more: object) -> Check:  # noqa: A002
    def decide(files: Files) -> list[Finding]:
        """Somebody relies on it."""
        return [fail("not seen")] if outcome == "fail" else [ok("seen", at=next(iter(files.entries)))]

    decide.__annotations__ = {"files": Files}
    made = check("Does it hold?", severity=Severity.HIGH, effort=Effort.SMALL, **more)(decide)  # type: ignore[arg-type]
    return made.located(id=id, category=category)


CHECKS = (
    judge("tests-exist", "testing"),
    judge("tests-run-in-ci", "testing", requires="tests-exist"),
    judge("dependencies-pinned", "dependencies"),
    judge("drift-monitored", "monitoring"),
    judge("metrics-exposed", "monitoring"),
    judge("containerized", "serving"),
    judge("no-secrets", "monitoring", prohibition=True),
    *(judge(f"fine-{number}", "reproducibility", "pass") for number in range(9)),
)


def settings(text: str, path: str = ".ml-readiness.toml") -> Settings:
    return read(Memory({path: text}), CHECKS)


def outcomes(text: str, **files: str) -> dict[str, Outcome]:
    report = audit_snapshot(Memory({".ml-readiness.toml": text, "README.md": "x", **files}), CHECKS)
    return {result.check: result.outcome for result in report.results}


def error(text: str, path: str = ".ml-readiness.toml") -> str:
    with pytest.raises(SettingsError) as raised:
        settings(text, path)
    return str(raised.value)


def test_a_repository_without_settings_has_the_defaults() -> None:
    assert read(Memory({}), CHECKS) == Settings()


def test_settings_live_in_their_own_file_or_in_pyproject() -> None:
    assert settings('kind = "batch"').kind is ProjectKind.BATCH
    assert settings("[tool.ml-readiness]\nfail-under = 60", "pyproject.toml").fail_under == 60
    assert settings("[tool.ruff]\nline-length = 88", "pyproject.toml") == Settings()


def test_the_own_file_wins() -> None:
    both = Memory({".ml-readiness.toml": "fail-under = 10", "pyproject.toml": "[tool.ml-readiness]\nfail-under = 60"})
    assert read(both, CHECKS).fail_under == 10


def test_all_problems_are_in_one_message() -> None:
    said = error('kindd = "batch"\nkind = "robot"\nfail-under = 101\nselect = ["tests-exists"]\n')
    assert said.startswith(".ml-readiness.toml: 4 problems\n")
    assert "kindd: unknown key; did you mean kind?" in said
    assert "fail-under: input should be less than or equal to 100" in said
    assert "select: there is no check or category called tests-exists; did you mean tests-exist?" in said
    assert "service" in said


def test_unknown_keys_inside_a_table_are_named_with_their_entry() -> None:
    said = error('[[waive]]\ncheck = "tests-exist"\nreasn = "later, promised"\nexpires = 2030-01-01\n')
    assert "waive.1.reasn: unknown key; did you mean reason?" in said
    assert "waive.1.reason: field required" in said


def test_unknown_checks_in_waivers_are_named() -> None:
    said = error('[[waive]]\ncheck = "tests-exits"\nreason = "later, promised"\nexpires = 2030-01-01\n')
    assert said == ".ml-readiness.toml: waive: there is no check called tests-exits; did you mean tests-exist?"


@pytest.mark.parametrize(
    "text",
    ["kind = ", "a" * (MAX_BYTES + 1), ".".join("a" * 20_000) + " = 1", "x = " + "[" * 5000 + "]" * 5000, "\x00"],
    ids=["broken", "large", "dotted", "nested", "binary"],
)
def test_toml_that_cannot_be_read_is_one_sentence(text: str) -> None:
    assert error(text).startswith(".ml-readiness.toml: not valid TOML: ")


def test_a_broken_pyproject_without_our_table_is_somebody_elses_problem() -> None:
    assert settings("[tool.other\n", "pyproject.toml") == Settings()
    assert "not valid TOML" in error("[tool.ml-readiness\n", "pyproject.toml")


def test_our_table_has_to_be_a_table() -> None:
    assert error("[tool]\nml-readiness = 3", "pyproject.toml") == "pyproject.toml: tool.ml-readiness should be a table"


@given(st.binary(max_size=200))
def test_any_bytes_are_settings_or_an_error(data: bytes) -> None:
    try:
        found = read(Memory({".ml-readiness.toml": data}), CHECKS)
    except SettingsError:
        return
    assert isinstance(found, Settings)


def test_select_and_ignore_take_checks_and_categories() -> None:
    assert list(outcomes('select = ["monitoring", "tests-exist"]\nignore = ["metrics-exposed"]')) == [
        "tests-exist",
        "drift-monitored",
        "no-secrets",
    ]


def test_the_stated_kind_is_printed() -> None:
    report = audit_snapshot(Memory({".ml-readiness.toml": 'kind = "library"'}), CHECKS[:1])
    assert report.kind is ProjectKind.LIBRARY
    assert report.settings == {"kind": "library"}
    assert report.kind_reasons == ("stated in the settings",)


WAIVER = '[[waive]]\ncheck = "tests-exist"\nreason = "comes with the rewrite"\nexpires = {}\n'


def test_a_waiver_leaves_the_score_and_unblocks_nothing_else() -> None:
    found = outcomes(WAIVER.format("2999-01-01"))
    assert found["tests-exist"] is Outcome.WAIVED
    assert found["tests-run-in-ci"] is Outcome.FAIL


def test_an_expired_waiver_is_ignored_and_says_so() -> None:
    report = audit_snapshot(Memory({".ml-readiness.toml": WAIVER.format("2020-01-01")}), CHECKS)
    result = report.result("tests-exist")
    assert result is not None
    assert result.outcome is Outcome.FAIL
    assert result.findings[-1].message == "the waiver expired on 2020-01-01: comes with the rewrite"


def test_waivers_take_a_tenth_of_the_weight_at_most() -> None:
    entries = [WAIVER.format("2999-01-01").replace("tests-exist", name) for name in ("tests-exist", "containerized")]
    found = outcomes("".join(entries))
    assert found["tests-exist"] is Outcome.WAIVED
    assert found["containerized"] is Outcome.FAIL


def attestation(check: str, evidence: str = "docs/watch.md", on: str = "", expires: str = "") -> str:
    today = date.today()
    return (
        f'[[attest]]\ncheck = "{check}"\nstatement = "the platform team watches it"\nevidence = "{evidence}"\n'
        f'by = "Platform"\non = {on or today}\nexpires = {expires or today}\n'
    )


def test_an_attestation_earns_half_where_something_is_asked_for() -> None:
    found = outcomes(attestation("drift-monitored"), **{"docs/watch.md": "we do"})
    assert found["drift-monitored"] is Outcome.ATTESTED


@pytest.mark.parametrize(
    "entry",
    [
        attestation("drift-monitored", evidence="docs/nothing.md"),
        attestation("drift-monitored", on="2020-01-01", expires="2020-02-01"),
        attestation("drift-monitored", on="2999-01-01", expires="2999-02-01"),
        attestation("no-secrets", evidence="https://example.com/watch"),
        attestation("dependencies-pinned", evidence="https://example.com/watch"),
    ],
    ids=["no evidence", "expired", "future", "prohibition", "about this tree"],
)
def test_an_attestation_that_does_not_hold_is_ignored_and_says_so(entry: str) -> None:
    report = audit_snapshot(Memory({".ml-readiness.toml": entry}), CHECKS)
    noted = [r for r in report.results if any("is ignored" in finding.message for finding in r.findings)]
    assert [result.outcome for result in noted] == [Outcome.FAIL]


def test_an_attestation_for_years_is_refused() -> None:
    said = error(attestation("drift-monitored", on="2026-01-01", expires="2027-01-01"))
    assert said == ".ml-readiness.toml: attest.1: expires must be within 180 days after on"


def test_a_part_that_lives_elsewhere_is_attested_except_its_prohibitions() -> None:
    found = outcomes('[[elsewhere]]\npart = "monitoring"\nwhere = "the watchtower"\nowner = "Platform"\n')
    assert found["drift-monitored"] is found["metrics-exposed"] is Outcome.ATTESTED
    assert found["no-secrets"] is Outcome.FAIL
    assert found["containerized"] is Outcome.FAIL


def test_the_settings_page_shows_settings_that_hold() -> None:
    page = (Path(__file__).parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
    checks = [judge(name, "serving") for name in ("drift-monitored", "alerts-or-retraining", "readme-links-resolve")]
    for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL):
        assert read(Memory({".ml-readiness.toml": block}), checks) != Settings()
    assert set(re.findall(r"`([a-z-]+)`", page)) >= TOPICS | set(ProjectKind)
