"""Every kind of manifest says what an installer would read in it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.documents import PARSE_ERRORS, Document
from ml_readiness.facts.dependencies.manifests import Manifest, Manifests, role_of
from ml_readiness.facts.tree.files import Files
from ml_readiness.parsers import toml
from ml_readiness.parsers.conda import CondaEnvironment
from ml_readiness.parsers.conda_spec import conda_spec
from ml_readiness.parsers.inline_script import InlineScript
from ml_readiness.parsers.installs import Installs
from ml_readiness.parsers.lock import Lock
from ml_readiness.parsers.pipfile import Pipfile
from ml_readiness.parsers.pixi import Pixi
from ml_readiness.parsers.poetry import constraint_kind
from ml_readiness.parsers.pyproject import PyProject
from ml_readiness.parsers.setup_cfg import SetupCfg
from ml_readiness.parsers.setup_py import SetupPy
from tests.auditing import facts_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def manifests(files: dict[str, str]) -> dict[str, Manifest]:
    return dict(facts_of(files).get(Manifests).by_path)


def labels(manifest: Manifest) -> list[str]:
    return [each.requirement.label for each in manifest.declared]


def test_standard_metadata_with_groups_extras_and_lines() -> None:
    text = f"""
[project]
name = "churn"
requires-python = ">=3.11"
dependencies = [
  "pandas>=2",
  "lib @ git+https://git.example.com/lib.git@{COMMIT}",
  "not a requirement",
]
[project.optional-dependencies]
gpu = ["torch==2.5.0"]
[project.scripts]
churn = "churn.cli:main"
[dependency-groups]
test = ["pytest", {{include-group = "lint"}}]
lint = ["ruff"]
[build-system]
requires = ["hatchling"]
[tool.pytest.ini_options]
addopts = ["-q", "--strict-markers"]
[tool.poe.tasks]
test = "pytest -q"
all = ["test", {{ cmd = "ruff check" }}]
"""
    found = PyProject.parse(text.encode())
    assert [(r.label, r.kind, r.line) for r in found.dependencies] == [
        ("pandas>=2", "range", 6),
        ("lib", "vcs_commit", 7),
    ]
    assert found.broken == ((8, "not a requirement"),)
    assert {name: [r.name for r in group] for name, group in found.groups.items()} == {
        "test": ["pytest"],
        "lint": ["ruff"],
    }
    assert found.group_includes["test"] == ("lint",)
    assert found.extras["gpu"][0].is_pinned
    assert (found.requires_python, found.requires_python_line) == (">=3.11", 4)
    assert found.settings["pytest.ini_options.addopts"] == ("-q", "--strict-markers")
    assert found.tasks == {"test": "pytest -q", "all": "test\nruff check"}
    assert found.scripts == {"churn": "churn.cli:main"}
    assert found.packaged


def test_poetry_tables() -> None:
    text = """
[tool.poetry]
name = "churn"
[tool.poetry.dependencies]
python = "^3.11"
pandas = "^2.2"
numpy = "1.26.4"
lib = { git = "https://git.example.com/lib.git", branch = "main" }
local = { path = "../local", develop = true }
two = [{ version = "1.0", python = "<3.12" }, { version = "^2", python = ">=3.12" }]
[tool.poetry.group.dev.dependencies]
pytest = "*"
"""
    found = PyProject.parse(text.encode())
    assert [(r.name, r.kind) for r in found.dependencies] == [
        ("pandas", "compatible"),
        ("numpy", "exact"),
        ("lib", "vcs_ref"),
        ("local", "local"),
        ("two", "compatible"),
    ]
    assert (found.requires_python, found.requires_python_line) == ("^3.11", 5)
    assert [r.name for r in found.groups["dev"]] == ["pytest"]


@pytest.mark.parametrize(
    ("version", "kind"),
    [("1.2.3", "exact"), ("==1.2", "exact"), ("^1.2", "compatible"), ("~1", "compatible"), ("*", "unpinned"),
     ("1.*", "wildcard"), (">=1,<2", "range"), ("", "unpinned"), ("^1 || ^2", "range")],
)  # fmt: skip
def test_versions_as_poetry_means_them(version: str, kind: str) -> None:
    assert constraint_kind(version) == kind


def test_uv_takes_a_dependency_from_where_its_table_says() -> None:
    text = f"""
