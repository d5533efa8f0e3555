"""The whole Action in one process: a checkout and an event in, outputs, files, a comment and an exit code out."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ml_readiness.publish import run as running
from ml_readiness.publish.github import GitHub
from tests.action import checkouts
from tests.action.checkouts import AFTER, BEFORE, Checkout, outputs
from tests.action.hub import ACTIONS, PERSON, READER, REPOSITORY, Answer, Fault, Hub, Model
from tests.repositories import Made

if TYPE_CHECKING:
    from collections.abc import Callable

    from ml_readiness.publish.inputs import Inputs

FINE, GATE_FAILED, COULD_NOT_RUN, BROKEN = range(4)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return checkouts.opened(tmp_path_factory.mktemp("pull"))


class Ran:
    """What an Action that has ended left behind."""

    def __init__(self, status: int, log: str, folder: Path) -> None:
        self.status = status
        self.log = log
        self.commands = [line for line in log.splitlines() if line.startswith("::")]
        self.outputs = outputs(folder) if (folder / "output").is_file() else {}
        summary = folder / "summary.md"
        self.summary = summary.read_text(encoding="utf-8") if summary.is_file() else ""


@pytest.fixture
def act(tmp_path: Path, waits: list[float]) -> Callable[[dict[str, str]], Ran]:
    """Runs the Action in an environment, without really waiting."""

    def connect(inputs: Inputs) -> GitHub:
        return GitHub(inputs.api, inputs.token, pause=waits.append, backoff=0.01)

    def start(environment: dict[str, str]) -> Ran:
        (tmp_path / "output").unlink(missing_ok=True)
        out = io.StringIO()
        status = running.run(environment, out, connect)
        return Ran(status, out.getvalue(), tmp_path)

    return start


def test_a_pull_request_gets_outputs_a_summary_annotations_and_a_comment(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, model: Model, tmp_path: Path
) -> None:
    ran = act(checkout.environment(tmp_path, hub))
    assert ran.status == FINE
    assert ran.outputs["passed"] == "true"
    assert ran.outputs["comment-status"] == "created"
    assert ran.outputs["comment-url"] == model.comments[0]["html_url"]
    assert int(ran.outputs["score"]) - int(ran.outputs["base-score"]) == int(ran.outputs["delta"]) < 0
    assert "dependencies-pinned" in ran.log
    comment = model.comments[0]["body"]
    assert "Worse with this change" in comment
    assert f"/blob/{checkout.head}/requirements.txt#L1" in comment
    assert "actions/runs/12" in comment
    assert ran.summary.splitlines()[0] == comment.splitlines()[2]
    assert any(line.startswith("::error file=requirements.txt,line=") for line in ran.commands)
    assert "mode audit, since the event is pull_request" in ran.log
    assert json.loads(Path(ran.outputs["report-json"]).read_text())["comparison"]["revision"] == checkout.base
    assert Path(ran.outputs["report-md"]).read_text().startswith("## ML readiness")


def test_the_second_run_updates_and_the_third_leaves_it(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, model: Model, tmp_path: Path
) -> None:
    statuses = [
        act(checkout.environment(tmp_path, hub, GITHUB_RUN_ID=run, **inputs)).outputs["comment-status"]
        for run, inputs in (("12", {}), ("13", {"fail_on": "high"}), ("14", {"fail_on": "high"}))
    ]
    assert statuses == ["created", "updated", "unchanged"]
    assert len(model.comments) == 1


@pytest.mark.parametrize(
    ("inputs", "status"),
    [
        ({}, FINE),
        ({"fail_on_regression": "true"}, GATE_FAILED),
        ({"fail_on": "high"}, GATE_FAILED),
        ({"fail_on": "critical"}, FINE),
        ({"fail_under": "99"}, FINE),
        ({"fail_under": "99", "base": "off"}, GATE_FAILED),
    ],
)
def test_the_gate_fails_what_the_change_made_worse(
    act: Callable[[dict[str, str]], Ran],
    checkout: Checkout,
    hub: Hub,
    tmp_path: Path,
    inputs: dict[str, str],
    status: int,
) -> None:
    ran = act(checkout.environment(tmp_path, hub, **inputs))
    if inputs == {"fail_under": "99"}:
        assert (ran.status == GATE_FAILED) is ("this change lowers it" in ran.log)
        return
    assert ran.status == status
    assert ran.outputs["passed"] == ("true" if status == FINE else "false")
    assert ("does not pass the gate" in ran.summary) is (status == GATE_FAILED)


def test_old_debt_fails_no_pull_request(act: Callable[[dict[str, str]], Ran], hub: Hub, tmp_path: Path) -> None:
    checkout = checkouts.opened(tmp_path / "pull", {**BEFORE, **AFTER}, {"notes.txt": "nothing to do with it\n"})
    gate = {"fail_under": "99", "fail_on": "low", "fail_on_regression": "true"}
    assert act(checkout.environment(tmp_path, hub, **gate)).status == FINE


def test_a_gate_in_the_settings_holds_as_the_base_states_it(
    act: Callable[[dict[str, str]], Ran], hub: Hub, tmp_path: Path
) -> None:
    strict = {**BEFORE, ".ml-readiness.toml": "fail-on-regression = true\n"}
    checkout = checkouts.opened(
        tmp_path / "pull", strict, {**AFTER, ".ml-readiness.toml": "fail-on-regression = false\n"}
    )
    ran = act(checkout.environment(tmp_path, hub))
    assert ran.status == GATE_FAILED
    assert "alters the settings" in ran.summary


def test_settings_can_be_in_a_named_file_of_the_repository(
    act: Callable[[dict[str, str]], Ran], hub: Hub, tmp_path: Path
) -> None:
    inside = {f"services/a/{path}": text for path, text in BEFORE.items()}
    checkout = checkouts.opened(
        tmp_path / "pull", {**inside, "audit/ours.toml": 'select = ["testing"]\n'}, {"services/a/new.py": "x = 1\n"}
    )
    environment = checkout.environment(tmp_path, hub, path="services/a", config="audit/ours.toml")
    report = json.loads(Path(act(environment).outputs["report-json"]).read_text())
    assert {result["category"] for result in report["results"]} == {"testing"}
    assert act(environment | {"ML_READINESS_CONFIG": "missing.toml"}).status == COULD_NOT_RUN
    assert act(environment | {"ML_READINESS_BASE": "off"}).status == FINE


def test_a_project_in_a_folder_is_told_by_its_place_in_the_repository(
    act: Callable[[dict[str, str]], Ran], hub: Hub, model: Model, tmp_path: Path
) -> None:
    inside = {f"services/a/{path}": text for path, text in BEFORE.items()}
    checkout = checkouts.opened(tmp_path / "pull", inside, {"services/a/requirements.txt": "pandas\n"})
    sarif = tmp_path / "a.sarif"
    ran = act(checkout.environment(tmp_path, hub, path="services/a", comment_id="services/a", sarif_file=str(sarif)))
    assert "## ML readiness of `services/a`:" in model.comments[0]["body"]
    assert any("file=services/a/requirements.txt" in line for line in ran.commands)
    (run,) = json.loads(sarif.read_text())["runs"]
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert "services/a/requirements.txt" in uris


def test_files_are_written_where_they_were_asked_for(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path
) -> None:
    names = {"sarif_file": "out/a.sarif", "json_file": "out/a.json", "badge_file": "out/b.json out/b.svg"}
    ran = act(checkout.environment(tmp_path, hub, **names))
    out = checkout.workspace / "out"
    assert json.loads((out / "a.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((out / "a.json").read_text())["score"] == int(ran.outputs["score"])
    assert json.loads((out / "b.json").read_text())["schemaVersion"] == 1
    assert (out / "b.svg").read_text().startswith("<svg")
    assert ran.outputs["sarif-file"] == "out/a.sarif"


def test_a_link_at_the_place_of_a_file_is_replaced_and_never_followed(
    act: Callable[[dict[str, str]], Ran], hub: Hub, tmp_path: Path
) -> None:
    checkout = checkouts.opened(tmp_path / "pull")
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "folder").mkdir()
    (checkout.workspace / "a.sarif").symlink_to(tmp_path / "precious")
    (checkout.workspace / "out").symlink_to(tmp_path / "folder")
    ran = act(checkout.environment(tmp_path, hub, sarif_file="a.sarif", json_file="out/deep/a.json"))
    assert ran.status == FINE
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (checkout.workspace / "a.sarif").is_symlink()
    assert list((tmp_path / "folder").iterdir()) == []
    assert any("out/deep/a.json: cannot be written: it is not in the workspace" in line for line in ran.commands)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("push", {"before": "0" * 40}),
        ("schedule", {}),
        ("workflow_dispatch", {"inputs": None}),
        ("merge_group", {"merge_group": {"base_sha": "BASE"}}),
        ("pull_request", {}),
    ],
)
def test_without_a_pull_request_there_is_a_summary_and_no_comment(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path, name: str, payload: object
) -> None:
    environment = checkout.environment(tmp_path, hub, GITHUB_EVENT_NAME=name, fail_on_regression="true")
    Path(environment["GITHUB_EVENT_PATH"]).write_text(json.dumps(payload).replace("BASE", checkout.base))
    ran = act(environment)
    assert ran.outputs["comment-status"] == "skipped"
    assert ran.summary.startswith("## ML readiness")
    assert hub.requests == []
    assert ran.status == (GATE_FAILED if name == "merge_group" else FINE)


def test_without_any_environment_the_current_folder_is_audited(
    act: Callable[[dict[str, str]], Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Made(tmp_path / "project")
    made.commit(BEFORE)
    monkeypatch.chdir(made.path)
    ran = act({"ML_READINESS_FAIL_UNDER": "99"})
    assert ran.status == GATE_FAILED
    assert ran.outputs == {}


def test_a_fork_defers_without_trying(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path
) -> None:
    environment = checkout.environment(tmp_path, hub)
    checkout.event(Path(environment["GITHUB_EVENT_PATH"]), source="stranger/org-repo")
    ran = act(environment)
    assert (ran.status, ran.outputs["comment-status"]) == (FINE, "deferred")
    assert hub.requests == []
    assert any(line.startswith("::notice title=ML readiness::comment deferred") for line in ran.commands)
    assert not any(line.startswith("::warning title") for line in ran.commands)
    assert "deferred" in ran.summary
    assert Path(ran.outputs["report-json"]).is_file()


@pytest.mark.parametrize(("event", "own"), [("pull_request_target", "false"), ("pull_request", "true")])
def test_a_fork_is_commented_on_where_the_token_can(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path, event: str, own: str
) -> None:
    environment = checkout.environment(tmp_path, hub, GITHUB_EVENT_NAME=event, own_token=own)
    checkout.event(Path(environment["GITHUB_EVENT_PATH"]), source="stranger/org-repo")
    assert act(environment).outputs["comment-status"] == "created"


def test_dependabot_defers_after_the_refusal(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path
) -> None:
    ran = act(checkout.environment(tmp_path, hub, github_token=READER))
    assert (ran.status, ran.outputs["comment-status"]) == (FINE, "deferred")


def test_a_draft_is_told_like_any_other(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path
) -> None:
    environment = checkout.environment(tmp_path, hub)
    checkout.event(Path(environment["GITHUB_EVENT_PATH"]), is_draft=True)
    assert act(environment).outputs["comment-status"] == "created"


def test_a_credential_that_a_change_commits_is_repeated_nowhere(
    act: Callable[[dict[str, str]], Ran], hub: Hub, model: Model, tmp_path: Path
) -> None:
    credential = "gh" + "p_" + "a1B2c3D4e5F6" * 3
    leak = {
        "src/push.py": f'import requests\n\nrequests.get("https://x.example.com", headers={{"k": "{credential}"}})\n'
    }
    checkout = checkouts.opened(tmp_path / "pull", BEFORE, leak)
    run = tmp_path / "run"
    files = {"sarif_file": "out/a.sarif", "json_file": "out/a.json"}
    ran = act(checkout.environment(run, hub, **files))
    assert any("file=src/push.py,line=3" in line and "no-secrets" in line for line in ran.commands)
    written = [path for folder in (run, checkout.workspace / "out") for path in folder.rglob("*") if path.is_file()]
    told = [ran.log, model.comments[0]["body"], *(path.read_text("utf-8") for path in written)]
    assert len(told) >= 7
    assert [text for text in told if credential in text or credential[4:-2] in text] == []


def test_a_closed_pull_request_is_left_alone(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path
) -> None:
    environment = checkout.environment(tmp_path, hub)
    checkout.event(Path(environment["GITHUB_EVENT_PATH"]), state="closed")
    ran = act(environment)
    assert "comment skipped: the pull request is closed" in ran.log
    assert hub.requests == []


def test_a_pull_request_that_is_closed_meanwhile_is_left_alone(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, model: Model, tmp_path: Path
) -> None:
    model.add_pull(1, checkout.head, state="closed")
    ran = act(checkout.environment(tmp_path, hub))
    assert (ran.status, ran.outputs["comment-status"]) == (FINE, "skipped")
    assert "closed meanwhile" in ran.log
    assert model.comments == []


@pytest.mark.parametrize(("own", "most"), [("false", 4), ("true", 5)])
def test_at_most_six_requests_are_made_for_one_report(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path, own: str, most: int
) -> None:
    assert act(checkout.environment(tmp_path, hub, own_token=own)).outputs["comment-status"] == "created"
    assert len(hub.requests) == most


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer.refusal(401, "Bad credentials"), "not valid, or has expired"),
        (Answer.refusal(403, "Unable to create comment because issue is locked."), "the conversation unlocked"),
        (Answer.refusal(404, "Not Found"), "pull-requests: write"),
        (Answer.refusal(410, "Issues are disabled for this repo"), "locked, or issues are turned off"),
        (Answer.refusal(422, "Validation Failed"), "does not take the comment (422 Validation Failed)"),
        (Answer.refusal(429, "slow down", retry_after="3600"), "asks to wait for too long"),
        (Answer(200, b"<html>proxy</html>"), "did not answer as expected"),
    ],
)
def test_trouble_with_the_comment_is_a_warning_and_nothing_more(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path, answer: Answer, said: str
) -> None:
    hub.faults = [Fault("POST", answer)] * 2
    ran = act(checkout.environment(tmp_path, hub))
    assert (ran.status, ran.outputs["comment-status"]) == (FINE, "failed")
    (warning,) = [line for line in ran.commands if line.startswith("::warning title=ML readiness::comment failed")]
    assert said in warning
    assert "comment failed" in ran.summary
    assert ran.outputs["score"] != ""


def test_an_api_that_is_not_there_changes_no_exit_code(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, tmp_path: Path
) -> None:
    assert act(checkout.environment(tmp_path)).status == FINE
    assert act(checkout.environment(tmp_path, fail_on_regression="true")).status == GATE_FAILED


def test_a_token_that_is_not_valid_ends_all_talk(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path
) -> None:
    ran = act(checkout.environment(tmp_path, hub, github_token="no-such-token"))
    assert ran.outputs["comment-status"] == "failed"
    assert hub.asked() == [f"GET /repos/{REPOSITORY}/pulls/1"]
    assert "no-such-token" not in ran.log


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"comment": "never"}, "comments are turned off"),
        ({"github_token": "", "GITHUB_TOKEN": ""}, "there is no token"),
        ({"comment": "failures"}, "nothing fails"),
    ],
)
def test_silence_is_kept_where_it_was_asked_for(
    act: Callable[[dict[str, str]], Ran],
    checkout: Checkout,
    hub: Hub,
    model: Model,
    tmp_path: Path,
    inputs: dict[str, str],
    said: str,
) -> None:
    ran = act(checkout.environment(tmp_path, hub, **inputs))
    assert f"comment skipped: {said}" in ran.log
    assert model.comments == []


def test_a_change_without_news_starts_no_comment_where_only_changes_are_wanted(
    act: Callable[[dict[str, str]], Ran], hub: Hub, model: Model, tmp_path: Path
) -> None:
    quiet = checkouts.opened(tmp_path / "quiet", BEFORE, {"notes.txt": "nothing to do with it\n"})
    assert act(quiet.environment(tmp_path, hub, comment="changes")).outputs["comment-status"] == "skipped"
    loud = checkouts.opened(tmp_path / "loud")
    assert act(loud.environment(tmp_path, hub, comment="changes")).outputs["comment-status"] == "created"
    again = quiet.environment(tmp_path, hub, comment="changes", GITHUB_RUN_ID="13")
    assert act(again).outputs["comment-status"] == "updated"
    assert "no answer got worse" in model.comments[0]["body"]


def test_annotations_and_the_summary_can_be_turned_off(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path
) -> None:
    ran = act(checkout.environment(tmp_path, hub, annotations="false", summary="false", github_token=READER))
    assert not any("file=" in line for line in ran.commands)
    assert ran.summary == ""


def test_a_missing_base_is_said_in_one_line(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path
) -> None:
    ran = act(checkout.environment(tmp_path, hub, base="d" * 40))
    assert "Nothing was compared: `dddddddddddd` cannot be fetched" in ran.summary
    assert (ran.outputs["base-score"], ran.outputs["delta"]) == ("", "")


def test_without_its_base_a_pull_request_is_not_failed_for_what_may_be_old(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path
) -> None:
    gate = {"fail_under": "99", "fail_on": "low", "fail_on_regression": "true"}
    ran = act(checkout.environment(tmp_path, hub, GITHUB_SERVER_URL="http://127.0.0.1:9", **gate))
    assert (ran.status, ran.outputs["passed"]) == (FINE, "true")
    assert "::warning title=ML readiness::there is nothing to compare with, so the gate was not applied" in ran.commands
    assert act(checkout.environment(tmp_path, hub, base="off", **gate)).status == GATE_FAILED


def test_inputs_that_make_no_sense_are_one_error_and_exit_code_2(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, tmp_path: Path
) -> None:
    ran = act(checkout.environment(tmp_path, fail_under="six", comment="perhaps"))
    assert ran.status == COULD_NOT_RUN
    assert ran.commands[0].startswith("::error title=ML readiness::2 inputs make no sense")


def test_a_fault_of_our_own_is_exit_code_3_and_says_whose_fault_it_is(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("::set-output name=x::y")

    monkeypatch.setattr(running, "audit_pair", broken)
    ran = act(checkout.environment(tmp_path))
    assert ran.status == BROKEN
    assert ran.commands[-1] == "::error title=ML readiness::the audit broke, which is a fault of ml-readiness"
    assert ran.commands[0].startswith("::stop-commands::")


def test_what_a_repository_says_is_no_command_to_the_runner(
    act: Callable[[dict[str, str]], Ran], hub: Hub, tmp_path: Path
) -> None:
    planted = "x\n::add-mask::71\n  ::set-output name=passed::true\n##[error]no\n"
    checkout = checkouts.opened(
        tmp_path / "pull", BEFORE, {"::error::x.py": "import torch\n", "requirements.txt": f"pandas\n# {planted}"}
    )
    log = act(checkout.environment(tmp_path, hub)).log
    end = next(line for line in log.splitlines() if line.startswith("::stop-commands::")).rpartition("::")[2]
    outside = log.partition("::stop-commands::")[0] + log.partition(f"::{end}::")[2]
    for line in outside.splitlines():
        assert not line.lstrip().startswith(("::add-mask", "::set-output", "##[", "::error::"))


def saved(act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, folder: Path) -> dict[str, str]:
    """The environment of the run that comments on a fork's pull request, with the report that its own run saved."""
    environment = checkout.environment(folder, hub)
    checkout.event(Path(environment["GITHUB_EVENT_PATH"]), source="stranger/org-repo")
    report = Path(act(environment).outputs["report-json"])
    run: dict[str, object] = {
        "id": 12,
        "run_attempt": 1,
        "event": "pull_request",
        "head_sha": checkout.head,
        "head_branch": "topic",
        "head_repository": {"full_name": "stranger/org-repo"},
        "pull_requests": [],
    }
    payload: dict[str, object] = {"workflow_run": run, "repository": {"id": 1, "full_name": REPOSITORY}}
    Path(environment["GITHUB_EVENT_PATH"]).write_text(json.dumps(payload))
    more = {"GITHUB_EVENT_NAME": "workflow_run", "GITHUB_RUN_ID": "99", "ML_READINESS_REPORT": str(report.parent)}
    return environment | more


