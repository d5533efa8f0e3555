"""Checks on dependencies meet the traps that real repositories set."""

from __future__ import annotations

import pytest

from ml_readiness.facts.dependencies.dependencies import Dependencies, listed
from ml_readiness.facts.dependencies.python_versions import of_image
from ml_readiness.facts.dependencies.third_party import ThirdParty
from ml_readiness.facts.knowledge.distributions import distributions, is_standard
from tests.auditing import answer, facts_of, outcome

PANDAS = {"train.py": "import pandas as pd\n"}


def deciding(files: dict[str, str]) -> list[str]:
    return [manifest.path for manifest, _ in facts_of(files).get(Dependencies).deciding]


def test_what_the_container_installs_decides_over_the_readme() -> None:
    files = {
        "requirements.txt": "pandas==2.2.3\n",
        "deploy/requirements.txt": "pandas\n",
        "README.md": "```\npip install -r requirements.txt\n```\n",
        "deploy/Dockerfile": "FROM python:3.11\nCOPY deploy/requirements.txt /tmp/\n"
        "RUN pip install -r /tmp/requirements.txt\n",
    }
    assert deciding(files) == ["deploy/requirements.txt"]
    del files["deploy/Dockerfile"]
    assert deciding(files) == ["requirements.txt"]


def test_of_several_ways_in_a_readme_the_first_counts() -> None:
    readme = "```\npip install -r requirements.txt\n```\nor\n```\nconda env create -f environment.yml\n```\n"
    environment = "dependencies:\n  - pandas\n"
    files = {"requirements.txt": "pandas==2.2.3\n", "environment.yml": environment, "README.md": readme}
    assert deciding(files) == ["requirements.txt"]


def test_commands_follow_the_folder_they_enter() -> None:
    files = {
        "requirements.txt": "a\n",
        "api/requirements.txt": "b\n",
        "Makefile": "run:\n\tcd api && pip install -r requirements.txt\n",
    }
    assert deciding(files) == ["api/requirements.txt"]


def test_an_image_for_development_does_not_decide() -> None:
    files = {
        "requirements.txt": "a==1\n",
        "requirements-all.txt": "a\n",
        ".devcontainer/Dockerfile": "FROM python:3.11\nRUN pip install -r requirements-all.txt\n",
    }
    assert deciding(files) == ["requirements.txt"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pandas==2.2.3\npytest\n", "pass"),
        ("pandas==2.2.3\n-e .\n", "pass"),
        ("pandas==2.2.3\nmlflow==2.9\nmlflow[extras]\n", "pass"),
        ("pandas==2.2.*\n", "fail"),
        ("pandas~=2.2.3\n", "fail"),
        ("-c constraints.txt\npandas\n", "pass"),
        ("pandas @ file:///tmp/build/pandas\n", "fail"),
        ("lib @ git+https://git.example.com/lib@v1.2\n", "fail"),
        ("https://example.com/en_core_web_sm-3.7.0/en_core_web_sm-3.7.0.tar.gz\n", "pass"),
        ("a==1\nb==2\nc\n", "partial"),
        ("a==1\nb\nc\n", "fail"),
        ("# nothing\n", "fail"),
    ],
)
def test_pinned(text: str, expected: str) -> None:
    assert (
        outcome("dependencies-pinned", {**PANDAS, "requirements.txt": text, "constraints.txt": "pandas==2.2.3\n"})
        == expected
    )


def test_development_requirements_do_not_count() -> None:
    files = {**PANDAS, "requirements.txt": "pandas==2.2.3\n", "requirements-dev.txt": "black\nflake8\nmypy\n"}
    assert outcome("dependencies-pinned", files) == "pass"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"README.md": "Needs pandas.\n"}, "fail"),
        ({"README.md": "## Requirements\n- pandas\n- numpy\n"}, "partial"),
        ({"README.md": "```\npip install pandas\n```\n"}, "partial"),
        ({"README.md": "Run `pip install the packages you need`.\n"}, "fail"),
        ({"requirements.txt": "# nothing\n"}, "fail"),
        ({"requirements-dev.txt": "black\n"}, "partial"),
        ({"requirements.txt": "pandas=2.2.3\n"}, "pass"),
        ({"docs/requirements.txt": "sphinx\n"}, "partial"),
        ({"pyproject.toml": "[tool.black]\nline-length = 100\n"}, "fail"),
        ({"pyproject.toml": "[project]\nname = 'a'\ndependencies = []\n[build-system]\nrequires = []\n"}, "fail"),
        ({".github/workflows/ci.yml": "jobs:\n  t:\n    steps:\n      - run: pip install pytest\n"}, "fail"),
    ],
)
def test_declared(files: dict[str, str], expected: str) -> None:
    assert outcome("dependencies-declared", {**PANDAS, **files}) == expected


