"""Traps for the questions about training: whose model it is, preparation, guards and purpose in real projects."""

from __future__ import annotations

import pytest

from tests.auditing import answer, outcome

FIT = "from sklearn.svm import SVC\nmodel = SVC().fit(X, y)\n"


# Training code


def test_a_model_that_a_function_of_the_project_made_is_trained() -> None:
    files = {
        "models.py": (
            "from sktime.forecasting.naive import NaiveForecaster\nmodels = {'a': NaiveForecaster}\n\n"
            "def build_model(name):\n    model = models[name]()\n    return model\n"
        ),
        "train.py": (
            "import joblib\nfrom models import build_model\n\ndef train(model, y):\n    model.fit(y)\n\n"
            "train(build_model('a'), [1])\n"
        ),
        "serve.py": "import joblib\nprint(joblib.load('m.pkl').predict([1]))\n",
    }
    assert outcome("training-code-present", files) == "pass"


def test_files_of_a_model_that_is_published_on_a_hub_were_not_trained_here() -> None:
    app = "import onnxruntime\nfrom fetch import fetch\nonnxruntime.InferenceSession(f'{fetch()}/model.onnx')\n"
    fetch = (
        "from huggingface_hub import hf_hub_download as get\n\ndef fetch():\n    return get('acme/mini', 'x.onnx')\n"
    )
    assert outcome("training-code-present", {"app.py": app, "fetch.py": fetch}) == "not-applicable"
    assert outcome("training-code-present", {"app.py": app, "fetch.py": "def fetch():\n    return '.'\n"}) == "fail"


BASE = "from sklearn.base import BaseEstimator\n\nclass Base(BaseEstimator):\n"


@pytest.mark.parametrize(("method", "expected"), [("predict", "pass"), ("transform", "not-applicable")])
def test_an_estimator_may_inherit_half_of_what_it_does(method: str, expected: str) -> None:
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='lvq', packages=['lvq'])\n",
        "README.md": "# lvq\n\n```\npip install lvq\n```\n",
        "lvq/__init__.py": "from lvq.glvq import Glvq\n",
        "lvq/base.py": f"{BASE}    def fit(self, X, y): self.w = X.T @ y\n",
        "lvq/glvq.py": f"from lvq.base import Base\n\nclass Glvq(Base):\n    def {method}(self, X): return X\n",
    }
    assert outcome("training-code-present", files) == expected


@pytest.mark.parametrize(
    "code",
    [
        "import tensorflow as tf\nstep = tf.train.AdamOptimizer(0.1).minimize(loss)\n",
        "import tensorflow as tf\noptimizer = tf.keras.optimizers.Adam()\noptimizer.apply_gradients(pairs)\n",
        "import tensorflow as tf\nclass Net(tf.keras.Model):\n    def train_step(self, data):\n"
        "        self.optimizer.apply_gradients(pairs)\n",
        "import chainer\noptimizer = chainer.optimizers.Adam()\noptimizer.update(model, x, t)\n",
        "from chainer import training\ntraining.Trainer(updater, (20, 'epoch')).run()\n",
    ],
)
def test_a_step_of_an_optimizer_trains(code: str) -> None:
    assert outcome("training-code-present", {"train.py": code}) == "pass"


MODEL = "from sklearn.svm import SVC\n\ndef train(X, y):\n    return SVC().fit(X, y)\n"


# Preprocessing in modules


def test_a_published_model_fetched_by_name_is_not_the_project_s() -> None:
    load = "whisper.load_model(name='small', download_root='~/.cache/whisper')"
    app = f"import whisper\nmodel = {load}\nmodel.transcribe('a')\n"
    for check in ("preprocessing-in-modules", "training-code-present", "results-reported"):
        assert outcome(check, {"app.py": app}) == "not-applicable"
    own = app.replace("name='small', download_root='~/.cache/whisper'", "'weights/own.pt'")
    assert outcome("training-code-present", {"app.py": own}) == "fail"


def test_a_step_that_reads_a_table_and_writes_another_prepares() -> None:
    step = (
        "import pandas as pd\n\ndef main(source, target):\n    rows = pd.read_csv(source)\n"
        "    rows[['a', 'b']].to_parquet(target)\n"
    )
    assert outcome("preprocessing-in-modules", {"prep.py": step, "train.py": MODEL}) == "pass"


