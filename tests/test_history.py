"""The history of a repository: which commits, what each changed, and what happens where there is none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ml_readiness.changes import Change, Movement
from ml_readiness.cli import cli
from ml_readiness.errors import ReadinessError
from ml_readiness.history import history
from ml_readiness.render.history import FORMATS, renderer
from ml_readiness.render.history.sampling import area, sampled, sparkline, total
from ml_readiness.report import Finding, Kind, Outcome, ProjectKind, Severity
from ml_readiness.sources.log import moment
from ml_readiness.timeline import Moment, Timeline
from tests.repositories import IDENTITY, INNOCENT, Made
from tests.test_html import OURS, Page
from tests.test_render import NASTY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TEST = "from train import model\n\ndef test_model():\n    assert model.predict([[1]])[0] == 1\n"


class Grown(Made):
    """A repository with one commit a day."""

    day = 0

    def daily(self, files: Mapping[str, str], subject: str = "work") -> str:
        self.write(files)
        when = f"{datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=self.day):%Y-%m-%d}T12:00:00Z"
        self.day += 1
        self.git("add", "--all")
        environment = {**os.environ, **IDENTITY, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        subprocess.run(
            ["git", "commit", "-q", "--allow-empty", "-m", subject], cwd=self.path, env=environment, check=True
        )
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def grown(tmp_path: Path) -> Grown:
    """Three days: a project, its licence, its tests."""
    grown = Grown(tmp_path / "shop")
    grown.daily(INNOCENT, "The first files")
    grown.daily({"notes.txt": "later\n"}, "Notes")
    grown.daily({"tests/test_train.py": TEST}, "Tests at last")
    return grown


def test_every_commit_has_its_score_and_what_it_changed(grown: Grown) -> None:
    timeline = history(grown.path)
    assert [each.subject for each in timeline.moments] == ["The first files", "Notes", "Tests at last"]
    assert timeline.commits == 3
    assert timeline.notes == ()
    assert timeline.moments[1].changes == ()
    assert timeline.moments[1].score_change == 0
    last = timeline.moments[-1]
    assert {change.check: change.movement for change in last.changes}["tests-exist"] is Movement.BETTER
    assert last.score_change is not None
    assert last.score_change > 0
    assert timeline.most_telling(5) == (last,)


def test_several_processes_find_the_same(grown: Grown) -> None:
    for number in range(25):
        grown.daily({"notes.txt": f"{number}\n", "src/train.py": INNOCENT["src/train.py"] + "#" * number})
    assert history(grown.path, jobs=2) == history(grown.path, jobs=1)


def test_commits_can_be_taken_by_number_time_and_tag(grown: Grown) -> None:
    grown.git("tag", "v1", "HEAD~2")
    grown.git("tag", "-a", "v2", "-m", "second")
    assert [each.when.day for each in history(grown.path, every=2).moments] == [1, 3]
    assert [each.when.day for each in history(grown.path, since="2024-01-02").moments] == [2, 3]
    assert [each.tag for each in history(grown.path, tags=True).moments] == ["v1", "v2"]
    assert "2 of 3 commits" in history(grown.path, every=2).notes[0]


def test_of_a_merge_only_the_main_line_is_told(grown: Grown) -> None:
    grown.git("checkout", "-q", "-b", "side", "HEAD~1")
    grown.commit({"side.txt": "x\n"})
    grown.git("checkout", "-q", "main")
    grown.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    assert [each.subject for each in history(grown.path).moments] == [
        "The first files",
        "Notes",
        "Tests at last",
        "Merge",
    ]


def test_a_shallow_clone_says_where_it_ends(grown: Grown, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{grown.path}", clone], check=True)
    timeline = history(clone)
    assert len(timeline.moments) == 1
    assert "shallow" in timeline.notes[0]


def test_commits_whose_files_are_not_here_are_left_out(grown: Grown) -> None:
    tree = grown.git("rev-parse", "HEAD~1^{tree}")
    (grown.path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    timeline = history(grown.path)
    assert [each.when.day for each in timeline.moments] == [1, 3]
    assert "1 of 3 commits are left out" in timeline.notes[0]
    assert any(change.check == "tests-exist" for change in timeline.moments[1].changes)


def test_a_file_that_is_not_here_leaves_its_commits_out(grown: Grown) -> None:
    blob = grown.git("rev-parse", "HEAD:tests/test_train.py")
    (grown.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert [each.when.day for each in history(grown.path).moments] == [1, 2]


def test_a_broken_commit_ends_in_a_sentence(grown: Grown) -> None:
    commit = grown.git("rev-parse", "HEAD~1")
    path = grown.path / ".git/objects" / commit[:2] / commit[2:]
    path.chmod(0o600)
    path.write_bytes(zlib.compress(b"commit 3\0abc"))
    with pytest.raises(ReadinessError, match=r"commit|history"):
        history(grown.path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rev", "v9"], "called 'v9'"),
        (["--tags"], "expected tags, found none"),
        (["--since", "yesterday-ish"], "expected a date"),
        (["--since", "2030-01-01"], "the newest is of 2024-01-03"),
        (["--every", "0"], "0 is not in the range"),
        (["--tags", "--every", "2"], "give one of them"),
        (["--format", "htlm"], "did you mean"),
    ],
)
def test_what_makes_no_sense_ends_in_one_sentence(grown: Grown, options: list[str], said: str) -> None:
    result = CliRunner().invoke(cli, ["history", str(grown.path), *options])
    assert said in (result.output + str(result.exception))
    assert result.exit_code != 0


def test_a_folder_without_git_ends_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match="expected a git repository"):
        history(tmp_path)


def test_a_folder_of_a_repository_has_its_own_history(grown: Grown) -> None:
    assert "not all of their files are here" in history(grown.path / "tests").notes[0]


def test_the_command_writes_all_formats(grown: Grown, tmp_path: Path) -> None:
    page, data = tmp_path / "h.html", tmp_path / "h.json"
    options = [f"--format=html={page}", f"--format=json={data}", "--format=terminal"]
    result = CliRunner().invoke(cli, ["history", str(grown.path), *options])
    assert result.exit_code == 0
    assert "What changed the score most" in result.output
    assert "half there now: Do you have any test cases?" in result.output
    assert len(json.loads(data.read_text("utf-8"))["moments"]) == 3
    assert "Tests at last" in page.read_text("utf-8")


def test_nothing_is_left_behind(grown: Grown, nothing_left_behind: None) -> None:
    history(grown.path)
    shutil.rmtree(grown.path)


def hostile(text: str) -> Timeline:
    change = Change(
        check="tests-exist",
        question="Are there tests?",
        category="testing",
        severity=Severity.LOW,
        movement=Movement.WORSE,
        before=Outcome.PASS,
        after=Outcome.FAIL,
        new=(Finding(kind=Kind.FAIL, message=text, path=text or "x"),),
    )
    moments = tuple(
        Moment(
            commit=f"{day}123456789abcdef",
            when=datetime(2024, 1, day, tzinfo=UTC),
            subject=text,
            tag=text,
            kind=ProjectKind.SERVICE,
            score=day,
            grade="F",
            coverage=1.0,
            categories={"testing": 4.0},
            score_change=day - 5,
            changes=(change,),
            notes=(text,),
        )
        for day in (1, 9)
    )
    return Timeline(tool_version="1", repository=text, revision="0", moments=moments, commits=2, notes=(text,))


@pytest.mark.parametrize("name", FORMATS)
@given(text=NASTY)
def test_any_text_can_be_rendered_and_encoded(name: str, text: str) -> None:
    assert renderer(name)(hostile(text)).encode("utf-8")


@given(text=NASTY)
def test_a_page_holds_no_tag_handler_or_address_but_ours(text: str) -> None:
    for tag, attributes in Page(renderer("html")(hostile(text))).tags:
        assert tag in OURS | {"line"}
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert (attributes.get("href") or "#").startswith("#")


@given(text=NASTY)
def test_a_terminal_gets_no_control_characters(text: str) -> None:
    shown = renderer("terminal")(hostile(text))
    assert all(character == "\n" or character.isprintable() for character in shown)
    assert max(map(cell_len, shown.splitlines())) <= 80


def test_what_went_the_way_of_the_score_is_told_first() -> None:
    worse = hostile("x").moments[0].changes[0]
    fixed, same = (worse.replace(movement=each) for each in (Movement.FIXED, Movement.SAME))
    up = hostile("x").moments[1].replace(changes=(worse, same, fixed), score_change=3)
    assert up.reasons == (fixed, worse)
    assert up.replace(score_change=-3).reasons == (worse, fixed)


def test_a_score_holds_until_the_next_commit() -> None:
    timeline = hostile("x")
    assert sampled(timeline.moments, 9, total) == [1, 1, 1, 1, 1, 1, 1, 1, 9]
    assert sparkline([0, 50, 100, None]) == "▁▅█ "
    assert area([0, 50, 100], 2) == ["  █", "▁██"]


@given(values=st.lists(st.none() | st.floats(0, 100), max_size=30), height=st.integers(1, 10))
def test_an_area_has_its_size(values: list[float | None], height: int) -> None:
    rows = area(values, height)
    assert len(rows) == height
    assert all(len(row) == len(values) for row in rows)


@pytest.mark.parametrize(
    ("text", "days"), [("3 days", 3), ("2 weeks ago", 14), ("6 months", 180), ("1 year", 365), ("10day", 10)]
)
def test_times_can_be_said_in_words(text: str, days: int) -> None:
    now = datetime(2024, 6, 1, tzinfo=UTC)
    assert now - moment(text, now) == timedelta(days=days)


@given(text=st.text(max_size=20))
def test_any_time_is_understood_or_refused(text: str) -> None:
    try:
        found = moment(text, datetime(2024, 6, 1, tzinfo=UTC))
    except ReadinessError as error:
        assert "expected a date" in str(error)
    else:
        assert found.tzinfo is not None
