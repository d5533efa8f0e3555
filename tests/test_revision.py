"""A revision is read from git's objects alone."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ml_readiness.errors import RepositoryError
from ml_readiness.snapshot import Absent, EntryKind, Snapshot
from ml_readiness.sources.limits import Limits
from ml_readiness.sources.revision import Revision
from ml_readiness.sources.worktree import WorkTree
from tests.repositories import FILES, Made, texts

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.usefixtures("nothing_left_behind")


def test_reads_any_commit_without_a_checkout(made: Made) -> None:
    first = made.commit(FILES)
    made.git("tag", "-a", "v1", "-m", "one")
    made.commit({"README.md": "# Later\n"})
    made.write({"new.py": ""})
    for name in (first, first[:9], "v1", "HEAD~1", "main^"):
        with Revision(made.path, name) as revision:
            assert revision.revision == first
            assert texts(revision) == FILES
            assert isinstance(revision, Snapshot)


def test_reads_one_folder_of_a_commit(made: Made) -> None:
    first = made.commit(FILES)
    made.commit({"apps/one/main.py": "x = 1\n"})
    with Revision(made.path / "apps/one") as revision:
        assert texts(revision) == {"main.py": "x = 1\n"}
    with Revision(made.path / "apps/one", first) as revision:
        assert texts(revision) == {}
        assert any("apps/one" in note for note in revision.notes)


def test_knows_the_ids_of_its_files(made: Made) -> None:
    made.commit(FILES)
    with Revision(made.path) as revision:
        assert revision.entries["README.md"].blob == made.git("rev-parse", "HEAD:README.md")
        assert revision.entries["README.md"].size == len(FILES["README.md"])


def test_references_are_found_packed_loose_and_remote(made: Made) -> None:
    first = made.commit(FILES)
    made.git("branch", "packed")
    made.git("pack-refs", "--all")
    second = made.commit({"a.py": ""})
    made.git("update-ref", "refs/remotes/origin/feature/x", first)
    made.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    wanted = {"packed": first, "main": second, "HEAD": second, "origin/feature/x": first, "alias": second}
    for name, commit in {**wanted, "feature/x": first}.items():
        with Revision(made.path, name) as revision:
            assert revision.revision == commit


@pytest.mark.parametrize(
    "name", ["nowhere", "--help", "-x", "HEAD:README.md", "HEAD^{tree}", "", "a b", "a\nb", "a\0b"]
)
def test_an_unknown_revision_is_an_error(made: Made, name: str) -> None:
    made.commit(FILES)
    with pytest.raises(RepositoryError, match="expected a commit"):
        Revision(made.path, name)


def test_a_repository_without_commits_is_an_error(made: Made) -> None:
    with pytest.raises(RepositoryError, match="expected a commit"):
        Revision(made.path)


def test_a_folder_without_git_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="expected a git repository"):
        Revision(tmp_path)


def test_without_git_installed_there_is_an_error(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.commit(FILES)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RepositoryError, match="git to be installed"):
        Revision(made.path)


def test_reads_bare_shared_and_borrowed_object_stores(made: Made) -> None:
    made.commit(FILES)
    made.git("clone", "-q", "--bare", ".", "../bare.git")
    made.git("clone", "-q", "--shared", "--bare", ".", "../shared.git")
    made.git("clone", "-q", "--depth=1", "--bare", made.path.as_uri(), "../shallow.git")
    for name in ("bare", "shared", "shallow"):
        with Revision(made.path.parent / f"{name}.git") as revision:
            assert texts(revision) == FILES
            assert revision.name == name


def test_reads_repositories_named_by_sha256(tmp_path: Path) -> None:
    made = Made(tmp_path / "long", "--object-format=sha256")
    commit = made.commit(FILES)
    with Revision(made.path) as revision:
        assert revision.revision == commit
        assert len(commit) == 64
        assert texts(revision) == FILES
    assert texts(WorkTree(made.path)) == FILES


def test_content_that_is_not_in_the_clone_is_named(made: Made) -> None:
    made.commit(FILES)
    blob = made.git("rev-parse", "HEAD:src/train.py")
    (made.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with Revision(made.path) as revision:
        assert revision.entries["src/train.py"].size is None
        assert revision.notes == ("content is not in this clone: src/train.py",)
        with pytest.raises(Absent, match="not in this clone"):
            revision.read("src/train.py")
        assert revision.read("README.md") == b"# Shop\n"


def test_a_partial_clone_fetches_nothing(made: Made, tmp_path: Path) -> None:
    made.commit(FILES)
    made.git("config", "uploadpack.allowFilter", "true")
    made.git("clone", "-q", "--bare", "--filter=blob:none", made.path.as_uri(), "../partial.git")
    with Revision(tmp_path / "partial.git") as revision:
        assert set(revision.entries) == set(FILES)
        assert texts(revision) == {}


def test_damaged_content_is_absent_and_does_not_stop_the_reading(made: Made) -> None:
    made.commit(FILES)
    blob = made.git("rev-parse", "HEAD:src/train.py")
    path = made.path / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-4] + b"xxxx")
    with Revision(made.path) as revision:
        with pytest.raises(Absent):
            revision.read("src/train.py")
        assert revision.read("README.md") == b"# Shop\n"


def test_content_under_the_id_of_other_content_is_refused(made: Made) -> None:
    made.commit({**FILES, "other.py": "x = 1\n"})
    objects = made.path / ".git/objects"
    blob, other = (made.git("rev-parse", f"HEAD:{path}") for path in ("src/train.py", "other.py"))
    place = objects / blob[:2] / blob[2:]
    place.unlink()
    shutil.copy(objects / other[:2] / other[2:], place)
    with Revision(made.path) as revision, pytest.raises(Absent, match="not what its id says"):
        revision.read("src/train.py")


def test_a_missing_folder_is_told(made: Made) -> None:
    made.commit(FILES)
    tree = made.git("rev-parse", "HEAD:src")
    (made.path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    with Revision(made.path) as revision:
        assert any("not complete" in note for note in revision.notes)


def test_links_and_submodules_are_entries_that_cannot_be_read(made: Made) -> None:
    Made(made.path / "libs/tool").commit({"setup.py": "x"})
    (made.path / "link").symlink_to("README.md")
    made.commit(FILES)
    with Revision(made.path) as revision:
        kinds = {path: entry.kind for path, entry in revision.entries.items() if path not in FILES}
        assert kinds == {"libs/tool": EntryKind.SUBMODULE, "link": EntryKind.SYMLINK}
        assert revision.notes == ("another repository, not looked into: libs/tool", "link, not followed: link")
        for path in kinds:
            with pytest.raises(Absent):
                revision.read(path)


def test_names_that_git_forbids_are_left_out(made: Made) -> None:
    blob = made.git("hash-object", "-w", "--stdin", given=b"x")
    entries = b"".join(
        b"100644 " + name + b"\0" + bytes.fromhex(blob) for name in (b"..", b".git", b"\xff.py", b"a\nb.py", b"ok.py")
    )
    tree = made.git("hash-object", "-t", "tree", "--literally", "-w", "--stdin", given=entries)
    commit = made.git("commit-tree", tree, "-m", "odd")
    with Revision(made.path, commit) as revision:
        assert set(revision.entries) == {"\udcff.py", "a\nb.py", "ok.py"}
        assert revision.read("\udcff.py") == b"x"
        assert any("forbids" in note for note in revision.notes)


def test_a_pointer_to_large_file_storage_stays_a_pointer(made: Made) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 5\n"
    made.configure('[filter "lfs"]\n\tsmudge = touch pwned\n\tprocess = touch pwned\n\trequired = true\n')
    made.git("config", "filter.lfs.clean", "cat")
    made.git("config", "--unset", "filter.lfs.process")
    made.commit({"model.bin": pointer, ".gitattributes": "*.bin filter=lfs\n"})
    with Revision(made.path) as revision:
        assert revision.read("model.bin").decode() == pointer


def test_limits_are_told(made: Made) -> None:
    made.commit({f"{number}.py": "" for number in range(9)})
    with Revision(made.path, limits=Limits(entries=5)) as revision:
        assert len(revision.entries) == 5
        assert any("more than 5 files" in note for note in revision.notes)
    with Revision(made.path, limits=Limits(listing=200)) as revision:
        assert len(revision.entries) == 3
        assert any("not complete" in note for note in revision.notes)


def test_a_large_file_is_listed_but_not_read(made: Made) -> None:
    made.commit({"a.py": "x" * 200})
    with Revision(made.path, limits=Limits(file=100)) as revision, pytest.raises(Absent, match="over the limit"):
        revision.read("a.py")


def test_nothing_is_written_to_the_repository(made: Made) -> None:
    made.commit(FILES)
    before = state(made.path)
    with Revision(made.path) as revision:
        texts(revision)
    texts(WorkTree(made.path))
    assert state(made.path) == before


@pytest.mark.parametrize(
    "place", ["objects/pack/x.pack", "objects/ab", "objects/info/alternates", "objects/ab/" + "c" * 38]
)
def test_an_object_store_with_a_pipe_is_refused(made: Made, place: str) -> None:
    made.commit(FILES)
    pipe = made.path / ".git" / place
    pipe.parent.mkdir(exist_ok=True)
    os.mkfifo(pipe)
    with pytest.raises(RepositoryError, match="not a file"):
        Revision(made.path)
    assert texts(WorkTree(made.path)) == FILES


@pytest.mark.parametrize(
    "name", ["HEAD", "packed-refs", "refs/heads/other", "config", "shallow", "FETCH_HEAD", "index"]
)
def test_a_pipe_among_the_references_makes_nothing_hang(made: Made, name: str) -> None:
    commit = made.commit(FILES)
    path = made.path / ".git" / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    assert texts(WorkTree(made.path)) == FILES
    if name != "HEAD":
        with Revision(made.path, commit) as revision:
            assert texts(revision) == FILES


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.lstat().st_mtime_ns, stat.S_IMODE(path.lstat().st_mode)) for path in sorted(folder.rglob("*"))
    }