def test_messages_for_a_language_model_are_prepared_too() -> None:
    app = (
        "from langchain_openai import ChatOpenAI\n\ndef prepare_messages(messages):\n    kept = messages[-9:]\n"
        "    return [('system', 's'), *kept]\n"
    )
    asks = "from langchain_openai import ChatOpenAI\nChatOpenAI(model='m').invoke('a')\n"
    assert outcome("preprocessing-in-modules", {"app.py": app, "chat.py": asks}) == "pass"
    assert outcome("preprocessing-in-modules", {"chat.py": asks}) == "not-applicable"


# Libraries, notebooks and stores


def test_numbers_that_come_ready_made_need_no_preparing() -> None:
    cell = (
        "from sklearn.datasets import load_wine\\nfrom sklearn.svm import SVC\\n"
        "from sklearn.model_selection import train_test_split\\nX, y = load_wine(return_X_y=True)\\n"
        "a, b, c, d = train_test_split(X, y)\\nSVC().fit(a, c)"
    )
    book = '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "' + cell + '"}]}'
    assert outcome("preprocessing-in-modules", {"a.ipynb": book}) == "not-applicable"
    scaled = book.replace("SVC().fit", "StandardScaler().fit(a)\\nSVC().fit").replace(
        "sklearn.svm import SVC", "sklearn.svm import SVC\\nfrom sklearn.preprocessing import StandardScaler"
    )
    assert outcome("preprocessing-in-modules", {"a.ipynb": scaled}) == "fail"


# What it is for


def test_a_purpose_without_a_decision_or_a_measure_is_half_stated() -> None:
    readme = "# House prices\n\n## Objective\nHelps buyers to see what a flat is worth before they visit it.\n"
    assert outcome("business-outcome-stated", {"README.md": readme, "train.py": FIT}) == "partial"
    bare = "# House prices\n\nA gradient boosting model with an R2 of 0.8 on the test set of the data.\n"
    assert outcome("business-outcome-stated", {"README.md": bare, "train.py": FIT}) == "fail"


def test_a_readme_with_half_of_the_fields_is_half_a_card() -> None:
    readme = (
        "# Model\n\n## Purpose\nIt tells buyers what a flat in the city is worth, before they go and visit it.\n\n"
        "## Dataset\nTen thousand offers of the years 2019 to 2022, collected from the pages of three agencies.\n\n"
        "## Usage\n```\npython predict.py\n```\n\n## License\nMIT\n"
    )
    train = "import joblib\nfrom sklearn.svm import SVC\njoblib.dump(SVC().fit(X, y), 'model.joblib')\n"
    assert outcome("model-documented", {"README.md": readme, "train.py": train}) == "partial"


# How other projects do the same


def test_a_table_that_is_read_and_filled_in_one_go_is_prepared() -> None:
    code = "import pandas as pd\nfrom sklearn.svm import SVC\n\ndef rows():\n    return pd.read_csv('x').fillna(0)\n"
    assert outcome("preprocessing-in-modules", {"train.py": code + "SVC().fit(rows(), y)\n"}) == "pass"
    script = "import pandas as pd\nfrom sklearn.svm import SVC\ndf = pd.read_csv('x').fillna(0)\nSVC().fit(df, y)\n"
    assert outcome("preprocessing-in-modules", {"train.py": script}) == "partial"


def test_a_matrix_that_a_script_writes_is_made_here() -> None:
    make = "import pickle\nfrom scipy.spatial.distance import cdist\npickle.dump(cdist(v, v), open('s.pkl', 'wb'))\n"
    app = "import pickle\nsimilarity = pickle.load(open('s.pkl', 'rb'))\n"
    assert outcome("training-code-present", {"make.py": make, "app.py": app}) == "pass"
    assert outcome("training-code-present", {"make.py": make.replace("s.pkl", "t.pkl"), "app.py": app}) == "fail"


