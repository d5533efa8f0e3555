"""The same questions asked of frameworks that are met less often: each with what only looks like it."""

from __future__ import annotations

import pytest

from tests.auditing import answer, kind, outcome

LOAD = "import joblib\nm = joblib.load('m.joblib')\n"
APP = (
    f"from fastapi import FastAPI\n{LOAD}app = FastAPI()\n\n\n"
    "@app.get('/p')\ndef p(x: float):\n    return m.predict([[x]])\n"
)


@pytest.mark.parametrize(
    "worker",
    [
        "from kafka import KafkaConsumer\nfor each in KafkaConsumer('rows'):\n    print(m.predict([each.value]))\n",
        "from celery import Celery\napp = Celery('x')\n\n\n@app.task\ndef predict(x):\n    return m.predict([x])\n",
    ],
)
def test_a_worker_that_scores_what_comes_in_is_a_batch_job(worker: str) -> None:
    assert kind({"worker.py": LOAD + worker}) == "batch"
    first, _, _ = worker.partition("\n")
    assert kind({"train.py": f"from sklearn.svm import SVC\n{first}\nSVC().fit(X, y)\n"}) == "training"


def test_a_traced_client_is_a_language_model_and_a_module_of_ones_own_is_none() -> None:
    traced = "from langfuse.openai import openai\nopenai.chat.completions.create(model='m', messages=[])\n"
    assert kind({"main.py": traced}) == "llm-app"
    own = "import gymnasium as gym\nfrom agents import dqn\n\ndqn.learn(gym.make('CartPole-v1'))\n"
    assert kind({"agents/__init__.py": "", "agents/dqn.py": "def learn(env): ...\n", "train.py": own}) == "training"


def test_a_compose_file_asks_for_the_health_of_a_service_built_here() -> None:
    compose = "services:\n  api:\n    {}\n    healthcheck:\n      test: curl localhost\n"
    docker = 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "app:app"]\n'
    files = {"app.py": APP, "Dockerfile": docker}
    assert outcome("health-endpoint", {**files, "docker-compose.yml": compose.format("build: .")}) == "pass"
    assert outcome("health-endpoint", {**files, "docker-compose.yml": compose.format("image: postgres:16")}) == "fail"


def test_a_monitor_of_azure_that_sends_mail_is_an_alert() -> None:
    monitor = "create_monitor:\n  monitoring_signals:\n    d:\n      type: data_drift\n{}"
    mail = "  alert_notification:\n    emails: [team@example.com]\n"
    assert outcome("alerts-or-retraining", {"app.py": APP, "monitor.yml": monitor.format(mail)}) == "pass"
    assert outcome("alerts-or-retraining", {"app.py": APP, "monitor.yml": monitor.format("")}) == "fail"


def test_a_schedule_of_dagster_trains_the_assets_of_its_job() -> None:
    code = (
        "import dagster as dg\nfrom sklearn.svm import SVC\n\n\n@dg.asset\ndef model():\n    return {}\n\n\n"
        "job = dg.define_asset_job('j')\ndaily = dg.ScheduleDefinition(job=job, cron_schedule='0 0 * * *')\n"
    )
    assert outcome("alerts-or-retraining", {"d.py": code.format("SVC().fit([[1]], [1])")}) == "pass"


def test_a_suite_of_quality_tests_gates_where_its_verdict_stops_the_run() -> None:
    train = "from sklearn.svm import SVC\nSVC().fit(X, y)\n"
    suite = (
        "from evidently.test_suite import TestSuite\nfrom evidently.tests import {test}\n\n"
        "suite = TestSuite([{test}()])\nsuite.run(reference_data=a, current_data=b)\n"
    )
    stop = "if not suite.as_dict()['summary']['all_passed']:\n    raise SystemExit(1)\n"
    quality = suite.format(test="TestF1Score")
    assert outcome("quality-gated", {"train.py": train, "gate.py": quality + stop}) == "pass"
    assert outcome("quality-gated", {"train.py": train, "gate.py": quality}) == "partial"
    drift = suite.format(test="TestNumberOfDriftedColumns")
    assert outcome("quality-gated", {"train.py": train, "gate.py": drift + stop}) == "fail"


