"""The command line keeps its promises about output, files and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import ml_readiness
from ml_readiness import cli
from tests.repositories import INNOCENT, Made


def run(*args: str) -> Result:
    """One call of the program, as its entry point makes it."""

    class Program(click.Command):
        def main(self, *_: object, **__: object) -> Any:
            cli.run(args)

    return CliRunner().invoke(Program("ml-readiness"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "README.md").write_text("# A model\n")
    (tmp_path / "project" / "train.py").write_text("from sklearn.svm import SVC\nSVC().fit([[0], [1]], [0, 1])\n")
    return tmp_path / "project"


def settings(project: Path, text: str) -> None:
    (project / ".ml-readiness.toml").write_text(text)


def test_without_a_command_the_help_is_shown() -> None:
    shown = run()
    assert shown.exit_code == 0
    assert "Examples:" in shown.stdout
    assert len(shown.stdout.splitlines()) <= 24
    assert run("--help").stdout == run("-h").stdout == shown.stdout


def test_the_terminal_report_is_the_default(project: Path) -> None:
    shown = run("audit", str(project))
    assert shown.exit_code == 0
    assert shown.stdout.startswith("project: ")


def test_json_goes_to_standard_output_alone(project: Path) -> None:
    shown = run("audit", str(project), "--format", "json")
    assert json.loads(shown.stdout)["repository"] == "project"


def test_one_format_goes_to_output(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    shown = run("audit", str(project), "--format", "markdown", "--output", str(file))
    assert shown.stdout == ""
    assert file.read_text(encoding="utf-8").startswith("## ML readiness")


def test_many_formats_go_to_many_files_beside_the_report_for_people(project: Path, tmp_path: Path) -> None:
    files = {"json": tmp_path / "a.json", "markdown": tmp_path / "b.md"}
    pairs = [part for name, file in files.items() for part in ("--format", f"{name}={file}")]
    shown = run("audit", str(project), *pairs)
    assert shown.stdout.startswith("project: ")
    assert all(file.is_file() for file in files.values())
    assert run("audit", str(project), *pairs, "--quiet").stdout == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["audit", "--format", "jsn"], "there is no format 'jsn', expected one of "),
        (["audit", "--format", "json", "--format", "markdown"], "only one format can go to one place"),
        (["audit", "/no/such/folder"], "/no/such/folder"),
        (["audit", "--fail-under", "101"], "101 is not in the range"),
        (["audit", "--fromat", "json"], "No such option"),
        (["audti"], "there is no command 'audti'; did you mean audit?"),
        (["explain", "tests-exits"], "there is no check 'tests-exits'"),
        (["explain"], "Missing argument 'CHECK'"),
    ],
)
def test_bad_usage_is_one_clear_sentence_and_exit_code_2(args: list[str], said: str) -> None:
    shown = run(*args)
    assert shown.exit_code == 2
    assert said in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1
    assert shown.stdout == ""


def test_a_revision_that_does_not_exist_is_exit_code_2(project: Path) -> None:
    assert run("audit", str(project), "--rev", "nope").exit_code == 2


def test_settings_that_make_no_sense_are_exit_code_2_with_all_problems(project: Path) -> None:
    settings(project, 'fail-undr = 60\nkind = "robot"\n"\\u001b[2J" = 1\n')
    shown = run("audit", str(project))
    assert shown.exit_code == 2
    assert "3 problems" in shown.stderr
    assert "\x1b" not in shown.stderr


def test_the_gate_is_exit_code_1(project: Path) -> None:
    shown = run("audit", str(project), "--fail-under", "100", "--quiet")
    assert shown.exit_code == 1
    assert "the gate is 100" in shown.stderr
    settings(project, "fail-under = 100")
    assert run("audit", str(project), "--quiet").exit_code == 1
    assert run("audit", str(project), "--quiet", "--fail-under", "0").exit_code == 0


def test_an_incomplete_report_is_exit_code_3(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["ml_readiness.audit"]
    complete = module.audit

    def incomplete(*args: object, **more: object) -> object:
        return complete(*args, **more).replace(complete=False)

    monkeypatch.setattr(module, "audit", incomplete)
    assert run("audit", str(project), "--fail-under", "100").exit_code == 3


def test_a_file_that_cannot_be_written_is_exit_code_2(project: Path, tmp_path: Path) -> None:
    shown = run("audit", str(project), "--format", f"json={tmp_path / 'no' / 'where.json'}", "--quiet")
    assert shown.exit_code == 2
    assert "cannot be written" in shown.stderr


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (KeyboardInterrupt(), "interrupted"),
        (RuntimeError("facts need each other"), "a mistake of this program, please report it: RuntimeError"),
    ],
)
def test_what_ends_an_audit_early_is_one_sentence_and_exit_code_2(
    project: Path, monkeypatch: pytest.MonkeyPatch, raised: BaseException, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(sys.modules["ml_readiness.audit"], "audit", fail)
    shown = run("audit", str(project))
    assert shown.exit_code == 2
    assert said in shown.stderr


def test_a_reader_that_leaves_early_is_no_mistake(project: Path) -> None:
    command = [sys.executable, "-m", "ml_readiness", "audit", str(project), "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert b"Traceback" not in said


def test_reports_are_utf_8_whatever_the_console_speaks(project: Path) -> None:
    command = [sys.executable, "-m", "ml_readiness", "audit", str(project), "--format"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for name, expected in (("markdown", "❌"), ("terminal", "To fix")):
        done = subprocess.run([*command, name], capture_output=True, env=environment, check=True)
        assert expected in done.stdout.decode("utf-8")


def test_output_without_a_format_is_the_report_for_people(project: Path, tmp_path: Path) -> None:
    run("audit", str(project), "--output", str(tmp_path / "report.txt"))
    assert (tmp_path / "report.txt").read_text(encoding="utf-8").startswith("project: ")


def test_the_list_names_every_check_under_its_question() -> None:
    from ml_readiness import library

    shown = run("list").stdout
    assert all(check.id in shown for check in library.load(library.folder()))


def test_a_finding_is_explained_with_the_way_that_a_value_took(tmp_path: Path) -> None:
    code = """
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
import pandas as pd

