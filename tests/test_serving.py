"""Traps for the questions about serving: who answers requests, who checks them, and who says that it is up."""

from __future__ import annotations

import pytest

from ml_readiness.facts.project.project import Project
from tests.auditing import answer, facts_of, outcome

LOADED = "import joblib\nmodel = joblib.load('model.joblib')\n"
FLASK = "from flask import Flask, request\n" + LOADED + "app = Flask(__name__)\n"
FASTAPI = "from fastapi import FastAPI, Request\n" + LOADED + "app = FastAPI()\n"
ROUTE = "@app.route('/predict', methods=['POST'])\ndef predict():\n"
TRAIN = "from sklearn.svm import SVC\nSVC().fit(X, y)\n"


# Model servers that are named outside Python

NAMED = {
    "deploy/endpoint.yml": "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\n",
    "k8s/model.yaml": "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: m\n",
    "endpoint-template.yml": "Resources:\n  Endpoint:\n    Type: AWS::SageMaker::Endpoint\n",
    "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["mlflow", "models", "serve", "-m", "model"]\n',
    "Makefile": "serve:\n\tbentoml serve service:svc\n",
    "compose.yaml": "services:\n  model:\n    image: tensorflow/serving:2.15.0\n",
    "deploy.py": "from sagemaker.sklearn import SKLearnModel\nSKLearnModel(model_data=d).deploy(1, 'ml.m5.large')\n",
    "main.tf": 'resource "aws_sagemaker_endpoint" "this" {\n}\n',
}


@pytest.mark.parametrize("path", NAMED)
def test_a_named_model_server_answers_and_brings_its_own_health_route(path: str) -> None:
    files = {"train.py": TRAIN, path: NAMED[path]}
    assert outcome("inference-entry-point", files) == "pass"
    assert outcome("health-endpoint", files) == "pass"
    assert facts_of(files).get(Project).kind.value == "service"


@pytest.mark.parametrize("path", ["examples/endpoint.yml", "tests/endpoint.yml", "docs/endpoint.yml"])
def test_a_model_server_of_an_example_is_none(path: str) -> None:
    files = {"train.py": TRAIN, path: NAMED["deploy/endpoint.yml"]}
    assert outcome("health-endpoint", files) == "not-applicable"


def test_the_health_of_a_model_server_behind_a_service_says_nothing_about_the_service() -> None:
    app = FASTAPI + "@app.post('/predict')\ndef predict(x: float):\n    return model.predict([[x]])\n"
    assert outcome("health-endpoint", {"app.py": app, "compose.yaml": NAMED["compose.yaml"]}) == "fail"


def test_a_batch_endpoint_keeps_nothing_running() -> None:
    batch = "$schema: https://azuremlschemas.azureedge.net/latest/batchDeployment.schema.json\nname: b\n"
    assert outcome("health-endpoint", {"train.py": TRAIN, "deploy/batch.yml": batch}) == "not-applicable"


# Interfaces whose model is elsewhere

DAG = """
from airflow.decorators import dag, task
import joblib

@dag(schedule="@daily")
def score():
    @task
    def predict():
        joblib.load("m.joblib").predict(rows())
    predict()

score()
"""
STORED = """
from fastapi import FastAPI
import pandas as pd

app = FastAPI()

@app.get("/predictions/{area}")
def predictions(area: int):
    return pd.read_parquet("predictions.parquet").loc[area].to_dict()
"""


def test_an_api_that_hands_out_what_a_job_predicted_has_health_and_requests() -> None:
    files = {"dags/score.py": DAG, "api/main.py": STORED}
    assert outcome("health-endpoint", files) == "fail"
    assert outcome("requests-validated", files) == "pass"
    assert (
        outcome("health-endpoint", {**files, "api/main.py": STORED + "\n@app.get('/health')\ndef h(): ...\n"}) == "pass"
    )


def test_a_web_page_beside_a_training_script_is_no_service() -> None:
    page = "from flask import Flask\napp = Flask(__name__)\n@app.route('/')\ndef index():\n    return 'hello'\n"
    assert outcome("health-endpoint", {"train.py": TRAIN, "web/site.py": page}) == "not-applicable"


