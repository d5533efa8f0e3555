"""Inputs are checked together, and the files that tell the runner something cannot be steered by what they hold."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.errors import SettingsError
from ml_readiness.publish import commands
from ml_readiness.publish.context import Context
from ml_readiness.publish.inputs import PREFIX, Inputs, Mode, When
from ml_readiness.report import Location
from tests.action.tools import ROOT


def inputs(**given: str) -> Inputs:
    return Inputs.given({f"{PREFIX}{name.upper()}": value for name, value in given.items()})


def test_nothing_given_is_the_default() -> None:
    assert Inputs.given({}) == Inputs()
    assert inputs(path="", fail_under=" ", comment="", base="") == Inputs()


def test_everything_given_is_understood() -> None:
    assert inputs(
        path="services/a",
        mode="comment",
        fail_under="60",
        fail_on="none",
        fail_on_regression="True",
        comment="changes",
        comment_id="services/a",
        base="origin/main",
        annotations="false",
        badge_file="badge.svg\nbadge.json",
        own_token="true",
        api_url="https://github.example.com/api/v3/",
    ) == Inputs(
        path="services/a",
        mode=Mode.COMMENT,
        fail_under=60,
        fail_on="none",
        fail_on_regression=True,
        comment=When.CHANGES,
        comment_id="services/a",
        base="origin/main",
        annotations=False,
        badge_file=("badge.svg", "badge.json"),
        has_own_token=True,
        api="https://github.example.com/api/v3",
    )


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        inputs(
            fail_under="six", fail_on="hihg", comment="sometimes", base="--upload-pack=x", comment_id="a b", summary="2"
        )
    assert str(error.value).splitlines() == [
        "6 inputs make no sense",
        "  - input fail-under: expected a whole number from 0 to 100, found 'six'",
        "  - input fail-on: expected one of critical, high, medium, low, none, found 'hihg'; did you mean high?",
        "  - input comment: expected one of always, changes, failures, never, found 'sometimes'",
        "  - input comment-id: expected at most 64 letters, digits and any of . _ / -, found 'a b'",
        "  - input base: expected a commit, a branch, a tag, auto or off, found '--upload-pack=x'",
        "  - input summary: expected true or false, found '2'",
    ]


@pytest.mark.parametrize("score", ["101", "-1", "1e1", "\u0663", "9" * 400, "60.5"])
def test_a_score_is_a_whole_number(score: str) -> None:
    with pytest.raises(SettingsError, match=r"^input fail-under: expected a whole number"):
        inputs(fail_under=score)


def test_the_action_hands_over_every_input_by_environment_and_every_output() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (step,) = action["runs"]["steps"]
    handed = {name.removeprefix(PREFIX).lower().replace("_", "-") for name in step["env"]}
    assert handed == {*action["inputs"], "own-token"}
    assert "${{" not in step["run"]
    source = (ROOT / "ml_readiness/publish/run.py").read_text() + (ROOT / "ml_readiness/publish/files.py").read_text()
    assert [name for name in action["outputs"] if f'"{name}"' not in source] == []


def test_a_token_never_shows() -> None:
    assert "secret" not in repr(inputs(github_token="secret"))


def test_without_a_runner_there_is_a_context_all_the_same() -> None:
    context = Context.found({}, Path("/tmp"))
    assert (context.repository, context.url, context.output, context.is_runner) == ("", None, None, False)
    assert context.permalink(Location(path="a.py", line=1), "a" * 40) is None


def test_links_lead_to_the_server_of_the_environment() -> None:
    server = {"GITHUB_SERVER_URL": "https://github.example.com/", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "12"}
    context = Context.found(server, Path("/tmp"))
    assert context.url == "https://github.example.com/o/r/actions/runs/12"
    link = context.permalink(Location(path="a b/\u00e4(#)?.py", line=3), "abc")
    assert link == "https://github.example.com/o/r/blob/abc/a%20b/%C3%A4%28%23%29%3F.py#L3"
    in_notebook = context.permalink(Location(path="n.ipynb", line=3, cell=2), "abc")
    assert in_notebook == "https://github.example.com/o/r/blob/abc/n.ipynb"
    assert context.permalink(Location(path="\udcff" * 2000), "abc") is None
    assert (context.permalink(Location(path="\udcff\ud800"), "abc") or "").endswith("/blob/abc/%3F%3F")
    assert (context.permalink(Location(path="\udcff"), "abc") or "").endswith("/blob/abc/%FF")


@given(st.text())
def test_a_command_is_one_line_whatever_it_says(text: str) -> None:
    line = commands.command("error", text, {"file": text, "line": 3})
    assert len(line.splitlines()) <= 1
    assert line.startswith("::error file=")
    properties = line.removeprefix("::error ").partition("::")[0]
    assert properties.count(",") == 1
    assert properties.endswith(",line=3")


@given(st.text())
def test_an_output_cannot_set_another_one(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "output"
    file.unlink(missing_ok=True)
    commands.set_outputs(file, {"score": text, "passed": "false"})
    lines = file.read_text(encoding="utf-8").split("\n")
    assert len(lines) == 7
    assert [lines[0].partition("<<")[0], lines[3].partition("<<")[0]] == ["score", "passed"]
    assert lines[2] == lines[0].partition("<<")[2]
    assert lines[4] == "false"


def test_what_is_printed_literally_is_fenced_by_a_word_nobody_knows() -> None:
    out = io.StringIO()
    with commands.literally(out):
        print("::add-mask::71", file=out)
    first, planted, last = out.getvalue().splitlines()
    assert planted == "::add-mask::71"
    assert re.fullmatch(r"::stop-commands::[0-9a-f]{32}", first)
    assert last == f"::{first.rpartition('::')[2]}::"


def test_files_that_cannot_be_written_are_no_problem(tmp_path: Path) -> None:
    commands.set_outputs(tmp_path / "no" / "folder", {"score": "3"})
    commands.set_outputs(None, {"score": "3"})
    commands.add_summary(tmp_path, ["text"])


def test_a_summary_is_cut_at_the_end_of_a_line(tmp_path: Path) -> None:
    commands.add_summary(tmp_path / "summary", ["\u00e4" * 99] * 10_000)
    written = (tmp_path / "summary").read_bytes()
    assert len(written) < 1024 * 1024
    assert written.decode().endswith("too long for a summary.\n")