def test_an_unpickled_index_of_texts_is_no_model_that_somebody_trained() -> None:
    load = "import pickle\nfrom langchain.chains import LLMChain\n\nstore = pickle.load(open('store.pkl', 'rb'))\n"
    ask = load + "LLMChain(store).run('hi')\n"
    assert outcome("training-code-present", {"main.py": ask}) == "not-applicable"
    own = "import pickle\n\nm = pickle.load(open('m.pkl', 'rb'))\nprint(m.predict([[1]]))\n"
    assert outcome("training-code-present", {"main.py": "import sklearn\n" + own}) == "fail"


def test_a_callback_for_tokens_prepares_nothing() -> None:
    callback = "class Handler:\n    def on_llm_new_token(self, token):\n        self.queue.put(token)\n"
    ask = "import openai\nopenai.chat.completions.create(model='m', messages=[])\n"
    assert "on_llm_new_token" not in answer("preprocessing-in-modules", {"main.py": ask, "call.py": callback}).messages


def test_a_seed_is_found_where_the_trainer_is_all_that_is_imported() -> None:
    code = "from transformers import Trainer, set_seed\n{}Trainer(model=m).train()\n"
    assert outcome("seeds-fixed", {"train.py": code.format("set_seed(1)\n")}) == "pass"


def test_ranges_are_guards_and_figures_of_a_model_are_none() -> None:
    train = "import pandas as pd\nfrom sklearn.svm import SVC\nd = pd.read_csv('a.csv')\n{}SVC().fit(d, d.y)\n"
    guards = "assert d.a.between(0, 9).all()\nassert (d.b > 0).all()\nassert d.isna().sum().sum() == 0\n"
    assert outcome("data-validated", {"train.py": train.format(guards)}) == "pass"
    assert outcome("data-validated", {"train.py": train.format("assert (losses < 9).all()\n")}) == "fail"


def test_a_pipeline_made_of_a_folder_brings_the_tokenizer_that_was_saved_there() -> None:
    train = (
        "from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer\n"
        "model = AutoModelForSequenceClassification.from_pretrained('bert-base-uncased')\n"
        "tokenizer = AutoTokenizer.from_pretrained('bert-base-uncased')\n"
        "rows = rows.map(lambda row: tokenizer(row['text']))\n"
        "Trainer(model=model, train_dataset=rows).train()\nmodel.save_pretrained('out')\n"
    )
    serve = (
        "from fastapi import FastAPI\nfrom transformers import pipeline\n\napp = FastAPI()\n"
        "ask = pipeline('text-classification', model='out')\n\n\n"
        "@app.get('/p')\ndef p(text: str):\n    return ask(text)\n"
    )
    kept = {"train.py": train + "tokenizer.save_pretrained('out')\n", "app.py": serve}
    assert outcome("preprocessing-shared", kept) == "pass"
    assert outcome("preprocessing-shared", {**kept, "train.py": train}) != "pass"


def test_a_readme_may_say_where_a_model_is_downloaded() -> None:
    code = {"predict.py": "import joblib\nprint(joblib.load('model/m.joblib').predict([[1]]))\n"}
    told = "# Churn\n\nDownload the model from https://drive.google.com/file/d/abc and unpack it.\n"
    assert outcome("model-obtainable", {**code, "README.md": told}) == "pass"
    assert outcome("model-obtainable", {**code, "README.md": "# Churn\n\nThe model is large.\n"}) == "fail"


@pytest.mark.parametrize(
    "said",
    [
        "Das Modell erreicht eine Genauigkeit von 91 % auf dem Titanic-Testdatensatz.",
        "模型在测试集上的准确率达到91.2%。",
        "El modelo alcanza una exactitud de 0.91 en el conjunto de prueba.",
    ],
)
def test_a_figure_is_read_in_other_languages(said: str) -> None:
    train = {"train.py": "from sklearn.svm import SVC\nSVC().fit(X, y)\n"}
    assert outcome("results-reported", {**train, "README.md": f"# Titanic\n\n{said}\n"}) == "pass"
    assert outcome("results-reported", {**train, "README.md": "# Titanic\n\n91 Menschen, 准确。\n"}) == "fail"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [("entrypoint: flows.py:train", "pass"), ("entrypoint: null", "fail"), ("work_pool:\n    name: null", "fail")],
)
def test_a_prefect_form_that_nobody_filled_in_deploys_nothing(entry: str, expected: str) -> None:
    form = f"name: flows\ndeployments:\n- name: null\n  {entry}\n"
    train = "from sklearn.svm import SVC\nSVC().fit(X, y)\n"
    assert outcome("deployment-configured", {"prefect.yaml": form, "train.py": train}) == expected