def test_embeddings_of_a_hosted_model_are_an_application_of_it() -> None:
    own = "import openai\ndef embed(text):\n    return openai.Embedding.create(input=[text], model='m')\n"
    store = (
        "async def get():\n    match kind():\n        case 'a':\n"
        "            from services.openai import embed\n            return embed\n"
    )
    app = (
        "from fastapi import FastAPI\nfrom pydantic import BaseModel\nfrom store import get\napp = FastAPI()\n"
        "class Query(BaseModel):\n    text: str\n"
        "@app.post('/query')\nasync def query(body: Query):\n    return await store.query(body.text)\n"
    )
    files = {"server.py": app, "store.py": store, "services/openai.py": own}
    assert outcome("inference-entry-point", files) == "pass"
    assert outcome("requests-validated", files) == "pass"


def test_a_page_has_health_where_its_container_is_asked_for_it() -> None:
    page = (
        "import joblib\nimport streamlit as st\nst.write(joblib.load('m.joblib').predict([[st.number_input('x')]]))\n"
    )
    image = "FROM python:3.12\nCOPY . .\nCMD streamlit run app.py\n"
    asked = image + "HEALTHCHECK CMD curl -f http://localhost:8501/_stcore/health\n"
    assert outcome("health-endpoint", {"app.py": page, "Dockerfile": asked}) == "pass"
    assert outcome("health-endpoint", {"app.py": page, "Dockerfile": image}) == "not-applicable"


# Requests


@pytest.mark.parametrize(
    "body",
    [
        "x = float(request.form['x'])",
        "x = int(request.form.get('x'))",
        "x = request.args.get('x', type=float)",
        "rows = dict(x=float(request.json['x']))\n    x = rows['x']",
    ],
)
def test_a_bare_cast_checks_part_of_a_request(body: str) -> None:
    app = FLASK + ROUTE + f"    {body}\n    return str(model.predict([[x]]))\n"
    assert outcome("requests-validated", {"app.py": app}) == "partial"


@pytest.mark.parametrize(
    ("value", "expected"), [("int(given['x'])", "partial"), ("given['x']", "fail"), ("int('3')", "fail")]
)
@pytest.mark.parametrize("annotation", ["", ": dict"])
def test_a_cast_in_the_function_that_is_given_the_request_counts(value: str, annotation: str, expected: str) -> None:
    prepare = f"def prepare(given{annotation}):\n    return [{value}]\n"
    app = FLASK + prepare + ROUTE + "    return str(model.predict([prepare(request.get_json())]))\n"
    assert outcome("requests-validated", {"app.py": app}) == expected


@pytest.mark.parametrize(("value", "expected"), [("float(form.get('x'))", "partial"), ("form.get('x')", "fail")])
def test_a_cast_in_the_object_that_reads_the_form_counts(value: str, expected: str) -> None:
    app = FASTAPI + (
        "class Form:\n    def __init__(self, request: Request):\n        self.request: Request = request\n"
        f"    async def read(self):\n        form = await self.request.form()\n        self.x = {value}\n"
        "@app.post('/')\nasync def answer(request: Request):\n    form = Form(request)\n    await form.read()\n"
        "    return model.predict([[form.x]])\n"
    )
    assert outcome("requests-validated", {"app.py": app}) == expected


SIZE = "    if len(body) > 1000:\n        raise HTTPException(413)\n"
ENDING = "    if not file.filename.endswith('.pdf'):\n        raise HTTPException(400)\n"
TYPE = "    if file.content_type not in KINDS:\n        raise HTTPException(415)\n"


@pytest.mark.parametrize(
    ("guards", "expected"),
    [(SIZE + ENDING, "pass"), (SIZE + TYPE, "pass"), (TYPE + ENDING, "partial"), (TYPE, "partial"), ("", "fail")],
)
def test_size_and_kind_are_what_there_is_to_check_of_an_upload(guards: str, expected: str) -> None:
    app = FASTAPI + (
        "from fastapi import HTTPException, UploadFile\n@app.post('/scan')\nasync def scan(file: UploadFile):\n"
        f"    body = await file.read()\n{guards}    return model.predict(body)\n"
    )
    assert outcome("requests-validated", {"app.py": app}) == expected


REFUSE = "    if content_type != 'application/json':\n        raise ValueError(content_type)\n"


@pytest.mark.parametrize(("guard", "expected"), [(REFUSE, "partial"), ("", "fail")])
def test_a_model_server_s_function_that_parses_is_the_one_that_may_check(guard: str, expected: str) -> None:
    serve = (
        "import joblib\nimport json\n\ndef model_fn(model_dir):\n    return joblib.load(model_dir)\n\n"
        f"def input_fn(body, content_type):\n{guard}    return json.loads(body)\n\n"
        "def predict_fn(rows, model):\n    return model.predict(rows)\n"
    )
    found = answer("requests-validated", {"inference.py": serve})
    assert found.outcome.value == expected
    assert "input_fn" in found.messages
    assert "model_fn" not in found.messages


