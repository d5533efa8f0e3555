"""Who a project is for: what is installed may be a library or a program, and a model may be helper or heart."""

from __future__ import annotations

import pytest

from tests.auditing import kind

ASK = "import openai\n\n\ndef ask(text):\n    return openai.chat.completions.create(model='m', messages=[text])\n"
TRAIN = "from sklearn.linear_model import Ridge\n\n\ndef train(x, y):\n    return Ridge().fit(x, y)\n"
TUNE = "from transformers import Trainer\nimport agents\nTrainer(model=agents.m).train()\n"
PYPROJECT = "[project]\nname = 'scribe'\n[project.scripts]\nscribe = 'scribe.cli:main'\n"
PACKAGE = {"pyproject.toml": PYPROJECT, "scribe/__init__.py": "", "scribe/ask.py": ASK}
INSTALL = "# Scribe\n\n{said}\n\n```\npip install scribe\n```\n"
IMPORT = "\n```python\nfrom scribe import Scribe\n```\n\nAnd\n\n```python\nimport scribe\n```\n"


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        (INSTALL.format(said="Scribe is a library for structured answers.") + IMPORT, "library"),
        (INSTALL.format(said="Structured answers.") + IMPORT, "library"),
        (
            INSTALL.format(said="Scribe is an agent that writes your code.") + "\n```\nscribe my-project\n```\n",
            "llm-app",
        ),
        (INSTALL.format(said="It writes your code.") + "\nThen run `scribe my-project`.\n", "llm-app"),
        (INSTALL.format(said="A CLI tool and Python library.") + "\n```\nscribe hello\n```\n", "llm-app"),
    ],
)
def test_what_asks_a_language_model_is_a_library_if_it_is_imported_and_a_program_if_it_is_run(
    readme: str, expected: str
) -> None:
    assert kind({**PACKAGE, "README.md": readme}) == expected


def test_an_agent_with_pages_that_the_repository_starts_is_an_application_though_it_can_be_imported() -> None:
    readme = INSTALL.format(said="Scribe is a framework for a self-building agent.") + IMPORT
    page = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef home():\n    return 'hello'\n"
    start = "from scribe.page import app\n\nif __name__ == '__main__':\n    app.run()\n"
    assert kind({**PACKAGE, "README.md": readme}) == "library"
    assert kind({**PACKAGE, "README.md": readme, "scribe/page.py": page, "main.py": start}) == "llm-app"


def test_a_published_widget_whose_sample_page_imports_a_language_model_is_no_application() -> None:
    page = (
        "import streamlit as st\nimport openai\nimport torch\nst.title('x')\nst.write(torch.load('m.pt')(openai.key))\n"
    )
    readme = INSTALL.format(said="Streams video in Streamlit.") + IMPORT
    files = {"pyproject.toml": PYPROJECT, "scribe/__init__.py": "", "pages/chat.py": page, "README.md": readme}
    assert kind(files) == "library"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A RAG chatbot over your PDFs.", "llm-app"),
        ("Predicts the price of a house; ask about it in plain words.", "service"),
    ],
)
def test_the_readme_says_whether_the_language_model_or_the_own_model_comes_first(said: str, expected: str) -> None:
    load = "import joblib\n\n\ndef price(x):\n    return joblib.load('m.joblib').predict(x)\n"
    route = "from fastapi import FastAPI\nfrom ask import ask\nfrom price import price\napp = FastAPI()\n\n\n"
    route += "@app.get('/p')\ndef p(x: float):\n    return ask(str(price([[x]])))\n"
    files = {"ask.py": ASK, "price.py": load, "train.py": TRAIN, "api.py": route}
    assert kind({**files, "README.md": f"# Home\n\n{said}\n"}) == expected


def test_tuning_a_language_model_that_nobody_can_talk_to_is_no_application() -> None:
    cited = "# Tuner\n\nThis repo supports the paper.\n\n```\n@misc{tuner,\n}\n```\nhttps://arxiv.org/abs/2305.14314\n"
    files = {"train.py": TUNE, "eval/judge.py": ASK}
    assert kind({**files, "README.md": cited}) == "research"
    assert kind({**files, "README.md": "# Tuner\n"}) == "training"
    chat = "import gradio as gr\nfrom answer import ask\n\ngr.ChatInterface(ask).launch()\n"
    assert kind({**files, "answer.py": ASK, "app.py": chat, "README.md": "# Tuner\n"}) == "llm-app"


def test_steps_of_a_pipeline_that_score_make_a_batch_job() -> None:
    step = "import dagster as dg\nfrom shop.model import ask\n\n\n@dg.asset\ndef rows():\n    return ask([])\n"
    model = "import sklearn\n\n\ndef ask(x, model):\n    return model.predict_proba(x)\n"
    assert kind({"shop/assets/batch/scored.py": step, "shop/model.py": model}) == "batch"
    assert kind({"shop/assets/fitted.py": step, "shop/model.py": model}) == "training"


def test_a_detail_that_learns_makes_no_project_of_learning() -> None:
    others = {f"quotes/part{n}.py": "def get():\n    return 1\n" for n in range(25)}
    files = {**others, "quotes/gaps.py": "from sklearn.cluster import DBSCAN\nDBSCAN().fit(x)\n"}
    assert kind({**files, "README.md": "# Quotes\n\nFetches prices from a web page.\n"}) == "not-ml"
    assert kind({**files, "README.md": "# Quotes\n\nClusters prices of a web page.\n"}) == "training"
    assert kind({**files, "README.md": ""}) == "training"


def test_an_argument_called_filename_names_no_package() -> None:
    setup = "from setuptools import setup\ndef read(filename='requirements.txt'): ...\nsetup(name='rover')\n"
    readme = "# Rover\n\nTrain it.\n\n```\npip install -r requirements.txt\n```\n"
    started = f"{TRAIN}\n\nif __name__ == '__main__':\n    train([[1]], [1])\n"
    assert kind({"setup.py": setup, "rover/__init__.py": started, "README.md": readme}) == "training"


def test_a_script_that_scores_by_the_clock_is_a_batch_job() -> None:
    score = "import joblib\nimport pandas as pd\nprint(joblib.load('m.joblib').predict(pd.read_csv('new.csv')))\n"
    clock = "on:\n  schedule:\n  - cron: '0 5 * * *'\njobs:\n  s:\n    steps:\n    - run: python {}.py\n"
    files = {"score.py": score, "report.py": "print(1)\n"}
    assert kind({**files, ".github/workflows/daily.yml": clock.format("score")}) == "batch"
    assert kind({**files, ".github/workflows/daily.yml": clock.format("report")}) == "training"