data = pd.read_csv("data.csv")
X = StandardScaler().fit_transform(data[["a"]])
X_train, X_test, y_train, y_test = train_test_split(X, data["y"])
print(LogisticRegression().fit(X_train, y_train).score(X_test, y_test))
"""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "train.py").write_text(code, encoding="utf-8")
    report = tmp_path / "report.json"
    run("audit", str(tmp_path / "project"), "--format", f"json={report}", "--quiet")
    results = {result["check"]: result for result in json.loads(report.read_bytes())["results"]}
    finding = results["split-before-fit"]["findings"][0]
    for source in (str(report), str(tmp_path / "project")):
        shown = run("explain", "--finding", finding["id"], "--in", source)
        assert shown.exit_code == 0
        for line in ('| X = StandardScaler().fit_transform(data[["a"]])', "(train.py:7)", "(train.py:9)"):
            assert line in shown.output
    assert "there is no finding" in run("explain", "--finding", "0" * 12, "--in", str(report)).output


def test_every_check_can_be_explained() -> None:
    from ml_readiness import library

    for check in library.load(library.folder()):
        shown = run("explain", check.id)
        assert shown.exit_code == 0
        assert check.question in shown.stdout


def test_the_schema_is_json() -> None:
    assert json.loads(run("schema").stdout)["$ref"] == "#/$defs/Report"


def test_the_version_is_answered_before_anything_is_loaded() -> None:
    probe = (
        "import sys; sys.argv[1:] = ['--version']; from ml_readiness.__main__ import main; main(); print(*sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    version, loaded = out.splitlines()
    assert version == f"ml-readiness {ml_readiness.__version__}"
    assert not {"click", "pydantic", "rich", "typing", "dataclasses"} & set(loaded.split())
    assert run("--version").stdout == f"{version}\n"


def test_the_public_names_are_there_and_light() -> None:
    probe = "import ml_readiness, sys; print('pydantic' in sys.modules, 'git' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["False", "False"]
    for name in ml_readiness.__all__:
        assert getattr(ml_readiness, name) is not None
    assert set(ml_readiness.__all__) == set(dir(ml_readiness))
    with pytest.raises(AttributeError):
        ml_readiness.nothing  # noqa: B018


def test_functions_are_not_hidden_by_the_modules_of_the_same_name() -> None:
    import ml_readiness.audit
    import ml_readiness.check

    assert callable(ml_readiness.audit)
    assert callable(ml_readiness.check)


def test_a_change_is_compared_with_its_base_and_gated_by_what_it_made_worse(tmp_path: Path) -> None:
    made = Made(tmp_path / "churn")
    made.commit(
        {**INNOCENT, "tests/test_train.py": "from src.train import model\n\ndef test_it():\n    assert model\n"}
    )
    shown = run("audit", str(made.path), "--base", "HEAD", "--fail-on-regression")
    assert shown.exit_code == 0
    assert "Since " in shown.stdout and "no answer changed" in shown.stdout
    (made.path / "tests/test_train.py").unlink()
    shown = run("audit", str(made.path), "--base", "HEAD", "--fail-on-regression", "--quiet")
    assert shown.exit_code == 1
    assert "tests-exist got worse" in shown.stderr


def test_the_shell_completes_names_of_checks() -> None:
    words = {"COMP_WORDS": "ml-readiness explain tests-", "COMP_CWORD": "2", "_ML_READINESS_COMPLETE": "bash_complete"}
    found = CliRunner().invoke(cli.cli, prog_name="ml-readiness", env=words).output.split()
    assert "plain,tests-exist" in found