[project]
name = "a"
dependencies = ["lib>=1", "member"]
[tool.uv.sources]
Lib = {{ git = "https://git.example.com/lib", rev = "{COMMIT}" }}
member = {{ workspace = true }}
"""
    assert [r.kind for r in PyProject.parse(text.encode()).dependencies] == ["vcs_commit", "local"]


def test_keys_of_thousands_of_parts_are_refused_before_they_are_parsed() -> None:
    with pytest.raises(ValueError, match="parts"):
        toml.load(b".".join([b"a"] * 20_000) + b" = 1")
    assert toml.load(b'"a.b.c" = "' + b"." * 5_000 + b'"')


def test_a_byte_order_mark_does_no_harm() -> None:
    assert PyProject.parse(b"\xef\xbb\xbf[project]\nname = 'a'\n").name == "a"


def test_setup_py_is_read_through_names_files_and_functions() -> None:
    files = {
        "setup.py": """
import os
from setuptools import setup

EXTRA = ["shap"]
BASE = ["numpy>=1.20", f"torch=={os.environ.get('TORCH')}"] + EXTRA

def read(name):
    with open(os.path.join("requirements", name), encoding="utf-8") as handle:
        return [line.strip() for line in handle if not line.startswith("#")]

extras = {"dev": ["pytest"]}
extras["all"] = extras["dev"] + ["black"]
setup(
    name="churn",
    python_requires=">=3.9",
    install_requires=BASE + read("base.txt"),
    extras_require=extras,
    entry_points={"console_scripts": ["churn = churn.cli:main"]},
)
""",
        "requirements/base.txt": "pandas==2.2.3\n",
    }
    found = manifests(files)["setup.py"]
    assert labels(found) == ["numpy>=1.20", "torch", "shap", "pandas==2.2.3"]
    assert {name: [e.key for e in group] for name, group in found.extras.items()} == {
        "dev": ["pytest"],
        "all": ["pytest", "black"],
    }
    parsed = SetupPy.parse(files["setup.py"].encode())
    assert (parsed.requires_python, parsed.scripts) == (">=3.9", {"churn": "churn.cli:main"})


def test_setup_py_that_reads_requirements_line_by_line() -> None:
    script = """
import setuptools
with open("requirements.txt") as f:
    required = f.read().splitlines()
setuptools.setup(name="a", install_requires=required)
"""
    assert labels(manifests({"setup.py": script, "requirements.txt": "flask\n"})["setup.py"]) == ["flask"]


def test_setup_py_that_doubles_its_lists_is_read_in_bounded_time() -> None:
    doubling = "\n".join(f"a{i} = a{i + 1} + a{i + 1}" for i in range(60))
    found = SetupPy.parse(f"{doubling}\na60 = ['x']\nfrom setuptools import setup\nsetup(install_requires=a0)".encode())
    assert found.declares


def test_setup_cfg_with_duplicates_and_percent_signs() -> None:
    text = """
[metadata]
name = churn
[options]
python_requires = >=3.9
install_requires =
    pandas>=2  # frames
    # comment
    numpy==1.26.4 ; python_version < "3.12"
[options]
zip_safe = 50%
[options.extras_require]
gpu = torch
"""
    found = SetupCfg.parse(text.encode())
    assert [(r.label, r.line) for r in found.dependencies] == [("pandas>=2", 7), ("numpy==1.26.4", 9)]
    assert (found.requires_python, found.requires_python_line) == (">=3.9", 5)
    assert [r.name for r in found.extras["gpu"]] == ["torch"]


def test_pipfile_with_categories() -> None:
    text = """
[packages]
pandas = "==2.2.3"
flask = {version = "*", extras = ["async"]}
[dev-packages]
pytest = "*"
[docs]
mkdocs = "*"
[requires]
python_version = "3.11"
"""
    found = Pipfile.parse(text.encode())
    assert [(r.name, r.kind, r.extras) for r in found.dependencies] == [
        ("pandas", "exact", ()),
        ("flask", "unpinned", ("async",)),
    ]
    assert set(found.groups) == {"dev-packages", "docs"}
    assert found.requires_python == "3.11"


@pytest.mark.parametrize(
    ("spec", "name", "kind"),
    [
        ("numpy", "numpy", "unpinned"),
        ("numpy=1.21", "numpy", "wildcard"),
        ("numpy==1.21.0", "numpy", "exact"),
        ("numpy=1.21.0=py39_0", "numpy", "exact"),
        ("x264=1!164.3095=h166bdaf_2", "x264", "exact"),
        ("numpy >=1.2,<2", "numpy", "range"),
        ("conda-forge::python=3.9", "python", "wildcard"),
        ("pytorch::pytorch[version='>=2']", "pytorch", "range"),
    ],
)
def test_conda_specifications(spec: str, name: str, kind: str) -> None:
    found = conda_spec(spec)
    assert (found.name, found.kind) == (name, kind)


def test_conda_environment_with_pip_section() -> None:
    files = {
        "environment.yml": """
