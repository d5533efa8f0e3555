"""The README is found, its links are followed, its licence is known."""

from __future__ import annotations

import pytest

from ml_readiness.facts.prose.pages import Pages, place
from ml_readiness.report import Outcome
from ml_readiness.snapshot import Memory
from tests.auditing import answer, facts_of


@pytest.mark.parametrize(
    ("paths", "chosen"),
    [
        (["README.rst", "README.md", "README.txt"], "README.md"),
        (["readme"], "readme"),
        (["docs/README.md", "src/README.md"], "docs/README.md"),
        (["README_zh.md", "README.md"], "README.md"),
        (["README_zh.md"], "README_zh.md"),
        (["Readme.md", "README.ipynb"], "Readme.md"),
    ],
)
def test_the_readme_is_found(paths: list[str], chosen: str) -> None:
    readme = facts_of(dict.fromkeys(paths, "# Title")).get(Pages).readme
    assert readme is not None
    assert readme.path == chosen


def test_linked_documents_are_read_one_link_deep() -> None:
    files = {
        "README.md": "[a](docs/a.md) [b](sub/) [x](x.ipynb) [o](https://example.org/o.md)",
        "docs/a.md": "[c](c.md)",
        "docs/c.md": "",
        "sub/README.md": "",
        "x.ipynb": "{}",
    }
    assert [page.path for page in facts_of(files).get(Pages).all] == ["README.md", "docs/a.md", "sub/README.md"]


@pytest.mark.parametrize(
    ("target", "folder", "path"),
    [
        ("a%20b.md?raw=true#x", "", "a b.md"),
        ("/docs/a.md", "sub", "docs/a.md"),
        ("../a.md", "docs", "a.md"),
        ("img\\a.png", "", "img/a.png"),
        ("./", "docs", "docs"),
        ("..", "docs", ""),
        ("../../a.md", "docs", None),
        ("../master/a.md", "", "a.md"),
        ("../../blob/main/a.md", "", "a.md"),
    ],
)
def test_where_a_relative_link_points(target: str, folder: str, path: str | None) -> None:
    assert place(target, folder) == path


@pytest.mark.parametrize(
    "link",
    [
        "docs/a.md",
        "docs",
        "docs/",
        "/docs/a.md",
        "docs\\a.md",
        "docs/a.md#part",
        "../../issues",
        "<docs/b c.md>",
        "docs/b%20c.md",
    ],
)
def test_links_that_resolve(link: str) -> None:
    files = {"README.md": f"[x]({link}) [y](docs)", "docs/a.md": "", "docs/b c.md": ""}
    assert answer("readme-links-resolve", files).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "link", ["docs/A.md", "a.md", "docs/b c.md", "someone@example.org", "www.example.org", "../x.md"]
)
def test_links_that_do_not(link: str) -> None:
    found = answer("readme-links-resolve", {"README.md": f"\n[x]({link})", "docs/a.md": "", "docs/b c.md": ""})
    assert found.outcome is Outcome.FAIL
    assert found.places == {"README.md:2"}


def test_a_broken_link_in_code_is_no_link() -> None:
    assert answer("readme-links-resolve", {"README.md": "`[x](y)`"}).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "files",
    [
        {"LICENSE": "MIT"},
        {"license.txt": "MIT"},
        {"COPYING.LESSER": "GPL"},
        {"LICENSES/MIT.txt": "MIT"},
        {"MIT-LICENSE": "MIT"},
        {"UNLICENSE": "x"},
        {"setup.py": "from setuptools import setup\nsetup(name='a', license='MIT')"},
        {"setup.py": "from setuptools import setup\nsetup(classifiers=['License :: OSI Approved :: MIT License'])"},
        {"setup.cfg": "[metadata]\nlicense = MIT"},
        {"pyproject.toml": '[project]\nlicense = {file = "LICENCE"}'},
        {"pyproject.toml": '[tool.poetry]\nlicense = "MIT"'},
        {"package.json": '{\n  "license": "MIT"\n}'},
        {"README.md": "---\nlicense: apache-2.0\n---\n# Model"},
        {"project/pyproject.toml": "[project]", "project/LICENSE": "MIT"},
    ],
)
def test_licences_of_every_form(files: dict[str, str]) -> None:
    assert answer("license-present", files).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "files",
    [
        {"LICENSE": ""},
        {"README.md": "# License\nMIT"},
        {"data/LICENSE": "CC-BY"},
        {"setup.py": "from setuptools import setup\nsetup(name='a', license='')"},
        {"pyproject.toml": '[project]\nlicense = ""\n[tool.licensecheck]\nlicense = "MIT"'},
        {"license.py": "print()"},
        {"node_modules/x/LICENSE": "MIT"},
    ],
)
def test_what_is_no_licence(files: dict[str, str]) -> None:
    assert answer("license-present", files).outcome is Outcome.FAIL


def test_an_unreadable_readme_is_none() -> None:
    assert facts_of({"README.md": b"\0\0"}).get(Pages).readme is None
    assert Memory({}).name
