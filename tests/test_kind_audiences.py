"""What a project is, told by who takes it up: importers, databases, other languages, whoever scores rows in bulk."""

from __future__ import annotations

import pytest

from tests.auditing import kind

TRAIN = "import torch\nloss = torch.nn.Linear(1, 1)(x).sum()\nloss.backward()\ntorch.optim.SGD(p).step()\n"
ESTIMATOR = (
    "from sklearn.base import BaseEstimator\n\nclass Ridge(BaseEstimator):\n"
    "    def fit(self, x, y):\n        return self\n"
)
SETUP = "from setuptools import setup\nsetup(name='ridges')\n"
SCORE = (
    "import joblib\nimport pandas as pd\n\ndef run(path):\n    rows = pd.read_csv(path)\n"
    "    rows['score'] = joblib.load('model.joblib').predict(rows)\n    rows.to_csv('scored.csv')\n\n"
    "if __name__ == '__main__':\n    run('rows.csv')\n"
)


def test_a_package_of_which_nothing_can_be_started_is_a_library() -> None:
    files = {"setup.py": SETUP, "ridges/__init__.py": "", "ridges/linear.py": ESTIMATOR}
    assert kind(files) == "library"
    assert kind({**files, "train.py": TRAIN}) == "training"
    assert kind({**files, "notebooks/study.ipynb": '{"cells": []}'}) == "training"
    assert kind({"requirements.txt": "scikit-learn\n", "ridges/linear.py": ESTIMATOR}) == "training"


def test_a_program_that_scores_rows_with_a_model_of_somebody_else_is_a_batch_job() -> None:
    assert kind({"src/score.py": SCORE}) == "batch"
    assert kind({"src/score.py": SCORE, "scripts/make_fixture.py": TRAIN}) == "batch"
    assert kind({"src/score.py": SCORE, "src/train.py": TRAIN}) == "training"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A pipeline for batch scoring of customers.", "batch"),
        ("Nightly predictions for every shop.", "batch"),
        ("We train in batches of 32.", "training"),
    ],
)
def test_scoring_in_bulk_may_be_what_the_readme_calls_it(said: str, expected: str) -> None:
    files = {"src/score.py": SCORE, "src/train.py": TRAIN, "README.md": f"# Shops\n\n{said}\n"}
    assert kind(files) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("create or replace model shop.churn options (model_type = 'logistic_reg') as select 1\n", "batch"),
        ("select * from ml.predict(model shop.churn, (select 1))\n", "batch"),
        ("select model from cars\n", "not-ml"),
    ],
)
def test_a_database_may_train_the_model(query: str, expected: str) -> None:
    assert kind({"dbt_project.yml": "name: shop\n", "models/churn.sql": query}) == expected


def test_a_title_may_call_it_a_store_of_features() -> None:
    files = {"src/store.py": "class Store:\n    def get(self, key):\n        return key\n"}
    assert kind({**files, "README.md": "# Feature store of trips\n"}) == "batch"
    assert kind({**files, "README.md": "# Store of trips\n"}) == "not-ml"


def test_a_program_that_trains_by_an_unknown_library_is_told_by_its_name_and_the_readme() -> None:
    files = {"src/train.py": "import detecting\n\ndetecting.Detector().run()\n"}
    assert kind({**files, "README.md": "# Training of an object detector\n"}) == "training"
    assert kind({**files, "README.md": "# Timetables\n\nHow to catch a train.\n"}) == "not-ml"


def test_a_package_that_is_installed_from_its_address_and_imported_is_a_library() -> None:
    started = f"{TRAIN}\nif __name__ == '__main__':\n    print(loss)\n"
    files = {"setup.py": SETUP, "ridges/__init__.py": started}
    shown = "```\nfrom ridges import Ridge\n```\n"
    address = "pip install git+https://git.example.com/me/ridges.git"
    assert kind({**files, "README.md": f"# Ridges\n\n`{address}`\n\n{shown}"}) == "library"
    assert (
        kind({**files, "README.md": f"# Ridges\n\n`git clone https://git.example.com/me/ridges`\n\n{shown}"})
        == "training"
    )


def test_a_paper_may_be_told_by_where_it_was_handed_in() -> None:
    assert kind({"train.py": TRAIN, "README.md": "# Nets\n\nFor our submission to NeurIPS2022.\n"}) == "research"
    assert kind({"train.py": TRAIN, "README.md": "# Nets\n\nA talk was heard at NeurIPS 2022.\n"}) == "training"


def test_features_built_on_a_schedule_are_a_batch_job() -> None:
    dag = "from airflow import DAG\n\nwith DAG('trips', schedule='@daily') as dag:\n    ...\n"
    assert kind({"dags/trips.py": dag, "README.md": "# Trips\n\nA feature store of taxi trips.\n"}) == "batch"
    assert kind({"dags/trips.py": dag, "README.md": "# Trips\n\nA warehouse of taxi trips.\n"}) == "not-ml"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pom.xml": "<artifactId>langchain4j-open-ai</artifactId>"}, "llm-app"),
        ({"bot.go": 'const url = "https://api.openai.com/v1/chat/completions"\n'}, "llm-app"),
        ({"bot.go": 'const url = "https://api.example.com/v1/weather"\n'}, "not-ml"),
        (
            {
                "Learn.cs": "class Tree {}\n",
                "README.md": "# Trees\n\nA machine learning library.\n\n[NuGet](https://www.nuget.org/packages/Trees)\n",
            },
            "library",
        ),
        ({"pom.xml": "<a>deeplearning4j-core</a>\n<a>spring-boot-starter-web</a>\n"}, "service"),
        ({"pom.xml": "<a>spring-boot-starter-web</a>\n"}, "not-ml"),
        ({"train.m": "net = 1;\n", "README.md": "# Vision\n\nTrains a neural network.\n"}, "training"),
    ],
)
def test_other_languages_are_told_by_manifests_addresses_and_the_readme(files: dict[str, str], expected: str) -> None:
    assert kind(files) == expected