def test_what_a_page_cleans_for_itself_is_not_what_the_notebook_trained_on() -> None:
    cell = "import pandas as pd\\nfrom sklearn.svm import SVC\\ndf = pd.read_csv('x').fillna(0)\\nSVC().fit(df, y)"
    book = '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "' + cell + '"}]}'
    page = (
        "import pickle\nimport pandas as pd\nimport streamlit as st\nmodel = pickle.load(open('m.pkl', 'rb'))\n"
        "rows = pd.read_csv('shown.csv').dropna()\nst.write(model.predict(rows))\n"
    )
    assert outcome("preprocessing-in-modules", {"a.ipynb": book, "app.py": page}) == "fail"


LOOP = """
import pytorch_lightning as pl
from data import *
from net import *

net = Net()
pl.Trainer().fit(net)
print(net.predict(loader))
"""
NET = """
import torch
from base import Base

class Net(Base):
    def forward(self, x):
        return self.layers(x)

    def predict(self, loader):
        with torch.no_grad():
            x, y = next(iter(loader))
            return self(x), y
"""
LIGHTNING = "import pytorch_lightning as pl\n\nclass Base(pl.LightningModule):\n    pass\n"


def test_a_network_that_only_its_training_script_asks_has_no_way_in() -> None:
    files = {"run.py": LOOP, "net.py": NET, "base.py": LIGHTNING, "data.py": "loader = []\n"}
    assert outcome("inference-entry-point", files) == "fail"
    assert outcome("inference-logged", files) == "not-applicable"
    asset = (
        "import torch\nfrom dagster import asset\n\n@asset\ndef predict_rain(model, rows):\n"
        "    with torch.no_grad():\n        return model(rows)\n"
    )
    jobs = "from asset import predict_rain\nfrom run import net\n\njobs = job([predict_rain, net.fit(rows)])\n"
    assert outcome("inference-entry-point", {**files, "asset.py": asset, "jobs.py": jobs}) == "pass"
    use = "from net import Net\n\nnet = Net.load_from_checkpoint('a.ckpt')\nprint(net.predict(rows))\n"
    assert outcome("inference-entry-point", {**files, "use.py": use}) == "pass"


def test_a_graph_of_tensorflow_1_is_trained_by_its_session() -> None:
    code = (
        "import tensorflow as tf\n\ndef step(loss):\n    return tf.train.AdamOptimizer(0.1).minimize(loss)\n\n"
        "with tf.train.MonitoredTrainingSession() as session:\n    session.run(step(loss))\n"
    )
    assert outcome("training-code-present", {"train.py": code}) == "pass"
    asked = code.replace("minimize", "get_slot_names").replace("Monitored", "Some")
    assert outcome("training-code-present", {"train.py": asked}) == "not-applicable"


def test_an_application_that_trains_nothing_shares_no_preprocessing() -> None:
    index = (
        "import pickle\nfrom sklearn.feature_extraction.text import TfidfVectorizer\n\nvectorizer = TfidfVectorizer()\n"
        "rows = vectorizer.fit_transform(open('a.txt'))\npickle.dump(rows, open('rows.pkl', 'wb'))\n"
    )
    app = (
        "from fastapi import FastAPI\nfrom openai import OpenAI\n\napp = FastAPI()\n\n@app.post('/chat')\n"
        "def chat(q: str):\n    return OpenAI().chat.completions.create(model='m', messages=[{'content': q.strip()}])\n"
    )
    assert outcome("preprocessing-shared", {"index.py": index, "app.py": app}) == "not-applicable"


SERVED = (
    "import clip\nimport torch\nimport tensorflow_hub as hub\nfrom flask import Flask\nfrom ultralytics import YOLO\n\n"
    "app = Flask(__name__)\nmodel = MODEL\n\n@app.route('/predict')\ndef predict():\n    return model(x)\n"
)


