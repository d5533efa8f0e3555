"""Repositories that set traps: for git, for the file system, for Python's imports and for the reader of the report."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ml_readiness.render import FORMATS
from tests.repositories import IDENTITY, INNOCENT, Made, write

if TYPE_CHECKING:
    from tests.confined import Confined, Run

HOOKS = (
    "post-index-change",
    "reference-transaction",
    "post-checkout",
    "pre-auto-gc",
    "fsmonitor-watchman",
    "pre-commit",
)


def problems(run: Run) -> str:
    """What the report says about files, a line each."""
    return "\n".join(f"{problem['path']}: {problem['message']}" for problem in run.report["problems"])


def audited(confined: Confined, path: Path, *options: str) -> Run:
    run = confined.audit("audit", str(path), "--format", "json", *options)
    run.assert_reported()
    assert run.report["kind"] != "not-ml"
    return run


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a trace when it runs."""
    script = tmp_path / "trap"
    script.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\ncat\n")
    script.chmod(0o755)
    return script


def trapped(made: Made, trap: Path) -> dict[str, str]:
    """Configuration, by the way it is planted, that makes git run a program."""
    command = trap.as_posix()
    everything = f"""
[core]
	fsmonitor = {command}
	hooksPath = {trap.parent}/hooks
	sshCommand = {command}
	pager = {command}
	editor = {command}
	alternateRefsCommand = {command}
[filter "evil"]
	clean = {command}
	smudge = {command}
	process = {command}
	required = true
[diff]
	external = {command}
[diff "evil"]
	command = {command}
	textconv = {command}
[tar "tgz"]
	command = {command}
[protocol "ext"]
	allow = always
[remote "origin"]
	url = ext::{command}
	uploadpack = {command}
	promisor = true
	partialclonefilter = blob:none
[uploadpack]
	packObjectsHook = {command}
[credential]
	helper = {command}
[gpg]
	program = {command}
[extensions]
	partialClone = origin
"""
    included = made.path.parent / "included"
    included.write_text(everything)
    return {
        "in the configuration": everything,
        "in an included file": f"[include]\n\tpath = {included}\n",
        "for this folder only": f'[includeIf "gitdir:**"]\n\tpath = {included}\n',
        "for this work tree": "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tworktreeConfig = true\n",
    }


@pytest.mark.parametrize(
    "way", ["in the configuration", "in an included file", "for this folder only", "for this work tree"]
)
def test_no_command_of_the_repository_is_run(way: str, made: Made, trap: Path, confined: Confined) -> None:
    commit = made.commit({**INNOCENT, ".gitattributes": "* filter=evil diff=evil\n"})
    ways = trapped(made, trap)
    made.configure(ways[way])
    write(made.path, {".git/config.worktree": ways["in the configuration"]})
    for folder in (made.path / ".git/hooks", trap.parent / "hooks"):
        folder.mkdir(exist_ok=True)
        for hook in HOOKS:
            (folder / hook).symlink_to(trap)
    made.write({"new.py": "x = 1\n", "src/train.py": INNOCENT["src/train.py"] + "x = 1\n"})
    os.utime(made.path / "README.md")
    sprung = trap.parent / "sprung"
    for path, options in ((made.path, ()), (made.path, ("--rev", commit)), (made.path / ".git", ())):
        audited(confined, path, *options)
        assert not sprung.exists()
    subprocess.run(["git", "status"], cwd=made.path, env={**os.environ, **IDENTITY}, capture_output=True, check=False)
    assert sprung.exists(), "the trap does not work"


def test_a_work_tree_elsewhere_is_not_listed(made: Made, confined: Confined) -> None:
    write(made.path.parent, {"outside/hushhush.py": ""})
    made.commit(INNOCENT)
    made.configure(f"[core]\n\tworktree = {made.path.parent}/outside\n")
    assert "hushhush" not in audited(confined, made.path).output


def test_a_repository_hidden_in_a_folder_is_not_discovered(made: Made, trap: Path, confined: Confined) -> None:
    made.git("clone", "-q", "--bare", ".", "src/hidden")
    hidden = made.path / "src/hidden/config"
    hidden.write_text(hidden.read_text() + f"[core]\n\tfsmonitor = {trap}\n\tworktree = ..\n")
    made.commit(INNOCENT)
    audited(confined, made.path)
    audited(confined, made.path / "src")
    assert not (trap.parent / "sprung").exists()


