"""Commands of a README are told from prose, and those that cannot work are told from those that can."""

from __future__ import annotations

import json
import time

import pytest

from ml_readiness.facts.prose.instructions import Instructions
from ml_readiness.report import Outcome
from tests.auditing import answer, facts_of, outcome

TREE = {
    "requirements.txt": "pandas",
    "train.py": "",
    "src/app/main.py": "",
    "run.sh": "python train.py",
    "Makefile": "setup:\n\tpip install -r requirements.txt\ntrain:\n\tpython train.py\n",
    "docker-compose.yml": "services: {}",
    "Dockerfile": "FROM python:3.12",
    "notebooks/a.ipynb": "{}",
    "pyproject.toml": '[project]\nname = "churn-model"\n[project.scripts]\nchurn = "app.main:cli"\n',
}


def roles(text: str) -> list[tuple[str, str]]:
    found = facts_of({**TREE, "README.md": text}).get(Instructions).all
    return [(instruction.role, instruction.missing) for instruction in found]


def fenced(*lines: str, language: str = "bash") -> str:
    return "\n".join(["# Title", f"```{language}", *lines, "```"])


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("pip install -r requirements.txt", "install"),
        ("$ python3 -m pip install churn-model", "install"),
        ("./data.sh", "neither"),
        ("npm ci", "install"),
        ("npm run build", "install"),
        ("npm run dev", "run"),
        ("pnpm dev", "run"),
        ("yarn dev", "run"),
        ("bun start", "run"),
        ("`pip install -r requirements.txt` ### an error is fine", "install"),
        ("./bin/conda.sh", "install"),
        ("./bin/test.sh", "tests"),
        ("bash scripts/download_data.sh", "neither"),
        ("~ $ python train.py", "run"),
        ("-~ $ python train.py", "run"),
        ("~/churn$ python train.py", "run"),
        ("(venv) $ pip install -e .[dev]", "install"),
        ("uv sync --frozen", "install"),
        ("conda env update -f environment.yml", "install"),
        ("make setup", "install"),
        ("./go --verbose setup", "install"),
        ("./go api-test", "tests"),
        ("./go train", "run"),
        ("scripts/install.sh", "install"),
        ("scripts/start.sh", "run"),
        ("docker build -t churn .", "install"),
        ("docker compose -f docker-compose.yml up -d", "both"),
        ("docker run -p 80:80 churn", "both"),
        ("python train.py --epochs 3", "run"),
        ("CUDA_VISIBLE_DEVICES=0 python -u train.py", "run"),
        ("PS C:\\churn> python train.py", "run"),
        ("uv run python train.py", "run"),
        ("poetry run churn --help-me", "run"),
        ("sudo ./run.sh", "run"),
        ("bash run.sh", "run"),
        ("make train", "run"),
        ("churn predict data.csv", "run"),
        ("torchrun --nproc_per_node 2 train.py", "run"),
        ("uvicorn src.app.main:app", "run"),
        ("jupyter notebook notebooks/a.ipynb", "run"),
        ("python -m src.app.main", "run"),
        ("pytest tests", "tests"),
        ("make test", "tests"),
        ("python -m venv .venv", "neither"),
        ("pip install --upgrade pip", "neither"),
        ("conda create -n churn python=3.10 -y", "neither"),
        ("git clone https://github.com/acme/churn", "neither"),
        ("docker run hello-world", "neither"),
        ("python --version", "neither"),
        ("terraform -v", "neither"),
        ("azd auth login", "neither"),
        ("wandb login", "neither"),
        ("pip install", "neither"),
        ("zenml init", "neither"),
        ("make dataset_download", "neither"),
        ("make download_data", "neither"),
        ("Make setup", "install"),
        ("terraform apply", "run"),
    ],
)
def test_what_a_command_is_for(command: str, role: str) -> None:
    assert [found for found, _ in roles(fenced(command))][:1] == [role]


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("python missing.py", "no `missing.py`"),
        ("pip install -r requirements/dev.txt", "no `requirements/dev.txt`"),
        ("pipenv install", "no Pipfile"),
        ("make deploy", "no `deploy` in the Makefile"),
        ("dvc repro", "no dvc.yaml"),
        ("npm install", "no package.json"),
        ("python -m src.app.other", "no module `src.app.other`"),
        ("./start.sh", "no `start.sh`"),
        ("conda env create", "no environment.yml"),
        ("pipenv install requests", ""),
        ("pip install -r https://example.org/requirements.txt", ""),
        ("python $SCRIPT.py", ""),
    ],
)
def test_what_a_command_needs(command: str, missing: str) -> None:
    assert roles(fenced(command))[0][1] == missing


@pytest.mark.parametrize("language", ["setup", "train", "eval"])
def test_a_block_may_be_named_after_what_it_is_for(language: str) -> None:
    assert roles(fenced("$ python train.py", language=language)) == [("run", "")]


