"""What a project is: traps for the kinds that are told by words and places rather than by calls."""

from __future__ import annotations

import pytest

from ml_readiness.facts.project.members import Members
from tests.auditing import answer, facts_of, kind

TRAIN = "import torch\nloss = torch.nn.Linear(1, 1)(x).sum()\nloss.backward()\ntorch.optim.SGD(p).step()\n"
SETUP = "from setuptools import setup\nsetup(name='driver', classifiers=['Development Status :: 4 - Beta'])\n"


def test_a_package_that_shows_how_it_is_imported_and_calls_itself_a_library_is_one() -> None:
    readme = "# Driver: a self driving library\n\n```python\nfrom driver import Vehicle\n```\n"
    files = {"setup.py": SETUP, "driver/__init__.py": "", "driver/model.py": TRAIN, "README.md": readme}
    assert kind(files) == "library"
    assert kind({**files, "README.md": "# Driver\n\n```python\nfrom driver import Vehicle\n```\n"}) == "training"
    assert kind({**files, "README.md": "# Driver: a library\n\n`python train.py`\n"}) == "training"
    assert kind({**files, "setup.py": "from setuptools import setup\nsetup(name='driver')\n"}) == "training"


def test_an_official_tutorial_of_a_framework_is_no_paper() -> None:
    readme = "# PyTorch\nRead the [Official PyTorch Tutorial](https://example.com) first.\n"
    assert kind({"train.py": TRAIN, "README.md": readme}) == "training"


def test_a_venue_and_a_paper_make_research() -> None:
    readme = "# Autoformer (NeurIPS 2021)\n\nSee the [paper](https://arxiv.org/abs/2106.13008).\n"
    assert kind({"train.py": TRAIN, "README.md": readme}) == "research"
    assert kind({"train.py": TRAIN, "README.md": "# Titanic\n\nData of KDD 99.\n"}) == "training"


def test_numbered_lessons_below_a_shared_folder_are_a_collection() -> None:
    lessons = {f"tutorials/0{n}-{name}/main.py": TRAIN for n, name in enumerate(("basics", "nets", "gans", "utils"))}
    assert kind({**lessons, "README.md": "# A tutorial for researchers\n"}) == "collection"


def test_where_there_is_nothing_but_examples_they_are_what_is_asked_about() -> None:
    sample = "import torch\nmodel = torch.load('m.pt')\n\ndef generate(x):\n    return model(x)\n\nprint(generate(1))\n"
    assert answer("inference-entry-point", {"tutorials/captions/sample.py": sample}).outcome.value == "pass"
    beside = {"tutorials/captions/sample.py": sample, "src/train.py": TRAIN}
    assert answer("inference-entry-point", beside).outcome.value == "fail"


def test_lessons_on_one_shelf_are_a_collection() -> None:
    lessons = {f"tutorials/0{n}-basics/main.py": TRAIN for n in range(1, 5)}
    assert kind({**lessons, "README.md": "# Tutorials\n\nA tutorial for everyone.\n"}) == "collection"


def test_numbered_steps_of_one_pipeline_are_none() -> None:
    steps = {f"src/0{n}_step.py": TRAIN for n in range(1, 5)}
    assert kind({**steps, "README.md": "# Churn\n\nMy project for the course.\n"}) == "training"


def test_paper_code_gives_weights_away_and_names_its_paper() -> None:
    readme = (
        "# Net\n\nSee [our paper](https://ai.example.com/research/publications/net/).\n\n"
        "| model |\n|---|\n| [R50](https://dl.example.com/net-r50.pth) |\n"
    )
    assert kind({"main.py": TRAIN, "README.md": readme}) == "research"
    assert kind({"main.py": TRAIN, "README.md": "# Net\n\nAn official PyTorch tutorial was followed.\n"}) == "training"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "deploy/online.yml",
            "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\nname: blue\n",
        ),
        (
            "k8s/model.yaml",
            "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: churn\n",
        ),
        ("Dockerfile", 'FROM python:3.11\nCMD ["sh", "-c", "mlflow models serve -m model -p 80"]\n'),
        ("docker-compose.yml", "services:\n  model:\n    image: tensorflow/serving:2.14\n"),
        (
            "deploy.py",
            "from sagemaker.sklearn import SKLearnModel\n\nSKLearnModel(model_data='x').deploy(1, 'ml.m5.large')\n",
        ),
    ],
)
def test_a_model_behind_somebody_elses_server_is_a_service(path: str, text: str) -> None:
    assert kind({"train.py": TRAIN}) == "training"
    assert kind({"train.py": TRAIN, path: text}) == "service"


@pytest.mark.parametrize(
    "readme",
    [
        "[![PyPI](https://badge.fury.io/py/rover.svg)](https://badge.fury.io/py/rover)\n",
        "![conda](https://anaconda.org/conda-forge/rover/badges/version.svg)\n",
        "[![Downloads](https://static.pepy.tech/badge/rover/month)](https://pepy.tech/projects/rover)\n",
    ],
)
def test_a_badge_of_a_published_package_makes_a_library(readme: str) -> None:
    files = {"setup.py": "from setuptools import setup\nsetup(name='rover')\n", "rover/__init__.py": TRAIN}
    assert kind({**files, "README.md": readme}) == "library"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("The rover library is two files.", "library"),
        ("To `import rover` in your project:", "library"),
        ("We train a rover on the library of the city.", "training"),
    ],
)
def test_a_package_that_is_taken_from_its_clone_is_a_library(said: str, expected: str) -> None:
    readme = f"# rover\n\n{said}\n\n```\npip install -e .\n```\n\n```python\nfrom rover import fit\n```\n"
    files = {"setup.py": "from setuptools import setup\nsetup(name='Rover')\n", "rover/__init__.py": TRAIN}
    assert kind({**files, "README.md": readme}) == expected


def test_a_file_called_like_a_library_is_not_what_others_import() -> None:
    app = "from fastapi import FastAPI\nimport joblib\napp = FastAPI()\nm = joblib.load('m')\n"
    app += "@app.get('/p')\ndef p(x: float):\n    return m.predict([[x]])\n"
    files = {"lessons/fastapi.py": "def nothing(): ...\n", "service/main.py": app}
    assert kind(files) == "service"


def test_lessons_are_the_members_where_they_take_in_more_than_described_folders() -> None:
    lessons = {f"tutorials/0{n}-part/net{n}/main.py": TRAIN for n in range(1, 5)}
    files = {**lessons, "README.md": "# A tutorial\n", "tutorials/04-part/net4/README.md": "# Net\n"}
    assert facts_of(files).get(Members).folders == tuple(f"tutorials/0{n}-part" for n in range(1, 5))


def test_a_pipeline_that_scores_at_set_times_is_a_batch_job() -> None:
    trigger = "triggers:\n- name: daily\n  schedule_interval: '@daily'\n  schedule_type: {}\n"
    path = "shop/pipelines/batch_inference/triggers.yaml"
    assert kind({"train.py": TRAIN, path: trigger.format("time")}) == "batch"
    assert kind({"train.py": TRAIN, path: trigger.format("api")}) == "training"