def test_a_second_run_posts_what_a_fork_could_not(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, model: Model, tmp_path: Path
) -> None:
    model.add_pull(1, checkout.head, owner="stranger")
    model.add_pull(2, "f" * 40, owner="stranger")
    ran = act(saved(act, checkout, hub, tmp_path))
    assert (ran.status, ran.outputs["comment-status"]) == (FINE, "created")
    comment = model.comments[0]["body"]
    assert "The data comes from a run of the pull request itself." in comment
    assert "Worse with this change" in comment
    assert "actions/runs/12" in comment
    assert "does not pass the gate" not in comment
    again = act(saved(act, checkout, hub, tmp_path) | {"ML_READINESS_FAIL_ON_REGRESSION": "true"})
    assert (again.status, again.outputs["comment-status"]) == (FINE, "updated")
    assert "does not pass the gate" in model.comments[0]["body"]
    assert "mode comment, since the event is workflow_run" in ran.log


def test_the_pull_request_that_github_names_is_taken_if_it_is_still_at_that_commit(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, model: Model, tmp_path: Path
) -> None:
    environment = saved(act, checkout, hub, tmp_path)
    event = Path(environment["GITHUB_EVENT_PATH"])
    payload = json.loads(event.read_text())
    named = {"number": 1, "head": {"sha": checkout.head}, "base": {"sha": checkout.base, "repo": {"id": 1}}}
    payload["workflow_run"]["pull_requests"] = [named]
    event.write_text(json.dumps(payload))
    model.add_pull(1, "f" * 40)
    assert act(environment).outputs["comment-status"] == "skipped"
    model.pulls[0]["head"]["sha"] = checkout.head
    assert act(environment).outputs["comment-status"] == "created"


