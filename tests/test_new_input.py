"""Where a model is asked about something new: loaded by any library, in scripts that train, and in notebooks."""

from __future__ import annotations

import json

import pytest

from ml_readiness.facts.modelling.lifecycle import Lifecycle
from tests.auditing import answer, facts_of, outcome

FIT = "from sklearn.svm import SVC\nm = SVC().fit(X, y)\n"


def notebook(code: str) -> dict[str, str]:
    """A repository of one notebook."""
    cells = [{"cell_type": "code", "source": code}]
    return {"use.ipynb": json.dumps({"nbformat": 4, "metadata": {}, "cells": cells})}


def entry(files: dict[str, str]) -> str:
    """The answer about predictions on new input."""
    return answer("inference-entry-point", files).outcome.value


@pytest.mark.parametrize(
    "code",
    [
        "from pyspark.ml import PipelineModel\nm = PipelineModel.load('m')\nm.transform(rows).write.parquet('out')\n",
        "from statsmodels.api import load\nm = load('m.pickle')\nprint(m.predict(rows))\n",
        "from prophet.serialize import model_from_json\nm = model_from_json(text)\nprint(m.predict(rows))\n",
        "import xgboost as xgb\nm = xgb.Booster()\nm.load_model('m.json')\nprint(m.predict(xgb.DMatrix(rows)))\n",
        "from catboost import CatBoostClassifier\nm = CatBoostClassifier().load_model('m')\nprint(m.predict(rows))\n",
    ],
)
def test_a_model_of_any_library_is_loaded_and_asked(code: str) -> None:
    assert entry({"predict.py": code}) == "pass"


def test_rows_that_are_written_out_are_new_to_the_model() -> None:
    for asked, expected in (("[[5.1, 3.5]]", "partial"), ("X_test", "fail")):
        assert entry({"train.py": f"{FIT}print(m.predict({asked}))\n"}) == expected
        assert entry(notebook(f"{FIT}print(m.predict({asked}))\n")) == expected


def test_a_function_for_one_input_in_a_notebook_is_half_a_way_in() -> None:
    load = "import torch\nnet.load_state_dict(torch.load('m.pt'))\n"
    assert entry(notebook(load + "def predict_breed(net, img_path):\n    return net(read(img_path))\n")) == "partial"
    assert entry(notebook(load + "def evaluate(net, loader):\n    return net(loader)\n")) == "fail"


@pytest.mark.parametrize(
    "asked",
    [
        "def ask(build: Callable, rows):\n    model = build()\n    return model.predict(rows)\n",
        "def ask(model: Any, rows):\n    return model.predict(rows)\n",
        "@dataclass\nclass Kept:\n    model: Any\n\n\ndef ask(its: Kept, rows):\n    return its.model.predict(rows)\n",
        "def ask(request: Request, rows):\n    return request.app.state.model.predict(rows)\n",
    ],
)
def test_a_model_is_asked_wherever_a_program_keeps_it(asked: str) -> None:
    head = (
        "from dataclasses import dataclass\nfrom typing import Any, Callable\n\nimport joblib\nimport sklearn\n"
        "from fastapi import Request\n\nkept = joblib.load('m.joblib')\n\n\n"
    )
    assert [site.call.method for site in facts_of({"ask.py": head + asked}).get(Lifecycle).predicting] == ["predict"]


def test_a_function_that_is_given_the_truth_measures() -> None:
    fit = "from sklearn.svm import SVC\n\nmodel = SVC().fit(X, y)\n\n"
    measures = "def calc_score(X_test, y_test):\n    return metric(y_test, model.predict(X_test))\n"
    assert entry({"train.py": fit + measures}) == "fail"
    answers = "def score_rows(rows):\n    return model.predict(rows)\n"
    assert entry({"train.py": fit + answers}) == "partial"


def test_a_function_that_is_handed_a_loaded_network_asks_it() -> None:
    code = (
        "import sys\nimport torch\n\ndef generate(decoder, start):\n    return decoder(start, None)\n\n"
        "if __name__ == '__main__':\n    network = torch.load(sys.argv[1])\n    print(generate(network, sys.argv[2]))\n"
    )
    assert outcome("inference-entry-point", {"generate.py": code}) == "pass"
    assert outcome("inference-entry-point", {"generate.py": code.replace("torch.load", "open")}) != "pass"


SAMPLER = (
    "import torch\n\n\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        return x\n\n\n"
    "@torch.no_grad()\ndef generate(model, start):\n    return model(start)\n\n\n"
    "def show(model):\n    print(generate(model, torch.zeros(1)))\n\n\n"
    "net = Net()\nLOADING\nbest = torch.optim.SGD(net.parameters())\nloss = net(rows).sum()\nloss.backward()\n"
    "best.step()\nshow(net)\n"
)


def test_a_script_that_trains_may_also_give_samples_of_what_it_saved() -> None:
    loads = "if only_samples:\n    net.load_state_dict(torch.load('net.pt'))\n    show(net)"
    assert entry({"net.py": SAMPLER.replace("LOADING", loads)}) == "pass"
    assert entry({"net.py": SAMPLER.replace("LOADING", "")}) != "pass"
