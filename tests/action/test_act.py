"""The workflows of the documentation as they stand there, run by `act`: the whole Action, only GitHub is not real."""

from __future__ import annotations

import compileall
import json
import os
import py_compile
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.action import checkouts, tools
from tests.action.checkouts import AFTER, BEFORE, Checkout
from tests.action.documents import examples, written
from tests.action.hub import ACTIONS, READER, REPOSITORY, Hub, Model
from tests.action.tools import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NEEDED = ("action.yml", "action", "ml_readiness", "checks", "requirements")
STUBS = {
    "actions/upload-artifact": ("name path", 'mkdir -p "$STORE/$NAME" && cp "$INPUT_PATH" "$STORE/$NAME/"'),
    "actions/download-artifact": (
        "name path run-id github-token",
        'mkdir -p "$INPUT_PATH" && cp "$STORE/$NAME"/* "$INPUT_PATH/"',
    ),
    "actions/upload-pages-artifact": ("path", 'cp -r "$INPUT_PATH" "$STORE/site"'),
    "actions/deploy-pages": ("", 'echo "page_url=https://site.example.com/" >> "$GITHUB_OUTPUT"'),
    "github/codeql-action": (
        "sarif_file category",
        'mkdir -p "$STORE/sarif/$CATEGORY" && cp "$FILE" "$STORE/sarif/$CATEGORY/"',
    ),
}
"""What stands in for the actions of others: their inputs, and one line of shell."""
OWN = sorted((ROOT / ".github/workflows").glob("ml-readiness*.yml"))
VARIABLES = {"name": "NAME", "path": "INPUT_PATH", "sarif_file": "FILE", "category": "CATEGORY"}


@dataclass(frozen=True)
class Ran:
    """What `act` told about a run."""

    status: int
    log: list[dict[str, Any]]
    store: Path

    def output(self, name: str) -> str:
        """The last value of an output."""
        return [str(r["arg"]) for r in self.commands("set-output") if r.get("name") == name][-1]

    def commands(self, name: str) -> list[dict[str, Any]]:
        return [record for record in self.log if record.get("command") == name]

    @property
    def text(self) -> str:
        return "\n".join(str(record.get("msg", "")).rstrip() for record in self.log)


