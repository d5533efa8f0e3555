"""A source is opened in place, or cloned and removed again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ml_readiness.errors import RepositoryError
from ml_readiness.sources import is_url, open_pair, open_snapshot
from ml_readiness.sources.gitdir import GitDir
from ml_readiness.sources.naming import name_of
from tests.repositories import FILES, Made, texts

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.usefixtures("nothing_left_behind")


def test_a_folder_is_read_as_it_is_on_disk(made: Made) -> None:
    made.commit(FILES)
    made.write({"new.py": ""})
    with open_snapshot(made.path) as snapshot:
        assert snapshot.revision is None
        assert "new.py" in snapshot.entries


def test_a_revision_is_read_from_the_objects(made: Made) -> None:
    commit = made.commit(FILES)
    made.write({"new.py": ""})
    with open_snapshot(made.path, "main") as snapshot:
        assert snapshot.revision == commit
        assert texts(snapshot) == FILES


@pytest.mark.parametrize("place", ["shop/.git", "mirror/repo.git", "mirror/repo", "url"])
def test_a_git_directory_is_read_at_its_head(made: Made, place: str) -> None:
    commit = made.commit(FILES)
    made.git("clone", "-q", "--bare", ".", "../mirror/repo.git")
    made.git("clone", "-q", "--bare", ".", "../mirror/repo")
    source = made.path.as_uri() + "/.git" if place == "url" else str(made.path.parent / place)
    with open_snapshot(source) as snapshot:
        assert snapshot.revision == commit
        assert snapshot.name == ("mirror" if "mirror" in place else "shop")


def test_a_pair_shares_its_source(made: Made) -> None:
    first = made.commit(FILES)
    made.commit({"README.md": "# Later\n"})
    with open_pair(made.path, "HEAD", first) as (after, before):
        assert before is not None
        assert (texts(before)["README.md"], texts(after)["README.md"]) == ("# Shop\n", "# Later\n")


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="found nothing"), open_snapshot(str(tmp_path / "none")):
        pass


@pytest.mark.parametrize(
    "url",
    ["ext::sh -c 'touch pwned'", "git://example.com/a", "http://example.com/a", "fd::17", "ftp://example.com/a"],
)
def test_other_ways_of_transport_are_refused(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RepositoryError, match="https, ssh or file"), open_snapshot(url):
        pass
    assert not list(tmp_path.iterdir())


def test_a_url_is_cloned_shallowly_and_the_clone_is_removed(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = made.commit(FILES)
    made.git("branch", "old")
    made.commit({"README.md": "# Later\n"})
    monkeypatch.setenv("GIT_SSH_COMMAND", ssh_to_this_machine(tmp_path))
    url = f"ssh://git@example.com{made.path}"
    with open_snapshot(url) as snapshot:
        assert snapshot.name == "shop"
        assert texts(snapshot)["README.md"] == "# Later\n"
    for rev in ("old", old):
        with open_snapshot(url, rev) as snapshot:
            assert texts(snapshot) == FILES
    with open_pair(url, None, "HEAD~1") as (after, before):
        assert before is not None
        assert before.revision == old
        assert texts(after)["README.md"] == "# Later\n"


def test_a_failed_clone_says_why_without_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", ssh_to_this_machine(tmp_path))
    url = f"ssh://ada:{'hush' * 2}@example.com{tmp_path}/none"
    with pytest.raises(RepositoryError, match=r"cannot be cloned: .*does not") as caught, open_snapshot(url):
        pass
    assert "hushhush" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://example.com/a/b", True),
        ("git@example.com:a/b.git", True),
        ("ext::sh -c x", True),
        ("../a/b", False),
        ("C:/a/b", False),
        ("a:b", False),
    ],
)
def test_urls_are_told_from_paths(source: str, *, expected: bool) -> None:
    assert is_url(source) is expected


def ssh_to_this_machine(folder: Path) -> str:
    script = folder / "ssh"
    script.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    script.chmod(0o755)
    return str(script)


@pytest.mark.parametrize(
    ("path", "name"),
    [("shop", "shop"), ("shop/.git", "shop"), ("shop.git", "shop"), ("a+b/repo/.git", "a+b"), ("a+b/repo.git", "a+b")],
)
def test_a_repository_is_called_what_people_call_it(tmp_path: Path, path: str, name: str) -> None:
    assert name_of(tmp_path / path) == name


def test_a_git_directory_is_not_searched_below(made: Made) -> None:
    made.commit(FILES)
    made.git("clone", "-q", "--bare", ".", "hidden/inside.git")
    around = GitDir.around(made.path / "hidden")
    assert around == (GitDir.find(made.path), "hidden")