def test_a_model_of_its_own_comes_first_where_the_readme_speaks_of_nothing_else() -> None:
    app = "import fastapi, joblib\napp = fastapi.FastAPI()\nm = joblib.load('m')\n@app.get('/p')\ndef p(x: float):\n"
    ask = "import openai\n\ndef ask(q):\n    return openai.OpenAI().chat.completions.create(messages=[q])\n"
    files = {"api/app.py": f"{app}    return m.predict([[x]])\n", **{f"pages/ask{n}.py": ask for n in range(5)}}
    assert kind({**files, "README.md": "# House price prediction\n"}) == "service"
    assert kind({**files, "README.md": "# An agent that explains house prices\n"}) == "llm-app"


def test_reproducing_results_means_research_where_a_paper_is_meant() -> None:
    link = "It follows [VGG](https://arxiv.org/abs/1409.1556).\n"
    assert kind({"train.py": TRAIN, "README.md": f"# Nets\n\nTo reproduce the results, run it. {link}"}) == "training"
    assert kind({"train.py": TRAIN, "README.md": "# Nets\n\nReproduces the results of the paper.\n"}) == "research"
    assert kind({"train.py": TRAIN, "README.md": "# Nets\n\nThe code of my\nmaster thesis.\n"}) == "research"


def test_weights_trained_after_somebody_elses_paper_are_no_release_of_it() -> None:
    readme = "# U-Net\n\nAn implementation of [U-Net](https://arxiv.org/abs/1505.04597).\n\nGet https://x.example.com/u.pth\n"
    assert kind({"train.py": TRAIN, "README.md": readme}) == "training"
    assert kind({"train.py": TRAIN, "README.md": f"{readme}\nWe release the weights of our model.\n"}) == "research"


def test_parts_of_one_system_are_no_projects_of_their_own() -> None:
    def described(*names: str) -> dict[str, str]:
        return {f"{name}/{file}": text for name in names for file, text in (("README.md", "# x\n"), ("main.py", TRAIN))}

    assert kind(described("data_pipeline", "model_pipeline", "serving")) == "training"
    assert kind(described("birds", "stocks", "reviews")) == "collection"


def test_a_repository_copied_into_a_shelf_of_libraries_is_not_the_projects_own() -> None:
    server = "import fastapi, joblib\napp = fastapi.FastAPI()\nm = joblib.load('m')\n@app.get('/p')\ndef p(x: float):\n"
    copied = {f"libraries/served/{name}": "x\n" for name in ("LICENSE", ".github/workflows/ci.yml")}
    copied["libraries/served/app.py"] = f"{server}    return m.predict([[x]])\n"
    assert kind({"train.py": TRAIN, **copied}) == "training"


def test_a_readme_may_lie_where_hosts_look_for_it() -> None:
    books = {f"notebooks/{name}.ipynb": '{"cells": []}' for name in ("nets", "trees", "shops")}
    books["notebooks/deep.ipynb"] = (
        '{"cells": [{"cell_type": "code", "source": "import torch\\ntorch.optim.SGD(p).step()\\nloss.backward()"}]}'
    )
    assert kind(books) == "notebooks"
    assert kind({**books, "docs/README.md": "# Deep learning tutorials\n"}) == "collection"


def test_what_builds_fixtures_for_tests_trains_nothing_for_the_project() -> None:
    assert kind({"src/score.py": SCORE, "src/build_fixture.py": TRAIN}) == "batch"
    assert kind({"src/score.py": SCORE, "src/build_features.py": TRAIN}) == "training"


def test_a_package_on_an_index_that_nothing_starts_is_imported_whatever_it_is_called() -> None:
    readme = (
        "# A chatbot and inference\n\n```\npip install talks\n```\n\n```python\nfrom talks import Model\n```\n\n"
        "The chatbot is an app.\n"
    )
    ask = "import openai\n\nclass Model:\n    def ask(self, q):\n"
    ask += "        return openai.OpenAI().chat.completions.create(q)\n"
    page = "import gradio as gr\nfrom talks.model import Model\n\ndef page():\n"
    page += "    gr.Interface(Model().ask, 'text', 'text').launch()\n"
    files = {"talks/__init__.py": "", "talks/model.py": ask, "talks/ui.py": page, "README.md": readme}
    setup = "from setuptools import setup\nsetup(name='talks'{})\n"
    assert kind({**files, "setup.py": setup.format("")}) == "library"
    command = ", entry_points={'console_scripts': ['talks=talks.ui:page']}"
    assert kind({**files, "setup.py": setup.format(command)}) == "llm-app"


def test_a_project_made_for_a_course_teaches_nothing_itself() -> None:
    stages = {
        f"{n}-{name}/main.py": TRAIN for n, name in enumerate(("introduction", "tracking", "deployment", "more"), 1)
    }
    said = "The final project of the [MLOps Zoomcamp](https://example.com)."
    assert kind({**stages, "README.md": f"# Store sales\n\n{said}\n"}) == "training"
    assert kind({**stages, "README.md": "# Store sales\n\nA course in four parts.\n"}) == "collection"