def test_nothing_to_declare() -> None:
    assert outcome("dependencies-declared", {"a.py": "import json\n"}) == "pass"
    assert outcome("imports-declared", {"a.py": "import json\n"}) == "pass"


@pytest.mark.parametrize(
    ("code", "declared", "expected"),
    [
        ("import sklearn, yaml, cv2, PIL", "scikit-learn\nPyYAML\nopencv-python-headless\nPillow\n", "pass"),
        ("from google.cloud import storage", "google-cloud-storage\n", "pass"),
        ("from google.cloud.aiplatform_v1 import x", "google-cloud-aiplatform\n", "pass"),
        ("import azure.storage.blob", "azure-storage-blob\n", "pass"),
        ("import tfaip", "ocrd-fork-tfaip\n", "pass"),
        ("import numpy", "pandas\n", "partial"),
        ("import starlette", "fastapi\n", "partial"),
        ("import boto3", "feast[aws]\n", "partial"),
        ("import keras", "tensorflow==2.17.0\n", "partial"),
        ("import torch", "bitsandbytes\n", "partial"),
        ("from iterstrat.ml_stratifiers import x\nimport skbase", "iterative-stratification\nscikit-base\n", "pass"),
        ("import shap, lime", "pandas\n", "partial"),
        ("import shap, lime, optuna", "pandas\n", "fail"),
        ("try:\n    import shap, lime, optuna\nexcept ImportError:\n    shap = None", "pandas\n", "pass"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shap", "pandas\n", "pass"),
        ("HAS_SHAP = True\nif HAS_SHAP:\n    import shap", "pandas\n", "pass"),
        ("import importlib.util\nif importlib.util.find_spec('shap'):\n    import shap", "pandas\n", "pass"),
        ("import urllib2, ConfigParser, distutils", "pandas\n", "pass"),
        ("import person_pb2", "protobuf\n", "pass"),
    ],
)
def test_imports(code: str, declared: str, expected: str) -> None:
    found = answer("imports-declared", {"app/train.py": code + "\n", "requirements.txt": declared})
    assert found.outcome.value == expected, found.messages


def test_tests_say_nothing_about_what_the_code_can_do_without() -> None:
    needed = {"train.py": "def train():\n    import shap, lime, optuna\n", "requirements.txt": "pandas\n"}
    skipped = "import pytest\npytest.importorskip('shap')\npytest.importorskip('lime')\npytest.importorskip('optuna')\n"
    assert outcome("imports-declared", {**needed, "tests/test_it.py": skipped}) == "fail"
    tried = "try:\n    import train\nexcept ImportError:\n    train = None\n"
    assert outcome("imports-declared", {**needed, "tests/test_it.py": tried}) == "fail"
    assert outcome("imports-declared", {**needed, "app.py": tried}) == "pass"


def test_extras_and_groups_declare_too() -> None:
    project = '[project]\nname = "a"\ndependencies = []\n[project.optional-dependencies]\nui = ["streamlit"]\n'
    assert outcome("imports-declared", {"a.py": "import streamlit\n", "pyproject.toml": project}) == "pass"


def test_root_and_component_manifests_are_taken_together() -> None:
    files = {"api/app.py": "import flask, pandas\n", "api/requirements.txt": "flask\n", "requirements.txt": "pandas\n"}
    assert outcome("imports-declared", files) == "pass"
    files = {"api/app.py": "import flask\n", "jobs/requirements.txt": "flask\n", "api/requirements.txt": "pandas\n"}
    assert outcome("imports-declared", files) == "partial"


def test_tests_examples_and_tooling_are_left_out() -> None:
    files = {
        "requirements.txt": "pandas\n",
        "train.py": "import pandas\n",
        "tests/test_a.py": "import a1, b1, c1\n",
        "examples/demo.py": "import a2, b2, c2\n",
        "docs/conf.py": "import a3, b3, c3\n",
        "noxfile.py": "import a4, b4, c4\n",
        "benchmarks/speed.py": "import a5, b5, c5\n",
    }
    assert outcome("imports-declared", files) == "pass"


def test_notebooks_count_where_there_is_nothing_else() -> None:
    cell = '{"cells": [{"cell_type": "code", "source": "import shap, lime, optuna", "metadata": {}, "outputs": []}]}'
    assert outcome("imports-declared", {"a.ipynb": cell, "requirements.txt": "pandas\n"}) == "fail"
    assert (
        outcome("imports-declared", {"a.ipynb": cell, "b.py": "import pandas", "requirements.txt": "pandas\n"})
        == "pass"
    )


def test_a_folder_is_not_taken_for_a_library_of_the_same_name() -> None:
    files = {"datasets/raw.py": "x = 1\n", "train.py": "from datasets import load_dataset\n"}
    assert facts_of(files).get(ThirdParty).tops == {"datasets"}
    files = {"datasets.py": "def load():\n    return 1\n", "train.py": "from datasets import load\n"}
    assert facts_of(files).get(ThirdParty).tops == frozenset()
    files = {
        "pkg/__init__.py": "",
        "pkg/datasets/__init__.py": "",
        "pkg/train.py": "from datasets import load_dataset\n",
    }
    assert facts_of(files).get(ThirdParty).tops == {"datasets"}


def test_sibling_packages_are_own_by_the_name_they_are_installed_under() -> None:
    files = {
        "model/pyproject.toml": "[project]\nname = 'churn-model'\ndependencies = ['pandas']\n",
        "api/app.py": "import churn_model\nimport fastapi\n",
        "api/requirements.txt": "fastapi\nchurn-model\n",
    }
    assert facts_of(files).get(ThirdParty).tops == {"fastapi"}


@pytest.mark.parametrize(
    ("path", "text", "stated"),
    [
        (".python-version", "3.11.4\n", True),
        ("runtime.txt", "python-3.11.4\n", True),
        ("Dockerfile", "FROM python:3.11-slim\n", True),
        ("Dockerfile", "ARG PYTHON_VERSION=3.11\nFROM python:${PYTHON_VERSION}\n", True),
        ("Dockerfile", "FROM tiangolo/uvicorn-gunicorn-fastapi:python3.9\n", True),
        ("Dockerfile", "FROM nvidia/cuda:12.1-runtime\nRUN apt-get install -y python3.10 python3-pip\n", True),
        ("Dockerfile", "FROM nvidia/cuda:12.1-runtime\nRUN apt-get install -y python3 python3-pip\n", False),
        ("Dockerfile", "FROM python:latest\n", False),
        (".github/workflows/ci.yml", "      python-version: ['3.10', '3.11']\n", True),
        (".github/workflows/ci.yml", "      python-version: ${{ matrix.version }}\n", False),
        (".github/workflows/ci.yml", "      # python-version: 3.10\n", False),
        (".travis.yml", "python:\n  - '3.8'\n", True),
        (".gitlab-ci.yml", "image: python:3.11\n", True),
        (
            ".devcontainer/devcontainer.json",
            '{"image": "mcr.example.com/devcontainers/python:1-3.10-bullseye"}\n',
            True,
        ),
        ("environment.yml", "dependencies:\n  - python=3.11\n", True),
        ("environment.yml", "dependencies:\n  - python\n", False),
        ("app.yaml", "runtime: python311\n", True),
        ("tox.ini", "[tox]\nenvlist = py39\n", True),
        ("README.md", "Needs Python 3.11\n", False),
    ],
)
def test_where_the_python_version_is_read(path: str, text: str, stated: bool) -> None:
    files = {"a.py": "print(1)\n", path: text}
    assert outcome("python-version-declared", files) == ("pass" if stated else "fail")


def test_images_that_state_a_version() -> None:
    assert of_image("docker.io/library/python:3.11.2-slim@sha256:aa") == "3.11.2"
    assert of_image("registry.example.com:5000/team/app:1.2") == ""


def test_lists_in_a_readme_name_libraries() -> None:
    assert listed("# A\n## Dependencies\n* NumPy (>= 1.2)\n* scikit-learn\n* a GPU\n") == (2, ("NumPy", "scikit-learn"))
    assert listed("## Results\n- pandas\n- numpy\n") is None
    assert listed("## Requirements\nPython 3 and a computer\n") is None


def test_the_knowledge_is_consistent() -> None:
    known = distributions()
    assert not [name for name in known.imports if is_standard(name) and known.imports[name]], (
        "standard modules need nothing"
    )
    assert all(name == name.lower() for names in known.installs.values() for name in names)
    assert "numpy" in known.brought_by("mlflow")
    assert "boto3" in known.brought_by("feast", ["aws"])
    assert known.providing("sklearn.linear_model") == ("scikit-learn", "sklearn", "scikit-learn-intelex")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"requirements.txt": "a @ git+https://git.example.com/a@main\n"}, "fail"),
        ({"requirements.txt": "a @ git+https://git.example.com/a@v1.2.0\n"}, "partial"),
        ({"requirements.txt": "a==1\n"}, "pass"),
        ({".github/workflows/a.yml": "steps:\n  - uses: actions/checkout@v4\n"}, "pass"),
        ({".github/workflows/a.yml": "steps:\n  - uses: vendor/x@main\n"}, "fail"),
        ({"Dockerfile": "FROM python:3.11\nRUN curl -sSL https://example.com/i.sh | sh\n"}, "fail"),
        ({"Dockerfile": "FROM python:3.11\nRUN pip install --upgrade pip\nRUN pip install .\n"}, "pass"),
        ({"a.py": "import os\nos.system('pip install pandas')\n", "requirements.txt": "b==1\n"}, "fail"),
    ],
)
def test_sources(files: dict[str, str], expected: str) -> None:
    found = answer("sources-immutable", files)
    assert found.outcome.value == expected, found.messages


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("renovate.json", '{"extends": ["config:recommended"]}', "pass"),
        ("renovate.json", '{"enabledManagers": ["npm"]}', "fail"),
        (".github/dependabot.yml", "version: 2\nupdates: []\n", "fail"),
        (".github/workflows/audit.yml", "jobs:\n  a:\n    steps:\n      - run: pip-audit || true\n", "partial"),
        (".github/workflows/audit.yml", "jobs:\n  a:\n    steps:\n      # - run: pip-audit\n", "fail"),
    ],
)
def test_updates(path: str, text: str, expected: str) -> None:
    found = answer("dependencies-updated", {"requirements.txt": "pandas==2.2.3\n", path: text})
    assert found.outcome.value == expected, found.messages


