"""What is compared with what, in every state in which a runner leaves a checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ml_readiness.errors import SettingsError
from ml_readiness.publish.context import Context
from ml_readiness.publish.inputs import Inputs
from ml_readiness.publish.workspace import Sides, opened
from tests.action import checkouts
from tests.action.checkouts import AFTER, BEFORE, Checkout
from tests.repositories import Made

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return checkouts.opened(tmp_path)


class Seen:
    """What there was to see while both sides were open."""

    def __init__(self, sides: Sides) -> None:
        self.after = sides.after.revision
        self.before = sides.before.revision if sides.before is not None else None
        self.earlier = set(sides.earlier.entries) if sides.earlier is not None else None
        self.project = set(sides.project.entries)
        self.requirements = [
            side.read("requirements.txt").decode()
            for side in (sides.earlier, sides.project)
            if side is not None and "requirements.txt" in side.entries
        ]
        self.remark = sides.remark
        self.prefix = sides.prefix
        self.name = sides.project.name
        self.commit = sides.commit


def seen(environment: dict[str, str]) -> Seen:
    with opened(Context.found(environment, Path("/tmp")), Inputs.given(environment)) as sides:
        return Seen(sides)


def tree(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()


def test_the_base_is_the_first_parent_of_the_merge_though_the_checkout_is_one_commit_deep(
    checkout: Checkout, tmp_path: Path
) -> None:
    found = seen(checkout.environment(tmp_path / "run"))
    assert (found.before, found.after) == (checkout.base, checkout.merge)
    assert found.requirements == [BEFORE["requirements.txt"], AFTER["requirements.txt"]]
    assert found.name == "org-repo"
    assert found.commit == checkout.head


def test_fetching_the_base_writes_nothing_into_the_workspace(checkout: Checkout, tmp_path: Path) -> None:
    before = list(tree(checkout.workspace))
    seen(checkout.environment(tmp_path / "run"))
    assert list(tree(checkout.workspace)) == before


def test_the_event_is_not_believed_where_the_merge_knows_better(checkout: Checkout, tmp_path: Path) -> None:
    environment = checkout.environment(tmp_path / "run")
    checkout.event(Path(environment["GITHUB_EVENT_PATH"]), base="c" * 40)
    assert seen(environment).before == checkout.base


def test_a_checkout_of_the_proposed_commit_is_compared_with_where_it_branched_off(tmp_path: Path) -> None:
    checkout = checkouts.opened(tmp_path, depth=None)
    later = checkout.upstream.commit({"later.txt": "x"})
    made = Made(checkout.workspace)
    made.git("fetch", "-q", f"file://{checkout.upstream.path}", later)
    made.git("checkout", "-q", "--detach", checkout.head)
    environment = checkout.environment(tmp_path / "run")
    checkout.event(Path(environment["GITHUB_EVENT_PATH"]), base=later)
    assert seen(environment).before == checkout.base


def test_what_the_pull_request_does_not_propose_is_not_compared_with_itself(checkout: Checkout, tmp_path: Path) -> None:
    made = Made(checkout.workspace)
    made.git("fetch", "-q", "--depth=1", f"file://{checkout.upstream.path}", checkout.base)
    made.git("checkout", "-q", "--detach", checkout.base)
    found = seen(checkout.environment(tmp_path / "run", GITHUB_EVENT_NAME="pull_request_target"))
    assert found.before is None
    assert found.remark == f"what is checked out, {checkout.base[:12]}, is not what the pull request proposes"
    assert found.commit == checkout.base


def test_a_branch_that_went_on_since_the_event_is_what_is_proposed(tmp_path: Path) -> None:
    checkout = checkouts.opened(tmp_path, depth=None)
    made = Made(checkout.workspace)
    made.git("checkout", "-q", "--detach", checkout.head)
    for number in range(2):
        made.commit({"later.txt": str(number)})
    found = seen(checkout.environment(tmp_path / "run"))
    assert (found.before, found.commit) == (checkout.base, checkout.head)


def test_without_common_history_the_base_of_the_event_is_taken(checkout: Checkout, tmp_path: Path) -> None:
    made = Made(checkout.workspace)
    made.git("fetch", "-q", "--depth=1", f"file://{checkout.upstream.path}", checkout.head)
    made.git("checkout", "-q", "--detach", checkout.head)
    assert seen(checkout.environment(tmp_path / "run")).before == checkout.base


def test_a_base_that_is_nowhere_is_said(checkout: Checkout, tmp_path: Path) -> None:
    environment = checkout.environment(tmp_path / "run", base="d" * 40)
    found = seen(environment)
    assert found.before is None
    assert found.remark.startswith("dddddddddddd cannot be fetched: ")
    assert found.requirements == [AFTER["requirements.txt"]]


def test_a_server_that_cannot_be_reached_is_said(checkout: Checkout, tmp_path: Path) -> None:
    found = seen(checkout.environment(tmp_path / "run", GITHUB_SERVER_URL="http://127.0.0.1:9"))
    assert "cannot be fetched" in found.remark


def test_the_token_goes_to_the_server_by_environment_and_shows_nowhere(checkout: Checkout, tmp_path: Path) -> None:
    found = seen(checkout.environment(tmp_path / "run", GITHUB_SERVER_URL="http://127.0.0.1:9", github_token="s3cr3t"))
    assert "s3cr3t" not in found.remark


@pytest.mark.parametrize(
    ("base", "remark"),
    [
        ("off", "comparing is turned off"),
        ("no-such-branch", "there is no commit, branch or tag 'no-such-branch', neither here nor in the repository"),
        ("v?", "expected a commit, branch or tag, found 'v?'"),
    ],
)
def test_comparing_with_nothing_is_said(checkout: Checkout, tmp_path: Path, base: str, remark: str) -> None:
    assert seen(checkout.environment(tmp_path / "run", base=base)).remark.startswith(remark)


def test_a_base_can_be_named(tmp_path: Path) -> None:
    checkout = checkouts.opened(tmp_path, depth=None)
    assert seen(checkout.environment(tmp_path / "run", base="HEAD^2")).before == checkout.head


@pytest.mark.parametrize("name", ["main", "v1", "v2"])
def test_a_base_is_fetched_by_its_name(checkout: Checkout, tmp_path: Path, name: str) -> None:
    checkout.upstream.git("tag", "v1", checkout.base)
    checkout.upstream.git("tag", "-a", "-m", "two", "v2", checkout.base)
    assert seen(checkout.environment(tmp_path / "run", base=name)).before == checkout.base


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        ("push", "before", True),
        ("merge_group", "base_sha", True),
        ("workflow_dispatch", "nothing", False),
        ("schedule", "nothing", False),
    ],
)
def test_other_events_name_their_own_commit_or_none(
    checkout: Checkout, tmp_path: Path, name: str, payload: str, expected: bool
) -> None:
    environment = checkout.environment(tmp_path / "run", GITHUB_EVENT_NAME=name)
    event = {payload: checkout.base, "merge_group": {payload: checkout.base}}
    Path(environment["GITHUB_EVENT_PATH"]).write_text(json.dumps(event))
    found = seen(environment)
    assert found.before == (checkout.base if expected else None)
    assert bool(found.remark) is not expected


def test_a_folder_without_git_is_audited_without_a_base(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace/train.py").write_text("import torch\n")
    found = seen({"GITHUB_WORKSPACE": str(tmp_path / "workspace")})
    assert found.project == {"train.py"}
    assert found.remark == "there are no git objects to compare with"


def test_a_repository_around_the_workspace_is_not_discovered(tmp_path: Path) -> None:
    outer = Made(tmp_path)
    outer.commit({"outside.py": "import torch\n", "workspace/train.py": "import torch\n"})
    found = seen({"GITHUB_WORKSPACE": str(tmp_path / "workspace"), "ML_READINESS_BASE": "HEAD"})
    assert (found.after, found.project) == (None, {"train.py"})


def test_an_unborn_branch_is_audited_as_it_is_on_disk(tmp_path: Path) -> None:
    made = Made(tmp_path / "workspace")
    made.write({"train.py": "import torch\n"})
    assert seen({"GITHUB_WORKSPACE": str(made.path)}).project == {"train.py"}


def test_only_what_is_committed_counts_not_what_earlier_steps_left(checkout: Checkout, tmp_path: Path) -> None:
    (checkout.workspace / "left_behind.py").write_text("import torch\n")
    assert "left_behind.py" not in seen(checkout.environment(tmp_path / "run")).project


def test_a_project_in_a_folder_is_compared_with_that_folder(tmp_path: Path) -> None:
    inside = {f"services/a/{path}": text for path, text in BEFORE.items()}
    checkout = checkouts.opened(tmp_path, inside, {"services/a/new.py": "x = 1\n"})
    found = seen(checkout.environment(tmp_path / "run", path="services/a/"))
    assert found.prefix == "services/a/"
    assert found.earlier == set(BEFORE)
    assert found.project == {*BEFORE, "new.py"}


def test_a_project_that_is_new_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    checkout = checkouts.opened(tmp_path, BEFORE, {"services/a/new.py": "x = 1\n"})
    found = seen(checkout.environment(tmp_path / "run", path="services/a"))
    assert (found.earlier, found.remark) == (None, "the project is new")


def test_a_checkout_below_the_workspace_is_found(checkout: Checkout, tmp_path: Path) -> None:
    environment = checkout.environment(tmp_path / "run", GITHUB_WORKSPACE=str(tmp_path), path="workspace/src")
    found = seen(environment)
    assert (found.prefix, found.before) == ("src/", checkout.base)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../elsewhere", "expected a folder in the workspace"),
        ("/etc", "expected a folder in the workspace"),
        ("missing", "expected a folder, found nothing"),
        ("README.md", "expected a folder, found a file"),
        ("out", "expected a folder in the workspace"),
        ("empty", "nothing to audit in 'empty/'"),
    ],
)
def test_a_path_that_leads_nowhere_is_said(checkout: Checkout, tmp_path: Path, path: str, said: str) -> None:
    (checkout.workspace / "out").symlink_to("/etc")
    (checkout.workspace / "empty").mkdir()
    with pytest.raises(SettingsError, match=said):
        seen(checkout.environment(tmp_path / "run", path=path))


def test_an_empty_workspace_asks_for_a_checkout(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is there a checkout step"):
        seen({"GITHUB_WORKSPACE": str(tmp_path)})


def test_a_bare_repository_that_is_committed_is_only_files(tmp_path: Path) -> None:
    bare = {
        "evil/HEAD": "ref: refs/heads/main\n",
        "evil/config": "[core]\n\tfsmonitor = touch /tmp/never\n",
        "evil/objects/info/x": "x",
        "evil/refs/x": "x",
    }
    checkout = checkouts.opened(tmp_path, BEFORE, bare)
    found = seen(checkout.environment(tmp_path / "run", path="evil"))
    assert found.project == {"HEAD", "config", "objects/info/x", "refs/x"}


def test_attributes_hide_nothing(tmp_path: Path) -> None:
    hiding = {".gitattributes": "*.py export-ignore filter=lfs\n"}
    checkout = checkouts.opened(tmp_path, {**BEFORE, **hiding}, AFTER)
    found = seen(checkout.environment(tmp_path / "run"))
    assert set(BEFORE) <= found.project


def test_a_repository_that_belongs_to_somebody_else_is_read(checkout: Checkout, tmp_path: Path) -> None:
    import os

    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for path in (checkout.workspace, checkout.workspace / ".git"):
        os.chown(path, 12345, 12345)
    assert seen(checkout.environment(tmp_path / "run")).before == checkout.base
