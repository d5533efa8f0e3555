"""Other ways in which real projects answer requests: what each means for the kind, the requests and the health."""

from __future__ import annotations

import pytest

from ml_readiness.facts.project.project import Project
from tests.auditing import answer, facts_of, outcome

MODEL = "import joblib\nm = joblib.load('m')\n"
IDIOMS: dict[str, tuple[dict[str, str], str, str, str]] = {
    "a Lambda is started for each request": (
        {"lambda_function.py": MODEL + "def lambda_handler(event, context):\n    return m.predict([event['x']])\n"},
        "service", "fail", "not-applicable",
    ),
    "a scoring script of Azure ML is run by a managed server": (
        {"score.py": "import joblib, json\ndef init():\n    global m\n    m = joblib.load('m')\n"
                     "def run(raw_data):\n    return m.predict(json.loads(raw_data)['data'])\n"},
        "service", "fail", "pass",
    ),
    "so is an inference script of SageMaker": (
        {"inference.py": "import joblib\ndef model_fn(model_dir):\n    return joblib.load(model_dir)\n"
                         "def predict_fn(x, model):\n    return model.predict(x)\n"},
        "service", "fail", "pass",
    ),
    "functions called as SageMaker would, but by a route of the project's own": (
        {"api/inference.py": "import joblib\ndef model_fn(model_dir):\n    return joblib.load(model_dir)\n"
                             "def predict_fn(x, model):\n    return model.predict(x)\n",
         "api/app.py": "from flask import Flask, request\nfrom inference import model_fn, predict_fn\n"
                       "app = Flask('a')\nm = model_fn('m')\n@app.post('/p')\ndef p():\n"
                       "    return str(predict_fn(request.get_json()['x'], m))\n"},
        "service", "fail", "fail",
    ),
    "so is the handler of an inference endpoint": (
        {"handler.py": "from transformers import pipeline\nclass EndpointHandler:\n    def __init__(self, path=''):\n"
                       "        self.p = pipeline('ner', model=path)\n    def __call__(self, data):\n"
                       "        return self.p(data['inputs'])\n"},
        "service", "fail", "pass",
    ),
    "views are named in another file": (
        {"shop/views.py": MODEL + "def predict(request):\n    return m.predict([[float(request.POST['x'])]])\n",
         "shop/urls.py": "from django.urls import path\nfrom . import views\nurls = [path('p/', views.predict)]\n"},
        "service", "partial", "fail",
    ),
    "a deployment of Ray Serve is a decorated class": (
        {"serve.py": "from ray import serve\nimport joblib\n@serve.deployment\nclass M:\n    def __init__(self):\n"
                     "        self.m = joblib.load('m')\n    async def __call__(self, request):\n"
                     "        return self.m.predict([await request.json()])\n"},
        "service", "fail", "pass",
    ),
    "messages of gRPC have types": (
        {"server.py": "import grpc\nimport p_pb2_grpc\n" + MODEL + "class S(p_pb2_grpc.PredictorServicer):\n"
                      "    def Predict(self, request, context):\n        return m.predict([list(request.x)])\n"
                      "server = grpc.server(None)\np_pb2_grpc.add_PredictorServicer_to_server(S(), server)\n"},
        "service", "pass", "fail",
    ),
    "Chalice has a request of its own": (
        {"app.py": "from chalice import Chalice\n" + MODEL + "app = Chalice('m')\n@app.route('/p', methods=['POST'])\n"
                   "def p():\n    return m.predict([app.current_request.json_body['x']])\n"},
        "service", "fail", "not-applicable",
    ),
    "a cloud function is a decorated function": (
        {"main.py": "import functions_framework\n" + MODEL + "@functions_framework.http\ndef predict(request):\n"
                    "    return str(m.predict([request.get_json()['x']]))\n"},
        "service", "fail", "not-applicable",
    ),
    "a decorator checks the body before": (
        {"app.py": "from flask import Flask\nfrom flask_pydantic import validate\nfrom pydantic import BaseModel\n"
                   + MODEL + "app = Flask(__name__)\nclass R(BaseModel):\n    x: float\n@app.post('/p')\n"
                     "@validate()\ndef p(body: R):\n    return m.predict([[body.x]])\n"},
        "service", "pass", "fail",
    ),
    "a worker is given jobs": (
        {"handler.py": "import runpod\n" + MODEL + "def handler(job):\n    return m.predict([job['input']['x']])\n"
                       "runpod.serverless.start({'handler': handler})\n"},
        "service", "fail", "not-applicable",
    ),
    "the request is read inside of the call": (
        {"app.py": "from sanic import Sanic, json\n" + MODEL + "app = Sanic('a')\n@app.post('/p')\n"
                   "async def p(request):\n    return json(m.predict([request.json]))\n"},
        "service", "fail", "fail",
    ),
    "a chat program takes messages of any kind": (
        {"bot.py": "from telegram.ext import Updater, MessageHandler\n" + MODEL + "def h(update, context):\n"
                   "    update.message.reply_text(m.predict([update.message.text])[0])\n"
                   "u = Updater('t')\nu.dispatcher.add_handler(MessageHandler(None, h))\n"},
        "service", "fail", "not-applicable",
    ),
    "a language model may be asked without a library": (
        {"app.py": "import requests\nimport streamlit as st\nq = st.text_input('q')\n"
                   "st.write(requests.post('http://localhost:11434/api/generate', json={'prompt': q}).json())\n"},
        "llm-app", "fail", "not-applicable",
    ),
    "a pipeline of Beam predicts": (
        {"pipe.py": "import apache_beam as beam\nfrom apache_beam.ml.inference.base import RunInference\n"
                    "from apache_beam.ml.inference.sklearn_inference import SklearnModelHandlerNumpy\n"
                    "with beam.Pipeline() as p:\n    p | RunInference(SklearnModelHandlerNumpy(model_uri='m.pkl'))\n"},
        "batch", "not-applicable", "not-applicable",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", IDIOMS)
def test_requests_are_answered_in_many_ways(name: str) -> None:
    files, kind, requests, health = IDIOMS[name]
    assert facts_of(files).get(Project).kind.value == kind
    assert answer("inference-entry-point", files).outcome.value == "pass"
    assert answer("requests-validated", files).outcome.value == requests
    assert answer("health-endpoint", files).outcome.value == health


HOSTED = """
on: push
jobs:
  deploy:
    runs-on: {machine}
    steps:
      - run: |
          docker pull registry/app
          docker run -d -p 80:80 registry/app
"""


def test_a_container_that_a_job_leaves_running_on_a_machine_of_its_own_is_deployed() -> None:
    app = {
        "app.py": "from flask import Flask\n"
        + MODEL
        + "app = Flask(__name__)\n@app.route('/p')\ndef p():\n    m.predict(1)\n"
    }
    path = ".github/workflows/main.yaml"
    for machine in ("self-hosted", "[self-hosted, linux]"):
        files = {**app, path: HOSTED.replace("{machine}", machine)}
        assert answer("deployment-configured", files).outcome.value == "pass"
    smoke = {**app, path: HOSTED.replace("{machine}", "ubuntu-latest")}
    assert answer("deployment-configured", smoke).outcome.value == "fail"
    once = {**app, path: HOSTED.replace("{machine}", "self-hosted").replace("run -d -p 80:80", "run --rm")}
    assert answer("deployment-configured", once).outcome.value == "fail"


@pytest.mark.parametrize("path", [".ebextensions/python.config", "serverless.yml", "zappa_settings.json"])
def test_a_platform_file_is_half_of_a_container(path: str) -> None:
    files = {"app.py": "from flask import Flask\n" + MODEL, path: "option_settings:\n  a: b\n"}
    assert answer("containerized", files).outcome.value == "partial"


def test_a_model_that_torch_hub_hands_out_can_be_asked() -> None:
    hub = "import torch\nfrom net import Net\n\ndef small(pretrained=False):\n    m = Net()\n"
    hub += "    m.load_state_dict(torch.hub.load_state_dict_from_url('https://example.com/m.pth'))\n    return m\n"
    net = "import torch\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        return self.inner(x)\n"
    assert answer("inference-entry-point", {"hubconf.py": hub, "net.py": net}).outcome.value == "pass"
    assert answer("inference-entry-point", {"train.py": "import torch\n" + net}).outcome.value == "fail"


def test_a_request_that_predicts_is_shown_before_one_that_trains() -> None:
    """Both lead to the model."""
    code = (
        MODEL + "from fastapi import FastAPI\nfrom sklearn.svm import SVC\napp = FastAPI()\n"
        "@app.get('/train')\ndef train():\n    SVC().fit(X, y)\n"
        "@app.post('/')\ndef ask(x: float):\n    return m.predict([[x]])\n"
    )
    assert "`/`" in answer("inference-entry-point", {"app.py": code}).findings[0].message


@pytest.mark.parametrize(
    ("widget", "expected"),
    [
        ("st.selectbox('Select a model', ['small', 'large'])", "fail"),
        ("st.slider('Temperature', 0.0, 1.0)", "fail"),
        ("st.selectbox('Country', ['FR', 'DE'])", "partial"),
    ],
)
def test_widgets_that_choose_the_model_check_no_input(widget: str, expected: str) -> None:
    page = (
        "import joblib\nimport streamlit as st\n\nmodel = joblib.load('m.joblib')\n"
        f"choice = {widget}\ntext = st.text_input('Text')\nst.write(model.predict([text]))\n"
    )
    assert outcome("requests-validated", {"app.py": page}) == expected