def test_a_path_is_meant_from_where_cd_led() -> None:
    text = fenced("git clone https://github.com/acme/churn && cd churn", "cd src/app", "python main.py", "cd ..")
    assert ("run", "") in roles(text)


def test_continued_lines_are_one_command() -> None:
    assert roles(fenced("python train.py \\", "  --epochs 3 \\", "  --lr 1")) == [("run", "")]


@pytest.mark.parametrize(
    "text",
    [
        "Run `python train.py` to train.",
        "To train, run python train.py in the root.",
        "    python train.py",
        "1. Train\n   ```\n   python train.py\n   ```",
        "> python train.py",
        fenced("from app.main import predict", "predict([1])", language="python"),
        fenced(">>> import churn_model", language="pycon"),
        fenced("import app", "app.main.predict()", language=""),
    ],
)
def test_where_a_run_command_may_stand(text: str) -> None:
    assert ("run", "") in roles(f"# Title\n\n{text}")


@pytest.mark.parametrize(
    "text",
    [
        "Run the notebook and then train.py.",
        "See `train.py` and `run.sh`.",
        fenced("├── Makefile   <- commands like `make train`", language=""),
        fenced("# python train.py"),
        fenced("import pandas as pd", "df = pd.read_csv('x')", language="python"),
        fenced('{"run": "python train.py"}', language="json"),
        "make sure that docker is there",
        "```\npython ....................................... no files to check Skipped\n```",
        "```\n./jupyter/\n```",
    ],
)
def test_what_is_no_command(text: str) -> None:
    assert roles(f"# Title\n\n{text}") == []


def test_linked_pages_count() -> None:
    files = {**TREE, "README.md": "[usage](docs/usage.md)", "docs/usage.md": fenced("make setup", "make train")}
    found = answer("readme-how-to-run", files)
    assert found.outcome is Outcome.PASS
    assert found.places == {"docs/usage.md:3", "docs/usage.md:4"}


def test_pages_linked_by_their_address_on_the_host_count() -> None:
    readme = "[usage](https://github.com/example/churn/blob/main/docs/usage.md)"
    files = {**TREE, "README.md": readme, "docs/usage.md": fenced("make setup", "make train")}
    assert answer("readme-how-to-run", files).outcome is Outcome.PASS
    assert answer("readme-how-to-run", {**TREE, "README.md": readme}).outcome is Outcome.FAIL


def test_no_readme_fails() -> None:
    assert answer("readme-how-to-run", {"train.py": ""}).outcome is Outcome.FAIL


def test_one_of_two_is_partial() -> None:
    found = answer("readme-how-to-run", {**TREE, "README.md": fenced("make setup", "python gone.py")})
    assert found.outcome is Outcome.PARTIAL
    assert "`python gone.py` cannot work: no `gone.py`" in found.messages


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "python " * 15_000, "`a b` " * 15_000, "pip install " * 8_000, "(" * 50_000]
)
@pytest.mark.parametrize("around", ["{}", "```\n{}\n```", "`{}`"])
def test_reading_instructions_takes_linear_time(text: str, around: str) -> None:
    facts = facts_of({"README.md": around.format(text)})
    start = time.process_time()
    assert isinstance(facts.get(Instructions).all, tuple)
    assert time.process_time() - start < 2


def test_programs_of_an_environment_that_is_not_activated() -> None:
    commands = "python3 -m venv .venv && .venv/bin/python -m pip install . && .venv/bin/python train.py"
    page = f"# A\n\n```sh\n{commands}\n```\n"
    files = {"README.md": page, "train.py": "print(1)\n", "pyproject.toml": "[project]\nname = 'a'\n"}
    found = answer("readme-how-to-run", files)
    assert found.outcome is Outcome.PASS, found.messages


def test_a_target_whose_script_is_gone_cannot_train_the_model() -> None:
    cell = "from sklearn.svm import SVC\nSVC().fit([[1]], [1])"
    book = json.dumps({"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": cell}]})
    files = {
        "README.md": "# M\n\n```\nmake train\n```\n",
        "Makefile": "train:\n\tpython src/train.py\n",
        "m.ipynb": book,
    }
    assert answer("model-obtainable", files).outcome.value == "fail"
    assert answer("model-obtainable", {**files, "src/train.py": "print(1)\n"}).outcome.value == "pass"
    assert answer("model-obtainable", {**files, "README.md": "# M\n"}).outcome.value == "pass"


@pytest.mark.parametrize(
    ("command", "expected"),
    [("bin/start_server", "pass"), ("bin/download_model", "partial"), ("bin/missing", "partial")],
)
def test_a_program_of_the_tree_runs_by_its_path(command: str, expected: str) -> None:
    readme = f"# it\n\n```sh\npip install -r requirements.txt\n{command}\n```\n"
    programs = {"bin/start_server": "uvicorn app:app\n", "bin/download_model": "curl -O https://example.com/m\n"}
    files = {"README.md": readme, "requirements.txt": "fastapi\n", "app.py": "import fastapi\n", **programs}
    assert outcome("readme-how-to-run", files) == expected