def test_what_only_type_checkers_or_luck_import_may_be_missing() -> None:
    code = (
        "import contextlib\nimport typing as t\n\nif t.TYPE_CHECKING:\n    import attrs\n\n"
        "with contextlib.suppress(ImportError):\n    import rich\n"
    )
    found = answer("imports-declared", {"a.py": code, "requirements.txt": "numpy\n"})
    assert (found.outcome.value, "optional" in found.messages) == ("pass", True)


def test_what_no_index_knows_may_come_from_an_address() -> None:
    code = {"prep.py": "from obs.collector import Online\n"}
    address = "git+https://github.com/example/Watch#subdirectory=aml-obs-collector\n"
    assert outcome("imports-declared", {**code, "requirements.txt": address}) == "pass"
    assert outcome("imports-declared", {**code, "requirements.txt": "numpy\n"}) == "partial"


def test_what_the_project_compiles_or_keeps_to_itself_is_its_own() -> None:
    files = {
        "a.py": "import fast_ops\nimport config\nfrom utils import x\n",
        "csrc/setup.py": "setup(ext_modules=[CUDAExtension(name='fast_ops', sources=['a.cu'])])\n",
        "requirements.txt": "torch\n",
    }
    assert outcome("imports-declared", files) == "pass"


def test_a_list_of_developers_tools_decides_nothing_beside_the_real_one() -> None:
    files = {**PANDAS, "requirements.txt": "black==22.3.0\nflake8==4.0.1\n", "env/train-conda.yml": CONDA}
    assert deciding(files) == ["env/train-conda.yml"]
    assert deciding({**PANDAS, "requirements.txt": "black==22.3.0\n"}) == ["requirements.txt"]