name: churn
channels: [conda-forge]
dependencies:
  - python=3.11
  - numpy=1.26.4
  - pip:
      - pandas==2.2.3
      - -r more.txt
""",
        "more.txt": "shap==0.46.0\n",
        "chart/Chart.yaml": "name: x\ndependencies:\n  - name: redis\n    version: 1\n",
    }
    found = manifests(files)
    assert set(found) == {"environment.yml"}
    assert labels(found["environment.yml"]) == ["numpy=1.26.4", "pandas==2.2.3", "shap==0.46.0"]
    assert not found["environment.yml"].open


def test_an_exported_environment_fixes_two_part_versions_too() -> None:
    system = ["openssl", "zlib", "xz", "tk", "readline", "sqlite", "libffi", "ncurses", "numpy"]
    text = "name: a\ndependencies:\n" + "".join(f"  - {name}=1.2\n" for name in system)
    assert CondaEnvironment.parse(text.encode()).is_export
    assert not manifests({"environment.yml": text})["environment.yml"].open


def test_pixi_and_packers_and_scripts() -> None:
    found = manifests(
        {
            "pixi.toml": "[dependencies]\nnumpy = '1.26.*'\n[pypi-dependencies]\nshap = '==0.46.0'\n",
            "cog.yaml": "build:\n  python_packages:\n    - torch==2.5.0\n",
            "bentofile.yaml": "python:\n  packages: [scikit-learn]\n",
            "once.py": "# /// script\n# requires-python = '>=3.12'\n# dependencies = ['httpx']\n# ///\nimport httpx\n",
        }
    )
    assert {path: labels(each) for path, each in found.items()} == {
        "pixi.toml": ["numpy1.26.*", "shap==0.46.0"],
        "cog.yaml": ["torch==2.5.0"],
        "bentofile.yaml": ["scikit-learn"],
        "once.py": ["httpx"],
    }
    assert InlineScript.parse(b"x = 1\n").is_script is False


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("requirements.txt", "runtime"),
        ("requirements/prod.txt", "runtime"),
        ("requirements-gpu.txt", "runtime"),
        ("notebooks/environment.yml", "runtime"),
        ("requirements-dev.txt", "development"),
        ("requirements/test.txt", "development"),
        ("docs/requirements.txt", "development"),
        ("tests/requirements.txt", "development"),
        ("examples/requirements.txt", "example"),
        ("mlruns/1/abc/artifacts/model/requirements.txt", "artefact"),
    ],
)
def test_names_and_places_tell_whom_a_manifest_is_for(path: str, role: str) -> None:
    files = facts_of({path: "numpy", "app/__init__.py": ""}).get(Files)
    assert role_of(path, files) == role


def test_what_a_saved_model_was_made_with_is_no_manifest_of_the_project() -> None:
    found = manifests({"model/MLmodel": "x", "model/requirements.txt": "mlflow\n", "model/conda.yaml": "x: 1\n"})
    assert found["model/requirements.txt"].role == "artefact"


KINDS: list[type[Document]] = [
    PyProject,
    SetupCfg,
    SetupPy,
    Pipfile,
    Pixi,
    CondaEnvironment,
    InlineScript,
    Installs,
    Lock,
]
TOML_WORDS = ["[project]", "[tool.poetry.dependencies]", "[packages]", "[options]", "[[package]]", "name", "version"]
OTHER_WORDS = ["- pip:", "dependencies:", "  - numpy=1", "setup(install_requires=", "open('r.txt')", "['a']", "conda"]
COMMANDS = ["# /// script\n", "# ///\n", "pip install", "-r", "RUN", "\\\n", "&&", "cd x", '"1.0"', "'", '"', "\t"]
WORDS = [*TOML_WORDS, *OTHER_WORDS, *COMMANDS, "=", "{", "}", "[", "]", ")", "\n", ",", ":"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(text=st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=120))
def test_any_text_is_read_or_refused(kind: type[Document], text: str) -> None:
    try:
        found = kind.parse(text.encode("utf-8", "surrogatepass"))
    except PARSE_ERRORS:
        return
    assert msgspec.json.decode(msgspec.json.encode(found), type=kind) == found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(kind: type[Document], data: bytes) -> None:
    try:
        kind.parse(data)
    except PARSE_ERRORS:
        return
