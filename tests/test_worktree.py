"""A work tree lists and reads what is on disk, and nothing that is elsewhere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ml_readiness.errors import RepositoryError
from ml_readiness.snapshot import Absent, EntryKind, Snapshot
from ml_readiness.sources.limits import Limits
from ml_readiness.sources.revision import Revision
from ml_readiness.sources.worktree import WorkTree
from tests.repositories import FILES, Made, texts, write

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.usefixtures("nothing_left_behind")


def test_lists_tracked_and_new_files_but_not_ignored_ones(made: Made) -> None:
    made.commit({**FILES, ".gitignore": "*.log\n/secret/\n"})
    made.write({"new.py": "x = 1\n", "run.log": "", "secret/key.txt": "", "src/.gitignore": "cache\n", "src/cache": ""})
    tree = WorkTree(made.path)
    assert set(tree.entries) == {*FILES, ".gitignore", "new.py", "src/.gitignore"}
    assert tree.read("new.py") == b"x = 1\n"
    assert tree.name == "shop"
    assert tree.notes == ()
    assert isinstance(tree, Snapshot)


def test_a_tracked_file_stays_although_it_is_ignored(made: Made) -> None:
    made.commit({"model.pkl": "x", ".gitignore": "*.pkl\n"})
    made.write({"other.pkl": "x"})
    assert set(WorkTree(made.path).entries) == {"model.pkl", ".gitignore"}


def test_ignore_rules_that_are_not_committed_count(made: Made) -> None:
    made.commit(FILES)
    made.write({".git/info/exclude": "scratch.py\n", "scratch.py": ""})
    assert "scratch.py" not in WorkTree(made.path).entries


def test_shows_the_content_on_disk_not_the_committed_one(made: Made) -> None:
    made.commit(FILES)
    made.write({"README.md": "# Changed\n"})
    assert texts(WorkTree(made.path))["README.md"] == "# Changed\n"


def test_names_tracked_files_that_are_not_on_disk(made: Made) -> None:
    made.commit(FILES)
    (made.path / "README.md").unlink()
    tree = WorkTree(made.path)
    assert "README.md" not in tree.entries
    assert tree.notes == ("tracked, but not on disk: README.md",)


def test_a_folder_without_git_is_walked(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, ".gitignore": "*.md\n", "inner/.git/config": "", "inner/a.py": ""})
    tree = WorkTree(tmp_path)
    assert set(tree.entries) == {*FILES, ".gitignore", "inner/a.py"}
    assert "no usable git directory" in tree.notes[0]


def test_without_git_installed_the_folder_is_walked(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.commit(FILES)
    monkeypatch.setenv("PATH", "")
    tree = WorkTree(made.path)
    assert texts(tree) == FILES
    assert any("git to be installed" in note for note in tree.notes)


@pytest.mark.parametrize("index", [b"", b"nonsense", b"DIRC\0\0\0\2\xff\xff\xff\xff" + b"\0" * 20])
def test_a_broken_index_costs_nothing_but_ignored_tracked_files(made: Made, index: bytes) -> None:
    made.commit({**FILES, ".gitignore": "*.log\n"})
    made.write({".git/index": index, "run.log": ""})
    assert set(WorkTree(made.path).entries) == {*FILES, ".gitignore"}


def test_a_split_index_is_no_obstacle(made: Made) -> None:
    made.commit(FILES)
    made.git("update-index", "--split-index")
    assert texts(WorkTree(made.path)) == FILES


def test_a_sparse_index_names_what_is_not_on_disk(made: Made) -> None:
    made.commit({**FILES, "big/one.csv": "1", "big/two.csv": "2"})
    made.git("sparse-checkout", "init", "--cone", "--sparse-index")
    made.git("sparse-checkout", "set", "src")
    tree = WorkTree(made.path)
    assert set(tree.entries) == {"README.md", "src/train.py"}
    assert "big/one.csv" in tree.notes[0]


def test_links_are_entries_that_cannot_be_read(made: Made) -> None:
    write(made.path.parent, {"outside.txt": "secret"})
    for name, target in {"file": "../outside.txt", "up": "..", "self": "self", "zero": "/dev/zero"}.items():
        (made.path / name).symlink_to(target)
    before = WorkTree(made.path)
    made.commit()
    with Revision(made.path) as revision:
        for tree in (before, WorkTree(made.path), revision):
            kinds = {path: entry.kind for path, entry in tree.entries.items()}
            assert kinds == dict.fromkeys(["file", "self", "up", "zero"], EntryKind.SYMLINK)
            for path in kinds:
                with pytest.raises(Absent):
                    tree.read(path)


def test_a_tracked_folder_replaced_by_a_link_is_not_entered(made: Made) -> None:
    write(made.path.parent, {"outside/train.py": "secret"})
    made.commit(FILES)
    shutil.rmtree(made.path / "src")
    (made.path / "src").symlink_to("../outside")
    tree = WorkTree(made.path)
    assert tree.entries["src"].kind is EntryKind.SYMLINK
    assert "src/train.py" not in tree.entries
    assert "below a link" in tree.notes[0]


def test_a_file_swapped_after_listing_is_not_followed(made: Made) -> None:
    write(made.path.parent, {"outside.txt": "secret", "outside/train.py": "secret"})
    made.commit(FILES)
    tree = WorkTree(made.path)
    (made.path / "README.md").unlink()
    (made.path / "README.md").symlink_to("../outside.txt")
    shutil.rmtree(made.path / "src")
    (made.path / "src").symlink_to("../outside")
    (made.path / "data/ä ö.csv").unlink()
    os.mkfifo(made.path / "data/ä ö.csv")
    for path in FILES:
        with pytest.raises(Absent, match=r"link|regular"):
            tree.read(path)


def test_a_file_gone_after_listing_is_absent(made: Made) -> None:
    made.commit(FILES)
    tree = WorkTree(made.path)
    (made.path / "README.md").unlink()
    with pytest.raises(Absent):
        tree.read("README.md")


def test_pipes_and_sockets_are_not_opened(made: Made) -> None:
    os.mkfifo(made.path / "requirements.txt")
    listed = WorkTree(made.path)
    shutil.rmtree(made.path / ".git")
    for tree in (listed, WorkTree(made.path)):
        found = tree.entries.get("requirements.txt")
        assert found is None or found.kind is EntryKind.OTHER
        with pytest.raises(Absent):
            tree.read("requirements.txt")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_files_and_folders_are_named(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "closed/a.py": "", "locked.py": ""})
    (tmp_path / "closed").chmod(0)
    (tmp_path / "locked.py").chmod(0)
    tree = WorkTree(tmp_path)
    (tmp_path / "closed").chmod(0o700)
    assert any("closed" in note for note in tree.notes)
    with pytest.raises(Absent):
        tree.read("locked.py")


def test_a_file_over_the_limit_is_listed_but_not_read(tmp_path: Path) -> None:
    with (tmp_path / "train.py").open("wb") as file:
        file.truncate(8_000_000_000)
    tree = WorkTree(tmp_path)
    assert tree.entries["train.py"].size == 8_000_000_000
    with pytest.raises(Absent, match="over the limit"):
        tree.read("train.py")


def test_executable_files_are_known(made: Made) -> None:
    made.write({"run.sh": "", "a.py": ""})
    (made.path / "run.sh").chmod(0o755)
    made.commit()
    with Revision(made.path) as revision:
        for tree in (WorkTree(made.path), revision):
            assert [path for path, entry in tree.entries.items() if entry.executable] == ["run.sh"]


def test_other_repositories_inside_are_not_entered(made: Made) -> None:
    Made(made.path / "libs/tool").commit({"setup.py": "x"})
    made.commit({"a.py": ""})
    Made(made.path / "clone").commit({"b.py": ""})
    tree = WorkTree(made.path)
    assert {path: entry.kind.value for path, entry in tree.entries.items()} == {
        "a.py": "file",
        "clone": "submodule",
        "libs/tool": "submodule",
    }
    assert tree.notes == ("another repository, not looked into: clone, libs/tool",)


def test_a_tracked_file_that_became_a_folder_is_no_submodule(made: Made) -> None:
    made.commit({"model": "x"})
    (made.path / "model").unlink()
    made.write({"model/train.py": ""})
    assert set(WorkTree(made.path).entries) == {"model/train.py"}


def test_a_linked_work_tree_is_read_like_any_other(made: Made) -> None:
    made.commit({**FILES, ".gitignore": "*.log\n"})
    made.git("worktree", "add", "-q", "../second")
    second = made.path.parent / "second"
    write(second, {"run.log": "", "new.py": ""})
    assert set(WorkTree(second).entries) == {*FILES, ".gitignore", "new.py"}
    with Revision(second) as revision:
        assert texts(revision) == {**FILES, ".gitignore": "*.log\n"}


def test_a_folder_of_a_repository_is_listed_as_its_repository_says(made: Made) -> None:
    made.commit({**FILES, ".gitignore": "*.log\n", "apps/one/main.py": "", "apps/one/tests/test_main.py": ""})
    made.write({"apps/one/run.log": "", "apps/one/new.py": ""})
    tree = WorkTree(made.path / "apps/one")
    assert set(tree.entries) == {"main.py", "new.py", "tests/test_main.py"}
    assert (tree.name, tree.notes) == ("one", ())


def test_a_folder_that_its_repository_ignores_is_walked(made: Made) -> None:
    made.commit({".gitignore": "/downloads/\n"})
    made.write({"downloads/other/train.py": ""})
    tree = WorkTree(made.path / "downloads/other")
    assert set(tree.entries) == {"train.py"}
    assert "no usable git directory" in tree.notes[0]


def test_the_environment_of_a_hook_does_not_mislead(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.commit(FILES)
    other = Made(made.path.parent / "other")
    other.commit({"other.py": ""})
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git/index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.path / ".git/objects"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    assert texts(WorkTree(made.path)) == FILES
    with Revision(made.path) as revision:
        assert texts(revision) == FILES


def test_limits_are_told(tmp_path: Path) -> None:
    write(tmp_path, {f"{number}.py": "" for number in range(9)})
    tree = WorkTree(tmp_path, limits=Limits(entries=5))
    assert len(tree.entries) == 5
    assert any("more than 5 files" in note for note in tree.notes)
    Made(tmp_path)
    tree = WorkTree(tmp_path, limits=Limits(entries=5))
    assert len(tree.entries) == 5
    assert any("more than 5 files" in note for note in tree.notes)


def test_folders_that_are_too_deep_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"a/b/c/d.py": "", "a/b.py": ""})
    tree = WorkTree(tmp_path, limits=Limits(depth=2))
    assert set(tree.entries) == {"a/b.py"}
    assert any("a/b/c" in note and "deeper" in note for note in tree.notes)


def test_the_bytes_of_one_audit_are_limited(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x" * 60, "b.py": "x" * 60})
    tree = WorkTree(tmp_path, limits=Limits(total=100))
    assert len(tree.read("a.py")) == 60
    with pytest.raises(Absent, match="limit of 100 bytes"):
        tree.read("b.py")
    assert any("1 reads refused" in note for note in tree.notes)


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/passwd", "src/../../outside.txt", ".git/config", "", "a\0b"])
def test_what_is_not_listed_is_not_read(made: Made, path: str) -> None:
    write(made.path.parent, {"outside.txt": "secret"})
    made.commit(FILES)
    with pytest.raises(Absent):
        WorkTree(made.path).read(path)


def test_an_empty_repository_is_an_empty_snapshot(made: Made) -> None:
    assert dict(WorkTree(made.path).entries) == {}


@pytest.mark.parametrize("content", [None, "a file"])
def test_something_else_is_an_error(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        write(tmp_path, {"x": content})
    with pytest.raises(RepositoryError, match="expected a folder"):
        WorkTree(tmp_path / "x")


def test_names_are_shown_on_one_line(made: Made) -> None:
    made.commit({"a\nb.py": ""})
    (made.path / "a\nb.py").unlink()
    assert WorkTree(made.path).notes == (r"tracked, but not on disk: 'a\nb.py'",)
