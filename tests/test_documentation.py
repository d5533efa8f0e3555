"""What the documentation shows works as it stands there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import click
import pytest

from ml_readiness import Check, Memory, library
from ml_readiness.cli import cli
from ml_readiness.examples import explain
from ml_readiness.render import explanation
from ml_readiness.settings import read

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "checks/README.md"])
BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)


def blocks(*languages: str) -> list[object]:
    """Every fenced block of the documentation in one of these languages."""
    return [
        pytest.param(textwrap.dedent(block["text"]), id=f"{page.name}:{text.count(chr(10), 0, block.start()) + 1}")
        for page in PAGES
        for text in [page.read_text("utf-8")]
        for block in BLOCK.finditer(text)
        if block["language"] in languages
    ]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which examples run: a small repository, with another one inside."""
    inner = tmp_path / "path/to/repository"
    inner.mkdir(parents=True)
    for folder in (inner, tmp_path):
        (folder / "train.py").write_text("from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n")
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
        for arguments in (["init", "-q"], ["add", "train.py"], ["commit", "-q", "-m", "x"]):
            subprocess.run([*git, *arguments], cwd=folder, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("code", blocks("python"))
def test_examples_in_python_run(code: str, repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "ML_READINESS_CACHE": "", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("code", blocks("sh", "console", "bash"))
def test_commands_are_understood(code: str) -> None:
    for line in code.replace("\\\n", "").splitlines():
        if not line.startswith("ml-readiness "):
            continue
        words = shlex.split(line, comments=True)
        _, name, *arguments = words
        command = cli.get_command(click.Context(cli), name)
        assert command is not None, line
        command.make_context(name, arguments, parent=click.Context(cli))


@pytest.mark.parametrize("text", blocks("toml"))
def test_settings_are_accepted(text: str) -> None:
    files = {"pyproject.toml": text} if "tool" in tomllib.loads(text) else {".ml-readiness.toml": text}
    read(Memory({**files, "docs/operations.md": "x"}), library.load(library.folder()))


@pytest.mark.parametrize("check", library.load(library.folder()), ids=lambda check: check.id)
def test_every_check_has_a_page_with_reason_remedy_and_both_examples(check: Check) -> None:
    page = explanation.page(check)
    assert page.startswith(f"# {check.id}\n\n**{check.question}**")
    assert all(f"\n## {title}" in page for title in ("How to fix", "Sources", "Fails", "Passes"))
    assert ' size="' not in page


@pytest.mark.parametrize("check", library.load(library.folder()), ids=lambda check: check.id)
def test_every_source_can_be_found(check: Check) -> None:
    told = (ROOT / "docs/sources.md").read_text("utf-8")
    for entry in explain(check.doc).sections["Sources"].splitlines():
        assert f"| [{entry.removeprefix('- ').partition(':')[0]}" in told, entry


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if page.name not in navigation] == []