CONDA = "dependencies:\n  - python=3.11\n  - pip:\n      - pandas\n"


def test_where_everything_is_an_example_nothing_is_left_out() -> None:
    lessons = {f"tutorials/{n}/train.py": "import torch\n" for n in range(4)}
    assert outcome("imports-declared", {**lessons, "README.md": "# A\n"}) == "fail"
    assert outcome("imports-declared", {**lessons, "net/__init__.py": "import json\n"}) == "pass"


def test_lists_for_several_jobs_count_all() -> None:
    lists = {
        "requirements/eda-requirements.txt": "pandas==2.2.3\n",
        "requirements/train-requirements.txt": "-r eda-requirements.txt\npyyaml\n",
        "requirements/monitoring-requirements.txt": "evidently==0.4\n",
    }
    both = ["requirements/monitoring-requirements.txt", "requirements/train-requirements.txt"]
    assert sorted(deciding({**PANDAS, **lists})) == both
    assert deciding({**PANDAS, **lists, "requirements/base.txt": "pandas\n"}) == ["requirements/base.txt"]
    dev = {"requirements/dev-requirements.txt": "-r train-requirements.txt\npytest\n"}
    readme = {"README.md": "```\npip install -r requirements/dev-requirements.txt\n```\n"}
    assert deciding({**PANDAS, **lists, **dev, **readme}) == ["requirements/train-requirements.txt"]


def test_the_image_of_somebody_elses_server_decides_nothing() -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'churn'\nversion = '1'\ndependencies = ['pandas']\n",
        "churn/train.py": "import pandas\n",
        "infrastructure/mlflow/requirements.txt": "mlflow\n",
        "infrastructure/mlflow/Dockerfile": "FROM python:3.12\nCOPY requirements.txt /tmp/\n"
        "RUN pip install -r /tmp/requirements.txt\nCMD mlflow server\n",
    }
    assert deciding(files) == ["pyproject.toml"]