@pytest.mark.parametrize("body", ["request.form['x']", "request.get_json()['x']", "request.values.get('x')"])
def test_a_request_that_goes_to_the_model_as_it_comes_is_not_checked(body: str) -> None:
    app = FLASK + ROUTE + f"    x = {body}\n    return str(model.predict([[x]]))\n"
    assert outcome("requests-validated", {"app.py": app}) == "fail"


def test_a_cast_of_something_else_is_no_check() -> None:
    app = (
        FLASK
        + "@app.route('/p', methods=['POST'])\ndef p():\n    return str(float(model.predict(request.get_json())[0]))\n"
    )
    assert outcome("requests-validated", {"app.py": app}) == "fail"


def test_headers_are_no_input_of_the_model() -> None:
    app = FASTAPI + (
        "@app.get('/manifest')\ndef manifest(request: Request):\n    host = request.headers['host']\n    return host\n"
        "@app.post('/predict')\ndef predict(x: float):\n    return model.predict([[x]])\n"
    )
    assert outcome("requests-validated", {"app.py": app}) == "pass"


BENTO = """
import bentoml
from pydantic import BaseModel

class Row(BaseModel):
    x: float

svc = bentoml.Service("m", runners=[bentoml.sklearn.get("m:latest").to_runner()])

@svc.api(input={input}, output=bentoml.io.JSON())
def predict(row):
    return 1
"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("bentoml.io.JSON(pydantic_model=Row)", "pass"),
        ("bentoml.io.NumpyNdarray(shape=(-1, 4))", "pass"),
        ("bentoml.io.Text.from_sample('a')", "pass"),
        ("bentoml.io.JSON()", "fail"),
        ("bentoml.io.File()", "fail"),
    ],
)
def test_the_descriptor_of_a_bento_says_what_is_checked(given: str, expected: str) -> None:
    assert outcome("requests-validated", {"service.py": BENTO.replace("{input}", given)}) == expected


def test_a_bento_of_methods_is_checked_by_its_annotations() -> None:
    service = (
        "import bentoml\nimport joblib\n@bentoml.service\nclass S:\n    def __init__(self):\n"
        "        self.model = joblib.load('m')\n    @bentoml.api\n    def predict(self, x: float) -> float:\n"
        "        return self.model.predict([[x]])\n"
    )
    assert outcome("requests-validated", {"service.py": service}) == "pass"
    assert outcome("requests-validated", {"service.py": service.replace("x: float", "x")}) == "fail"


def test_a_predictor_of_cog_is_checked_by_its_annotations() -> None:
    predictor = (
        "import torch\nfrom cog import BasePredictor, Input, Path\nclass Predictor(BasePredictor):\n"
        "    def setup(self):\n        self.model = torch.load('m.pt')\n"
        "    def predict(self, image: Path, scale: float = Input(ge=0)) -> Path:\n        return self.model(image)\n"
    )
    assert outcome("requests-validated", {"predict.py": predictor}) == "pass"


def test_a_torchserve_handler_that_rejects_nothing_takes_anything() -> None:
    handler = (
        "import torch\nfrom ts.torch_handler.base_handler import BaseHandler\nclass H(BaseHandler):\n"
        "    def preprocess(self, data):\n        return torch.tensor(data[0]['body'])\n"
    )
    assert outcome("requests-validated", {"handler.py": handler}) == "fail"


def test_a_tool_with_annotations_is_checked_by_the_tool_server() -> None:
    server = (
        "from mcp.server.fastmcp import FastMCP\nimport joblib\nmcp = FastMCP('m')\nmodel = joblib.load('m')\n"
        "@mcp.tool()\ndef price(area: float, rooms: int = 1) -> float:\n    return model.predict([[area, rooms]])[0]\n"
    )
    assert outcome("requests-validated", {"server.py": server}) == "pass"


LAZY = """
import whisper
from fastapi import FastAPI

app = FastAPI()

class Engine:
    model = None

    def load(self):
        self.model = whisper.load_model("base").cuda()

    def ask(self, x):
        if self.model is None:
            self.load()
        return self.model.transcribe(x)

engine = Engine()

@app.post("/asr")
def asr(path: str):
    return engine.ask(path)