def test_content_that_is_not_here_is_named(made: Made, confined: Confined) -> None:
    made.commit({**INNOCENT, "src/predict.py": "import joblib\n"})
    blob = made.git("rev-parse", "HEAD:src/predict.py")
    (made.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert "src/predict.py" in problems(audited(confined, made.path, "--rev", "HEAD"))


def test_a_tree_that_multiplies_is_cut(made: Made, confined: Confined) -> None:
    made.commit(INNOCENT)
    tree = made.git("rev-parse", "HEAD:README.md")
    kind = b"100644"
    for _ in range(9):
        entries = b"".join(kind + b" %d\0" % number + bytes.fromhex(tree) for number in range(10))
        tree = made.git("hash-object", "-t", "tree", "-w", "--stdin", given=entries)
        kind = b"40000"
    entries = b"40000 data\0" + bytes.fromhex(tree) + b"40000 src\0"
    entries += bytes.fromhex(made.git("rev-parse", "HEAD:src"))
    commit = made.git(
        "commit-tree", made.git("hash-object", "-t", "tree", "-w", "--stdin", given=entries), "-m", "bomb"
    )
    run = confined.audit("audit", str(made.path), "--rev", commit, "--format", "json")
    run.assert_reported()
    assert "200,000 files" in problems(run)


def test_a_tree_5000_folders_deep_is_cut(made: Made, confined: Confined) -> None:
    made.commit(INNOCENT)
    fast_import = b"commit refs/heads/deep\ncommitter a <a> 0 +0000\ndata 0\nfrom main\n"
    fast_import += b"M 100644 inline %s\ndata 1\nx\n" % b"/".join([b"d"] * 5_000 + [b"a.py"])
    made.git("fast-import", "--quiet", given=fast_import)
    audited(confined, made.path, "--rev", "deep")


@pytest.mark.parametrize("index", [b"DIRC\0\0\0\2\0\0\0\1", b"\0" * 1000, b"DIRC\0\0\0\4\x7f\xff\xff\xff" + b"\0" * 20])
def test_a_broken_index_ends_in_a_report(made: Made, index: bytes, confined: Confined) -> None:
    made.commit(INNOCENT)
    made.write({".git/index": index})
    assert "git could not list" in problems(audited(confined, made.path))


def test_an_ignore_file_that_is_a_pipe_ends_in_a_report(made: Made, confined: Confined) -> None:
    made.commit(INNOCENT)
    os.mkfifo(made.path / "src/.gitignore")
    assert "src/.gitignore" in problems(audited(confined, made.path))


def test_an_ignore_file_of_8_gb_ends_in_a_report(made: Made, confined: Confined) -> None:
    made.commit(INNOCENT)
    with (made.path / "src/.gitignore").open("wb") as file:
        file.truncate(8_000_000_000)
    audited(confined, made.path)


TRAPS = {
    "a circle of links": {"a": "b", "b": "a"},
    "a link to a secret": {"requirements-dev.txt": "/etc/passwd", "config.yaml": "../secret.yaml"},
    "a link to the folder above": {"src/up": "..", "src/top": "/"},
    "a link to a device": {"Dockerfile": "/dev/zero", "README.rst": "/dev/stdin"},
}


@pytest.mark.parametrize("name", TRAPS)
@pytest.mark.parametrize("in_git", [True, False], ids=["in git", "plain"])
def test_links_are_named_and_not_followed(name: str, *, in_git: bool, tmp_path: Path, confined: Confined) -> None:
    root = tmp_path / "shop"
    write(tmp_path, {"secret.yaml": "password: " + "hush" * 2})
    write(root, INNOCENT)
    for path, target in TRAPS[name].items():
        (root / path).symlink_to(target)
    if in_git:
        Made(root).commit()
    run = audited(confined, root)
    for path in TRAPS[name]:
        assert path in problems(run)
    assert "hushhush" not in run.output
    assert "root:" not in run.output


@pytest.mark.parametrize("in_git", [True, False], ids=["in git", "plain"])
def test_pipes_and_sparse_files_are_not_read(*, in_git: bool, tmp_path: Path, confined: Confined) -> None:
    write(tmp_path, INNOCENT)
    for name in ("pyproject.toml", "src/predict.py", "tests.ipynb"):
        os.mkfifo(tmp_path / name)
    with (tmp_path / "src/huge.py").open("wb") as file:
        file.truncate(8_000_000_000)
    if in_git:
        Made(tmp_path).git("add", "src/train.py")
    assert "src/huge.py" in problems(audited(confined, tmp_path))


def test_folders_deeper_than_any_path_are_cut(tmp_path: Path, confined: Confined) -> None:
    write(tmp_path, INNOCENT)
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    run = audited(confined, tmp_path)
    assert "deeper than" in problems(run)
    Made(tmp_path)
    audited(confined, tmp_path)
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


@pytest.mark.parametrize("in_git", [True, False], ids=["in git", "plain"])
def test_80_000_files_are_no_problem(*, in_git: bool, tmp_path: Path, confined: Confined) -> None:
    write(tmp_path, INNOCENT)
    for folder in range(80):
        (tmp_path / f"src/p{folder}").mkdir()
        kind = "py" if folder < 5 else ("csv", "jpg", "txt", "json", "yaml")[folder % 5]
        for number in range(1_000):
            os.close(os.open(tmp_path / f"src/p{folder}/m{number}.{kind}", os.O_CREAT | os.O_WRONLY))
    if in_git:
        Made(tmp_path).git("add", "README.md")
    audited(confined, tmp_path)


ODD_NAMES = [
    b"a\nb.py",
    b"::error file=x::y.py",
    b"\xff.py",
    "\u202egpj.py".encode(),
    b"\x1b[2J.py",
    b"-rf.py",
    b"--config=x.py",
    b"|`*_[x](y)<img src=x>.py",
    b"@team #1.py",
    b"<!-- <script>.py",
    b"readme.md",
    b"ReadMe.md",
    b" .py",
    b"%0A%s{0}.py",
    b"conftest.py",
]


@pytest.mark.parametrize("in_git", [True, False], ids=["in git", "plain"])
@pytest.mark.parametrize("name", FORMATS)
def test_odd_names_do_not_break_any_output(name: str, *, in_git: bool, tmp_path: Path, confined: Confined) -> None:
    root = tmp_path / "shop"
    write(root, INNOCENT)
    for odd in ODD_NAMES:
        (Path(os.fsdecode(os.fsencode(root) + b"/" + odd))).write_text(
            "from sklearn.svm import SVC\nSVC().fit(X, y)\nx = = 1\n"
        )
    if in_git:
        Made(root).commit()
    run = confined.audit("audit", str(root), "--format", name)
    assert run.status == 0, run.errors
    run.output.encode("utf-8")
    assert not any(character in run.output for character in "\x1b\u202e\x00")
    assert not any(line.startswith("::error") for line in run.output.splitlines())
    if name in {"json", "sarif"}:
        json.loads(run.output)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(tmp_path: Path, confined: Confined) -> None:
    write(tmp_path, {**INNOCENT, "src/closed.py": "", "private/a.py": ""})
    (tmp_path / "src/closed.py").chmod(0)
    (tmp_path / "private").chmod(0)
    said = problems(audited(confined, tmp_path))
    (tmp_path / "private").chmod(stat.S_IRWXU)
    assert "src/closed.py" in said
    assert "private" in said


def test_nothing_in_the_repository_is_imported_or_configures_tools(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    sprung = tmp_path / "sprung"
    trap = f"import pathlib\npathlib.Path({str(sprung)!r}).touch()\n"
    modules = [
        "conftest",
        "sitecustomize",
        "usercustomize",
        "setup",
        "yaml",
        "ast",
        "json/__init__",
        "click",
        "git",
        "re",
    ]
    write(root, {**INNOCENT, **{f"{module}.py": trap for module in modules}, "x.pth": f"import os; {trap}"})
    write(
        root,
        {
            ".pylintrc": f"[MASTER]\ninit-hook={trap!r}\nload-plugins=conftest\n",
            ".coveragerc": "[run]\nplugins=conftest\n",
        },
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "ml_readiness", "audit", ".", "--format", "json"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not sprung.exists()


def test_large_files_are_named(made: Made, confined: Confined) -> None:
    made.commit({**INNOCENT, "big.ipynb": '{"cells": []}' + " " * 100_000_000})
    for options in ((), ("--rev", "HEAD")):
        assert "big.ipynb" in problems(audited(confined, made.path, *options))


def test_a_pointer_to_large_file_storage_is_no_model(made: Made, confined: Confined) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 5000000\n"
    made.commit({**INNOCENT, "model.pkl": pointer, "big.ipynb": pointer, "config.yaml": pointer})
    audited(confined, made.path)
    audited(confined, made.path, "--rev", "HEAD")