@dataclass(frozen=True)
class Runner:
    """`act` without containers, with our Action and the stand-ins in the places that the workflows name."""

    folder: Path
    copy: Path
    programs: Path
    hub: Hub

    def run(self, name: str, checkout: Checkout, event: str, payload: Path, token: str = ACTIONS, **more: str) -> Ran:
        """One workflow of the checkout, as it stands there."""
        server = f"file://{checkout.upstream.path.parent.parent}"
        store = self.folder / "store"
        store.mkdir(exist_ok=True)
        environment = {
            "GITHUB_API_URL": self.hub.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": server,
            "STORE": str(store),
            **more,
        }
        command = [tools.program("act"), event, "--workflows", f".github/workflows/{name}", "--json"]
        for image in ("ubuntu-latest", "ubuntu-24.04"):
            command += ["--platform", f"{image}=-self-hosted"]
        command += ["--eventpath", str(payload)]
        command += ["--secret", f"GITHUB_TOKEN={token}", "--concurrent-jobs", "1"]
        command += [part for pair in environment.items() for part in ("--env", "=".join(pair))]
        command += [part for use, place in self._places() for part in ("--local-repository", f"{server}/{use}={place}")]
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            command,
            cwd=checkout.workspace,
            env={**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache"), "PATH": path},
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        ran = Ran(done.returncode, records, store)
        if "libraries of ml-readiness could not be installed" in ran.text:
            pytest.skip("there is no package index")
        return ran

    def _places(self) -> Iterator[tuple[str, Path]]:
        for text in (*examples().values(), *(path.read_text(encoding="utf-8") for path in OWN)):
            for use in _uses(yaml.safe_load(text) if "name: ml-readiness" in text else {}):
                repository, _, ref = use.partition("@")
                name = "/".join(repository.split("/")[:2])
                yield f"{name}@{ref}", self.copy if name == "OWNER/ml-readiness" else self.folder / "stubs" / name


def _uses(workflow: dict[str, Any]) -> Iterator[str]:
    for job in workflow.get("jobs", {}).values():
        yield from (step["uses"] for step in job["steps"] if "@" in step.get("uses", ""))


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a runner downloads of us, and compiled, which every run would do again."""
    folder = tmp_path_factory.mktemp("action")
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    compileall.compile_dir(folder, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    return folder


UV = """\
#!/usr/bin/env bash
for argument in "$@"; do [ "$argument" = --no-cache ] || arguments+=("$argument"); done
exec "{uv}" "${{arguments[@]}}" --cache-dir "{cache}"
"""
"""The real `uv`, only that it downloads once for all tests; `test_script.py` runs it as it is."""


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a runner finds first."""
    folder = tmp_path_factory.mktemp("programs")
    (folder / "uv").write_text(UV.format(uv=tools.program("uv"), cache=folder / "cache"))
    (folder / "uv").chmod(0o755)
    return folder


@pytest.fixture
def runner(tmp_path: Path, copy: Path, programs: Path, hub: Hub) -> Runner:
    tools.program("act")
    for name, (inputs, script) in STUBS.items():
        folder = tmp_path / "stubs" / name / ("upload-sarif" if name == "github/codeql-action" else "")
        folder.mkdir(parents=True)
        given = inputs.split()
        step = {
            "shell": "bash",
            "id": "stub",
            "run": script,
            "env": {VARIABLES[i]: f"${{{{ inputs.{i} }}}}" for i in given if i in VARIABLES},
        }
        stub = {
            "name": name,
            "description": "stands in for another action",
            "inputs": {i: {"description": i} for i in given},
            "outputs": {"page_url": {"description": "", "value": "${{ steps.stub.outputs.page_url }}"}},
            "runs": {"using": "composite", "steps": [step]},
        }
        (folder / "action.yml").write_text(yaml.safe_dump(stub))
    return Runner(tmp_path, copy, programs, hub)


def opened(folder: Path, before: Mapping[str, str] = BEFORE, after: Mapping[str, str] = AFTER) -> Checkout:
    """A checkout with the workflows of the documentation."""
    checkout = checkouts.opened(folder, before, after)
    written(checkout.workspace)
    return checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return opened(tmp_path / "pull")


def completed(checkout: Checkout) -> dict[str, Any]:
    """The event that tells of the run for a stranger's pull request."""
    run: dict[str, Any] = {
        "id": 12,
        "run_attempt": 1,
        "event": "pull_request",
        "conclusion": "failure",
        "head_sha": checkout.head,
        "head_branch": "topic",
        "head_repository": {"full_name": "stranger/org-repo"},
        "pull_requests": [],
    }
    return {"workflow_run": run, "repository": {"id": 1, "full_name": REPOSITORY}}


def test_a_pull_request_gets_one_comment_that_is_kept_current(
    runner: Runner, checkout: Checkout, model: Model, tmp_path: Path
) -> None:
    event = checkout.event(runner.folder / "event.json")
    first = runner.run("ml-readiness.yml", checkout, "pull_request", event, GITHUB_RUN_ID="12")
    assert first.status == 1
    assert first.output("comment-status") == "created"
    assert first.output("passed") == "false"
    assert first.commands("summary")[-1]["content"].startswith("## ML readiness: ")
    places = [record["kvPairs"].get("file") for record in first.commands("error")]
    assert "requirements.txt" in places
    assert "dependencies-pinned got worse" in first.text
    second = runner.run("ml-readiness.yml", checkout, "pull_request", event, GITHUB_RUN_ID="13")
    assert second.output("comment-status") == "unchanged"
    assert "Worse with this change" in model.comments[0]["body"]
    mended = opened(tmp_path / "mended", BEFORE, {"notes.txt": "the versions are back\n"})
    event = mended.event(runner.folder / "event.json")
    third = runner.run("ml-readiness.yml", mended, "pull_request", event, GITHUB_RUN_ID="14")
    assert (third.status, third.output("comment-status")) == (0, "updated")
    assert len(model.comments) == 1
    assert "Worse with this change" not in model.comments[0]["body"]


def test_a_fork_saves_its_report_and_a_second_workflow_posts_it(
    runner: Runner, checkout: Checkout, model: Model
) -> None:
    event = checkout.event(runner.folder / "event.json", source="stranger/org-repo")
    first = runner.run("ml-readiness.yml", checkout, "pull_request", event, READER)
    assert first.output("comment-status") == "deferred"
    assert (first.store / "ml-readiness-report/report.json").is_file()
    model.add_pull(1, checkout.head, owner="stranger")
    event.write_text(json.dumps(completed(checkout)))
    second = runner.run("ml-readiness-comment.yml", checkout, "workflow_run", event)
    assert (second.status, second.output("comment-status")) == (0, "created")
    assert "The data comes from a run of the pull request itself." in model.comments[0]["body"]
    shutil.rmtree(second.store / "ml-readiness-report")
    third = runner.run("ml-readiness-comment.yml", checkout, "workflow_run", event)
    assert (third.status, third.output("comment-status")) == (0, "skipped")
    event.write_text(event.read_text().replace('"failure"', '"cancelled"'))
    fourth = runner.run("ml-readiness-comment.yml", checkout, "workflow_run", event)
    assert (fourth.status, fourth.commands("set-output")) == (0, [])


def test_the_merge_queue_is_gated_and_not_commented(runner: Runner, checkout: Checkout, hub: Hub) -> None:
    event = runner.folder / "event.json"
    event.write_text(json.dumps({"merge_group": {"base_sha": checkout.base, "head_sha": checkout.merge}}))
    ran = runner.run("ml-readiness.yml", checkout, "merge_group", event)
    assert (ran.status, ran.output("comment-status")) == (1, "skipped")
    assert hub.requests == []


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_the_main_branch_shows_a_badge_and_uploads_findings_where_it_may(
    runner: Runner, checkout: Checkout, visibility: str
) -> None:
    event = runner.folder / "event.json"
    event.write_text(
        json.dumps({"before": checkout.base, "ref": "refs/heads/main", "repository": {"visibility": visibility}})
    )
    ran = runner.run("ml-readiness-main.yml", checkout, "push", event)
    assert ran.status == 0, ran.text[-3000:]
    assert ran.output("delta").startswith("-")
    uploaded = ran.store / "sarif/ml-readiness/ml-readiness.sarif"
    assert uploaded.is_file() is (visibility == "public")
    assert visibility == "private" or json.loads(uploaded.read_text())["version"] == "2.1.0"
    assert (ran.store / "site/ml-readiness.svg").read_text().startswith("<svg")
    assert json.loads((ran.store / "site/ml-readiness.json").read_text())["message"].startswith(ran.output("score"))
    assert ran.output("page_url") == "https://site.example.com/"


def test_each_project_of_a_repository_has_its_own_comment(runner: Runner, tmp_path: Path, model: Model) -> None:
    projects = ("services/ranker", "services/search")
    before = {f"{project}/{path}": text for project in projects for path, text in BEFORE.items()}
    after = {f"{project}/requirements.txt": "pandas\n" for project in projects}
    checkout = opened(tmp_path / "projects", before, after)
    ran = runner.run("ml-readiness-projects.yml", checkout, "pull_request", checkout.event(tmp_path / "event.json"))
    assert ran.status == 0, ran.text[-3000:]
    titles = sorted(comment["body"].splitlines()[2].partition(":")[0] for comment in model.comments)
    assert titles == ["## ML readiness of `services/ranker`", "## ML readiness of `services/search`"]
    event = tmp_path / "push.json"
    event.write_text(json.dumps({"before": checkout.base, "repository": {"visibility": "public"}}))
    pushed = runner.run("ml-readiness-projects.yml", checkout, "push", event)
    uploaded = sorted(path.parent.name for path in (pushed.store / "sarif").rglob("*.sarif"))
    assert uploaded == ["ranker", "search"]


def test_our_own_pull_requests_are_audited_by_our_own_action(runner: Runner, tmp_path: Path, model: Model) -> None:
    ours = {f".github/workflows/{path.name}": path.read_bytes() for path in OWN}
    ours |= {
        path.relative_to(runner.copy).as_posix(): path.read_bytes()
        for path in runner.copy.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    short = {".ml-readiness.toml": 'select = ["dependencies"]\n'}
    checkout = checkouts.opened(tmp_path / "ours", {**BEFORE, **ours, **short})
    (checkout.workspace / "action/run.sh").chmod(0o755)
    event = checkout.event(tmp_path / "event.json", source="stranger/org-repo")
    first = runner.run("ml-readiness.yml", checkout, "pull_request", event, READER)
    assert (first.status, first.output("comment-status")) == (1, "deferred"), first.text[-3000:]
    model.add_pull(1, checkout.head, owner="stranger")
    event.write_text(json.dumps(completed(checkout)))
    second = runner.run("ml-readiness-comment.yml", checkout, "workflow_run", event)
    assert (second.status, second.output("comment-status")) == (0, "created"), second.text[-3000:]
    assert "Worse with this change" in model.comments[0]["body"]