@pytest.mark.parametrize(
    ("model", "trained", "obtainable"),
    [
        ("YOLO('yolov8n.pt')", "not-applicable", "pass"),
        ("YOLO('weights/best.pt')", "fail", "fail"),
        ("torch.hub.load('pytorch/vision', 'resnet18', pretrained=True)", "not-applicable", "pass"),
        ("torch.hub.load('ultralytics/yolov5', 'custom', path='yolov5s.pt')", "not-applicable", "pass"),
        ("torch.hub.load('ultralytics/yolov5', 'custom', path='runs/best.pt')", "fail", "fail"),
        ("hub.load('https://tfhub.dev/google/universal-sentence-encoder/4')", "not-applicable", "pass"),
        ("clip.load('ViT-B/32')", "not-applicable", "pass"),
        ("torch.load('fasterrcnn_resnet50_fpn.pth')", "not-applicable", "fail"),
        ("torch.load('resnet50-0676ba61.pth')", "not-applicable", "fail"),
        ("torch.load('resnet50.pth')", "fail", "fail"),
        ("torch.load('yolov8n_cars.pt')", "fail", "fail"),
    ],
)
def test_who_trained_a_model_shows_in_the_name_of_its_file(model: str, trained: str, obtainable: str) -> None:
    files = {"app.py": SERVED.replace("MODEL", model)}
    assert outcome("training-code-present", files) == trained
    assert outcome("results-reported", {**files, "README.md": "# App\n"}) == trained
    assert outcome("model-obtainable", files) == obtainable


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("api/README.md", "- `aws s3 cp s3://models/churn.pth .`", "pass"),
        ("Dockerfile", "FROM python:3.12\nRUN wget https://models.example.com/churn.pth\n", "pass"),
        ("get.sh", "gdown --id 12 -O churn.pth\n", "pass"),
        ("get.sh", "curl -L \\\n  -o churn.pth https://models.example.com/1\n", "pass"),
        ("get.sh", "gdown --id 12 -O other.pth\n", "fail"),
        ("put.sh", "aws s3 cp churn.pth s3://models/churn.pth\n", "fail"),
        ("put.sh", "curl -F file=@churn.pth https://models.example.com/\n", "fail"),
        ("api/README.md", "Put `churn.pth` beside the application.", "fail"),
        ("get.sh", "aws s3 ls\ncat churn.pth\n", "fail"),
    ],
)
def test_a_command_that_fetches_the_file_makes_it_obtainable(path: str, text: str, expected: str) -> None:
    app = SERVED.replace("MODEL", "torch.load('churn.pth')")
    assert outcome("model-obtainable", {"api/app.py": app, path: text}) == expected


def test_a_checkpoint_that_is_restored_was_not_fetched_by_a_name() -> None:
    code = (
        "import tensorflow as tf\n\nsaver = tf.train.Saver()\n"
        "saver.restore(session, tf.train.latest_checkpoint(folder))\n"
    )
    said = answer("model-obtainable", {"demo.py": code}).findings[0].message
    assert "by its name" not in said


MATRIX = (
    "import pickle\nimport pandas as pd\nfrom sklearn.metrics.pairwise import cosine_similarity\n\n"
    "rows = pd.read_csv('films.csv')\nalike = cosine_similarity(rows)\n"
)


def test_similarities_that_are_written_are_what_a_recommender_learns() -> None:
    app = "import pickle\nfrom flask import Flask\n\nalike = pickle.load(open('alike.pkl', 'rb'))\n"
    made = {"app.py": app, "make.py": MATRIX + "pickle.dump(alike, open('alike.pkl', 'wb'))\n"}
    assert outcome("training-code-present", made) == "pass"
    assert outcome("data-versioned", made) == "fail"
    assert outcome("data-versioned", {**made, "films.csv": "a\n1\n"}) == "pass"
    assert outcome("seeds-fixed", made) == "not-applicable"
    shown = {"make.py": MATRIX + "print(alike)\n"}
    assert outcome("training-code-present", shown) == "not-applicable"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("steps/prepare_data.py", "pass"), ("steps/featurize.py", "pass"), ("steps/deploy.py", "fail")],
)
def test_a_step_of_a_pipeline_is_named_by_its_file(path: str, expected: str) -> None:
    step = "def run(cfg, spark):\n    frame = spark.range(9)\n    frame.write.save(cfg.path)\n"
    train = "from sklearn.svm import SVC\n\ndef run(X, y):\n    return SVC().fit(X, y)\n"
    assert outcome("preprocessing-in-modules", {path: step, "steps/train.py": train}) == expected
