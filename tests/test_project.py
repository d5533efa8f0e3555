"""What the project says about itself is true."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ml_readiness import library
from ml_readiness.documents import Documents
from ml_readiness.examples import explain
from ml_readiness.facts import Facts

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("checks/*.md")]


def pinned(name: str) -> dict[str, str]:
    """The versions in a requirements file."""
    text = (ROOT / f"requirements/{name}.txt").read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("run", PROJECT["project"]["dependencies"]),
        ("dev", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_requirements_pin_what_the_project_asks_for(name: str, wanted: list[str]) -> None:
    versions = pinned(name)
    for requirement in map(Requirement, wanted):
        version = versions.get(canonicalize_name(requirement.name), "")
        assert requirement.specifier.contains(version), requirement


@pytest.mark.parametrize("name", ["run", "dev"])
def test_requirements_have_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text("utf-8")
    assert "://" not in text
    entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)
    assert all("--hash=sha256:" in entry for entry in entries if entry.strip())


def test_every_dependency_has_its_reason() -> None:
    page = (ROOT / "docs/dependencies.md").read_text("utf-8")
    told = re.findall(r"^\| ([a-z@][\w/-]*) \|", page, re.MULTILINE)
    modules = json.loads((ROOT / "tests/action/package.json").read_text("utf-8"))
    tools = [*(ROOT / "requirements/tools.in").read_text("utf-8").split()]
    tools += [*modules["dependencies"], *modules["optionalDependencies"]]
    groups = [PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"].values(), tools]
    wanted = [item if item in tools else Requirement(item).name for group in groups for item in group]
    assert sorted(told) == sorted(["package"] * len(groups) + wanted)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), target


def test_the_check_that_the_guide_shows_keeps_its_promises(tmp_path: Path) -> None:
    guide = (ROOT / "checks/README.md").read_text("utf-8")
    code = re.search(r"^```python\n(.*?)^```\n\n\*\*The name", guide, re.MULTILINE | re.DOTALL)
    assert code is not None
    (tmp_path / "reproducibility").mkdir()
    (tmp_path / "reproducibility/splits_seeded.py").write_text(code[1])
    (check,) = library.load(tmp_path)
    examples = explain(check.doc).examples
    assert {example.outcome for example in examples} == {"pass", "fail"}
    for example in examples:
        findings = list(Facts(Documents(example.snapshot)).call(check.judge))
        assert check.outcome(findings) == example.outcome


def test_every_category_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \[`(\w+)`\]\(checks/\1\) \| (.+) \|$", readme, re.MULTILINE)
    assert dict(rows) == library.CATEGORIES


def test_actions_are_pinned_and_may_do_little() -> None:
    for workflow in ROOT.glob(".github/workflows/*.yml"):
        text = workflow.read_text("utf-8")
        assert "\npermissions: {}\n" in text
        for used in re.findall(r"uses: (.+)", text):
            assert re.fullmatch(r"\./.*|[\w/.-]+@[0-9a-f]{40} # v[\d.]+", used), used
