"""Locks: what they fix, what they cover, and when they are stale."""

from __future__ import annotations

import json

import pytest

from ml_readiness.facts.dependencies.dependencies import Dependencies
from ml_readiness.facts.dependencies.locks import is_complete
from ml_readiness.facts.dependencies.manifests import Manifests
from ml_readiness.parsers.lock import Lock
from tests.auditing import answer, facts_of

UV = """
version = 1
requires-python = ">=3.11"

[[package]]
name = "pandas"
version = "2.2.3"
source = { registry = "https://packages.example.com/simple" }
dependencies = [{ name = "numpy" }]
wheels = [{ url = "https://packages.example.com/p.whl", hash = "sha256:aa" }]

[[package]]
name = "churn"
version = "1"
source = { editable = "." }
"""
PROJECT = '[project]\nname = "churn"\nversion = "1"\ndependencies = ["pandas>=2"]\n'
CODE = {"train.py": "import pandas\n"}


def test_uv() -> None:
    found = Lock.parse(UV.encode())
    assert (found.form, found.requires_python) == ("uv.lock", ">=3.11")
    assert [(p.name, p.version, p.source, p.hashed, p.requires, p.is_own) for p in found.packages] == [
        ("pandas", "2.2.3", "registry", True, ("numpy",), False),
        ("churn", "1", "editable", False, (), True),
    ]


def test_poetry_with_files_in_its_metadata() -> None:
    text = """
[[package]]
name = "six"
version = "1.16.0"

[[package]]
name = "lib"
version = "0.1"
[package.source]
type = "git"

[metadata]
lock-version = "1.1"
python-versions = "^3.8"
content-hash = "x"
[metadata.files]
six = [{ file = "six.whl", hash = "sha256:aa" }]
"""
    found = Lock.parse(text.encode())
    assert (found.form, found.requires_python) == ("poetry.lock", "^3.8")
    assert [(p.source, p.hashed) for p in found.packages] == [("registry", True), ("git", False)]


def test_pdm_and_the_standard_form() -> None:
    pdm = '[metadata]\nstrategy = []\n[[package]]\nname = "a"\nversion = "1"\ndependencies = ["b>=1"]\n'
    found = Lock.parse(pdm.encode())
    assert (found.form, found.packages[0].requires) == ("pdm.lock", ("b",))
    standard = 'lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1"\n[packages.vcs]\ntype = "git"\n'
    found = Lock.parse(standard.encode())
    assert (found.form, found.packages[0].source) == ("pylock.toml", "git")


def test_pipfile_lock_with_entries_that_are_no_tables() -> None:
    text = json.dumps(
        {
            "_meta": {"requires": {"python_version": "3.11"}},
            "default": {"a": {"version": "==1", "hashes": ["sha256:x"]}, "b": ["odd"]},
            "develop": [],
        }
    )
    found = Lock.parse(text.encode())
    assert [(p.name, p.version, p.hashed) for p in found.packages] == [("a", "1", True), ("b", "", False)]
    assert found.requires_python == "3.11"


def test_conda_lock_and_pixi() -> None:
    conda = """
version: 1
metadata: {}
package:
- name: python
  version: 3.11.9
  manager: conda
  platform: linux-64
  hash:
    sha256: aa
- name: python
  version: 3.11.9
  manager: conda
  platform: osx-64
- name: shap
  version: 0.46.0
  manager: pip
"""
    found = Lock.parse(conda.encode())
    assert (found.form, found.requires_python) == ("conda-lock.yml", "3.11.9")
    assert [(p.name, p.source) for p in found.packages] == [("python", "conda"), ("shap", "pip")]
    pixi = """
version: 6
environments: {}
packages:
- conda: https://conda.example.com/noarch/tzdata-2024a-h0c530f3_0.conda
  sha256: aa
- pypi: https://packages.example.com/numpy-2.1.3-cp311.whl
  name: numpy
  version: 2.1.3
"""
    found = Lock.parse(pixi.encode())
    assert [(p.name, p.version) for p in found.packages] == [("tzdata", "2024a"), ("numpy", "2.1.3")]


@pytest.mark.parametrize(
    ("wanted", "outcome"),
    [
        ('"pandas>=2"', "pass"),
        ('"pandas>=3"', "fail"),
        ('"pandas>=2", "mlflow"', "fail"),
        ('"pandas>=2", "tomli; python_version < \'3.11\'"', "pass"),
    ],
)
def test_a_lock_that_does_not_fit_its_manifest_does_not_count(wanted: str, outcome: str) -> None:
    project = f'[project]\nname = "churn"\nversion = "1"\ndependencies = [{wanted}]\n'
    found = answer("dependencies-locked", {**CODE, "pyproject.toml": project, "uv.lock": UV})
    assert found.outcome.value == outcome, found.messages


def test_a_lock_of_the_front_end_does_not_count() -> None:
    found = answer("dependencies-locked", {**CODE, "requirements.txt": "pandas\n", "ui/package-lock.json": "{}"})
    assert found.outcome.value == "fail"
    assert "front end" in found.messages


def test_a_workspace_has_one_lock() -> None:
    member = '[project]\nname = "api"\nversion = "1"\ndependencies = ["pandas>=2"]\n'
    lock = UV.replace('"churn"', '"api"').replace('editable = "."', 'editable = "api"')
    facts = facts_of({"api/pyproject.toml": member, "api/a.py": "import pandas\n", "uv.lock": lock})
    manifest = facts.get(Manifests).by_path["api/pyproject.toml"]
    lock_file = facts.get(Dependencies).lock_of(manifest)
    assert lock_file is not None
    assert lock_file.path == "uv.lock"


def complete(text: str) -> bool:
    return is_complete(facts_of({"requirements.txt": text}).get(Manifests).by_path["requirements.txt"])


def test_a_freeze_is_known_by_what_its_members_bring_along() -> None:
    freeze = "pandas==2.2.3\nnumpy==2.1.3\npython-dateutil==2.9.0\nsix==1.16.0\npytz==2024.2\ntzdata==2024.2\n"
    assert complete(freeze)
    assert not complete(freeze.replace("numpy==2.1.3", "numpy>=2"))
    assert not complete("pandas==2.2.3\nscikit-learn==1.5.2\nmatplotlib==3.9.2\ntorch==2.5.0\n")


def test_a_freeze_of_another_machine_fixes_nothing() -> None:
    assert not complete("pandas @ file:///tmp/build/pandas\nnumpy==2.1.3\n")


def test_compiled_output_covers_its_source() -> None:
    files = {
        **CODE,
        "requirements.in": "pandas\n",
        "requirements.txt": "# This file is autogenerated by pip-compile\n#    pip-compile requirements.in\n"
        "numpy==2.1.3\n    # via pandas\npandas==2.2.3\n    # via -r requirements.in\n",
    }
    assert answer("dependencies-locked", files).outcome.value == "pass"
    assert answer("dependencies-pinned", files).outcome.value == "pass"
    files["requirements.in"] = "pandas\nmlflow\n"
    files["README.md"] = "```\npip install -r requirements.in\n```\n"
    assert answer("dependencies-locked", files).outcome.value == "fail"