"""


def test_a_model_that_is_loaded_when_there_is_none_yet_is_not_loaded_for_every_request() -> None:
    assert outcome("serving-hygiene", {"app.py": LAZY}) != "fail"
    lazy = LAZY.replace("self.model = ", "model = ")
    assert outcome("serving-hygiene", {"app.py": lazy}) != "fail"
    each = LAZY.replace("        if self.model is None:\n            self.load()\n", "        self.load()\n")
    assert outcome("serving-hygiene", {"app.py": each.replace("self.model = whisper", "model = whisper")}) == "fail"


@pytest.mark.parametrize(
    "source",
    [
        "def input_fn(files):\n    return dataset(files)\n",
        "def run(data):\n    return data\n",
        "def predict_fn(x):\n    return x\n",
    ],
)
def test_a_function_that_is_only_called_like_a_platforms_is_no_server(source: str) -> None:
    files = {"train.py": TRAIN, "feeding.py": source}
    assert facts_of(files).get(Project).kind.value == "training"
    assert outcome("health-endpoint", files) == "not-applicable"


def test_whether_a_model_is_there_is_no_question_to_the_request() -> None:
    head = (
        "import joblib\nfrom flask import Flask, request\n\napp = Flask(__name__)\nmodel = joblib.load('m.joblib')\n\n"
    )
    route = "@app.post('/predict')\ndef predict():\n    {}\n    return str(model.predict(request.json['rows']))\n"
    missing = "if model is None:\n        return 'none', 503"
    assert outcome("requests-validated", {"app.py": head + route.format(missing)}) == "fail"
    form = "if request.is_json:\n        return 'json'"
    assert outcome("requests-validated", {"app.py": head + route.format(form)}) == "fail"
    present = "if 'rows' not in request.json:\n        return 'no', 400"
    assert outcome("requests-validated", {"app.py": head + route.format(present)}) == "partial"


def test_whether_a_model_is_there_is_asked_of_the_module_not_of_the_request() -> None:
    app = (
        "import joblib\nimport pandas as pd\nfrom flask import Flask, request\napp = Flask(__name__)\n"
        "clf = joblib.load('m.pkl')\n\n@app.route('/predict', methods=['POST'])\ndef predict():\n"
        "    if not clf:\n        return 'train first'\n    return clf.predict(pd.DataFrame(request.json))\n"
    )
    assert outcome("requests-validated", {"app.py": app}) == "fail"


def test_a_greeting_beside_a_page_for_people_is_no_service() -> None:
    page = "import joblib\nimport streamlit as st\nst.write(joblib.load('m').predict([[st.number_input('a')]]))\n"
    greeting = "from flask import Flask\napp = Flask(__name__)\n\n@app.route('/')\ndef home():\n    return 'hello'\n"
    assert outcome("health-endpoint", {"page.py": page, "flask_app.py": greeting}) == "not-applicable"


def test_what_a_dashboard_takes_stands_in_the_part_that_asks() -> None:
    page = (
        "import dash\nfrom chat import layout\nfrom filters import years\n\n"
        "app = dash.Dash(__name__)\napp.layout = [layout(), years()]\n"
    )
    chat = (
        "from dash import dcc\nfrom openai import OpenAI\n\ndef layout():\n    return dcc.WIDGET(id='question')\n\n"
        "def ask(text):\n    return OpenAI().responses.create(model='m', input=text)\n"
    )
    years = "from dash import dcc\n\ndef years():\n    return dcc.Slider(1990, 2020)\n"
    files = {"app.py": page, "chat.py": chat.replace("WIDGET", "Textarea"), "filters.py": years}
    assert outcome("requests-validated", files) == "fail"
    assert outcome("requests-validated", {**files, "chat.py": chat.replace("WIDGET", "Dropdown")}) == "pass"


def test_a_route_may_ask_a_model_that_its_application_holds() -> None:
    main = (
        "import joblib\nfrom fastapi import FastAPI\nfrom routes import router\n"
        "app = FastAPI()\napp.include_router(router)\napp.state.registry = joblib.load('m.joblib')\n"
    )
    routes = (
        "import asyncio\nfrom fastapi import APIRouter, Request\nfrom pydantic import BaseModel\n"
        "router = APIRouter()\n\nclass Row(BaseModel):\n    age: int\n\n"
        "@router.post('/predict')\nasync def predict(request: Request, row: Row):\n"
        "    registry = request.app.state.registry\n    return await asyncio.to_thread(registry.predict, row.age)\n"
    )
    files = {"main.py": main, "routes.py": routes}
    assert outcome("requests-validated", files) == "pass"
    assert outcome("health-endpoint", files) == "fail"
    unasked = routes.replace("request.app.state.registry", "Other()").replace("registry.predict, ", "print, ")
    assert outcome("requests-validated", {**files, "routes.py": unasked}) == "not-applicable"
