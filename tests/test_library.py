"""Checks of one's own stand beside the product's."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ml_readiness import Memory, SettingsError, Store, audit
from ml_readiness.cli import cli

CHECK = '''"""Is the team named?"""

from collections.abc import Iterator

from ml_readiness import Finding, Severity, check, fail, ok
from ml_readiness.facts.tree.files import Files


@check("Which team is it?", severity=Severity.HIGH)
def team_named(files: Files) -> Iterator[Finding]:
    """Somebody must answer the phone.

    ## How to fix
    Add a file `TEAM`.
    """
    yield ok("named", at="TEAM") if files.exists("TEAM") else fail("no file `TEAM`")
'''


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own/documentation"
    folder.mkdir(parents=True)
    (folder / "team_named.py").write_text(CHECK)
    return folder.parent


def test_checks_of_ones_own_are_judged_and_weigh(own: Path) -> None:
    files = {"train.py": "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"}
    without = audit(Memory(files))
    missing, there = (audit(Memory({**files, **more}), checks=[own]) for more in ({}, {"TEAM": "x"}))
    assert "team-named" not in {result.check for result in without.results}
    assert next(result for result in missing.results if result.check == "team-named").outcome == "fail"
    assert (there.score or 0) > (missing.score or 0)


def test_settings_may_name_them_and_a_kept_report_knows_them(own: Path) -> None:
    files = {"train.py": "import sklearn\n", ".ml-readiness.toml": 'select = ["team-named"]\n'}
    store = Store()
    assert [result.check for result in audit(Memory(files), checks=[own], store=store).results] == ["team-named"]
    (own / "documentation/team_named.py").rename(own / "documentation/_team_named.py")
    with pytest.raises(SettingsError, match="team-named"):
        audit(Memory(files), store=store)


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="expected a folder of checks"):
        audit(Memory({}), checks=["nowhere"])


def test_the_command_line_lists_and_explains_them(own: Path) -> None:
    listed = CliRunner().invoke(cli, ["list", "--checks", str(own)]).output
    assert "team-named" in listed
    assert "Somebody must answer" in CliRunner().invoke(cli, ["explain", "team-named", "--checks", str(own)]).output


def test_a_folder_of_ones_own_may_describe_libraries_of_ones_own(own: Path) -> None:
    (own / "tools").mkdir()
    (own / "tools/ours.yml").write_text("metrics:\n  acme-observe: {imports: [acme.observe], calls: [count]}\n")
    app = (
        "import joblib\nfrom acme.observe import count\nfrom fastapi import FastAPI\napp = FastAPI()\n"
        "model = joblib.load('m.joblib')\n@app.post('/predict')\ndef predict(row: dict):\n"
        "    count('asked')\n    return model.predict([row])\n"
    )
    before, after = (
        next(r for r in audit(Memory({"app.py": app}), checks=checks).results if r.check == "metrics-exposed")
        for checks in ([], [own])
    )
    assert (before.outcome, after.outcome) == ("fail", "pass")
    assert "acme-observe" in after.findings[0].message


def test_a_table_that_breaks_the_schema_is_named(own: Path) -> None:
    (own / "tools").mkdir()
    (own / "tools/ours.yml").write_text("metrcs: {}\n")
    with pytest.raises(SettingsError, match=r"ours\.yml: expected a table of tools"):
        audit(Memory({"a.py": "import torch\n"}), checks=[own])