@pytest.mark.parametrize("pulls", [0, 2])
def test_without_exactly_one_pull_request_nothing_is_posted(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, model: Model, tmp_path: Path, pulls: int
) -> None:
    for number in range(pulls):
        model.add_pull(number + 1, checkout.head, owner="stranger")
    ran = act(saved(act, checkout, hub, tmp_path))
    assert (ran.status, ran.outputs["comment-status"]) == (FINE, "skipped")
    assert model.comments == []


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff" * 2_000_000])
def test_a_report_that_is_missing_or_forged_is_no_failure(
    act: Callable[[dict[str, str]], Ran],
    checkout: Checkout,
    hub: Hub,
    model: Model,
    tmp_path: Path,
    content: bytes | None,
) -> None:
    environment = saved(act, checkout, hub, tmp_path)
    report = Path(environment["ML_READINESS_REPORT"]) / "report.json"
    report.unlink()
    if content is not None:
        report.write_bytes(content)
    ran = act(environment)
    assert (ran.status, ran.outputs["comment-status"]) == (FINE, "skipped")
    assert "saved report" in ran.log
    assert model.comments == []


def test_a_run_that_was_about_no_pull_request_is_left_alone(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, hub: Hub, tmp_path: Path
) -> None:
    environment = saved(act, checkout, hub, tmp_path)
    event = Path(environment["GITHUB_EVENT_PATH"])
    event.write_text(event.read_text().replace('"pull_request"', '"push"'))
    assert act(environment).outputs["comment-status"] == "skipped"
    assert act(environment | {"ML_READINESS_REPORT": ""}).status == COULD_NOT_RUN


def test_the_emulator_is_told_the_same(
    act: Callable[[dict[str, str]], Ran], checkout: Checkout, emulator: Hub, tmp_path: Path
) -> None:
    statuses = [
        act(
            checkout.environment(
                tmp_path, emulator, github_token=PERSON, own_token="true", GITHUB_RUN_ID=run, fail_under=gate
            )
        ).outputs["comment-status"]
        for run, gate in (("12", ""), ("13", "100"), ("14", "100"))
    ]
    assert statuses[0] == "created"
    assert statuses[2] == "unchanged"
    comments = GitHub(emulator.url, ACTIONS).comments(REPOSITORY, 1)
    assert len(comments) == 1
