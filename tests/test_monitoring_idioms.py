"""Other ways in which real projects are watched: programs around the server, platforms, rules and times."""

from __future__ import annotations

import pytest

from tests.auditing import answer

APP = """
import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("m.joblib")

@app.post("/predict")
def predict(x: float):
    return model.predict([[x]])
"""
TRAIN = "from sklearn.svm import SVC\nSVC().fit(X, y)\n"
DOCKER = "FROM python:3.12\nCOPY . .\nCMD "
REPORT = (
    "from evidently.report import Report\nfrom evidently.metric_preset import DataDriftPreset\n"
    "Report(metrics=[DataDriftPreset()]).run(reference_data=a, current_data=b)\n"
)


def outcome(check: str, files: dict[str, str]) -> str:
    """What a check says about a small service with more files."""
    return answer(check, {"app.py": APP, **files}).outcome.value


@pytest.mark.parametrize(
    "start",
    [
        "opentelemetry-instrument uvicorn app:app",
        '["ddtrace-run", "uvicorn", "app:app"]',
        "newrelic-admin run-program gunicorn app:app",
    ],
)
def test_a_program_around_the_server_exposes_metrics(start: str) -> None:
    assert outcome("metrics-exposed", {"Dockerfile": DOCKER + start + "\n"}) == "pass"
    assert outcome("metrics-exposed", {"README.md": start}) == "fail"


def test_a_scraper_that_nothing_answers_is_half_of_it() -> None:
    scrape = "scrape_configs:\n  - job_name: app\n    static_configs:\n      - targets: ['app:8000']\n"
    assert outcome("metrics-exposed", {"monitoring/prometheus.yml": scrape}) == "partial"


PLATFORMS = {
    "sagemaker": "from sagemaker.model_monitor import DefaultModelMonitor\n"
    "DefaultModelMonitor(role='r').create_monitoring_schedule(endpoint_input='e')\n",
    "vertex": "from google.cloud import aiplatform\naiplatform.ModelDeploymentMonitoringJob.create(display_name='m')\n",
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_monitor_of_a_platform_runs_by_itself_once_it_is_made(platform: str) -> None:
    assert outcome("drift-monitored", {"monitor.py": PLATFORMS[platform]}) == "pass"


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [("@app.on_event('startup')", "pass"), ("@app.before_first_request", "pass"), ("", "partial")],
)
def test_what_an_application_calls_around_its_requests_runs_by_itself(decorator: str, expected: str) -> None:
    imports, _, report = REPORT.rpartition("Report(")
    watch = f"{APP}\n{imports}\n{decorator}\ndef watch():\n    Report({report}"
    assert outcome("drift-monitored", {"app.py": watch}) == expected


def test_an_index_of_ones_own_between_two_samples_is_a_comparison() -> None:
    own = "def psi(expected, actual):\n    return sum((actual - expected) * log(actual / expected))\nprint(psi(a, b))\n"
    assert outcome("drift-monitored", {"monitor.py": own}) == "partial"


ALERTS = {
    "mail of a pipeline": (
        "dags/t.py",
        "from airflow import DAG\nDAG('d', schedule='@daily', default_args={'email_on_failure': True})\n",
    ),
    "a rule of Grafana": (
        "grafana/alerting/rules.yaml",
        "apiVersion: 1\ngroups:\n  - name: g\n    rules:\n      - uid: a\n        title: t\n        condition: C\n",
    ),
    "a job of a cluster that trains at a time": (
        "k8s/retrain.yaml",
        "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: r\nspec:\n  schedule: '0 0 * * 0'\n  jobTemplate:\n"
        "    spec:\n      template:\n        spec:\n          containers:\n            - command: [python, train.py]\n",
    ),
    "a step of a pipeline that is a command": (
        "dags/t.py",
        "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
        "with DAG('d', schedule_interval='@weekly'):\n    BashOperator(bash_command='python /opt/train.py')\n",
    ),
}


@pytest.mark.parametrize("name", ALERTS)
def test_something_reacts_by_itself(name: str) -> None:
    path, text = ALERTS[name]
    assert outcome("alerts-or-retraining", {"train.py": TRAIN, path: text}) == "pass"


def test_a_pipeline_that_never_runs_by_itself_reacts_to_nothing() -> None:
    path, text = ALERTS["a step of a pipeline that is a command"]
    never = text.replace("'@weekly'", "None")
    assert outcome("alerts-or-retraining", {"train.py": TRAIN, path: never}) == "fail"
    quiet = ALERTS["mail of a pipeline"][1].replace("True", "False").replace("'@daily'", "None")
    assert outcome("alerts-or-retraining", {"dags/t.py": quiet}) == "fail"


def test_the_log_of_the_way_in_is_shown_before_that_of_another_user() -> None:
    """A file that comes earlier in the alphabet uses the model too."""
    ask = "import joblib\nm = joblib.load('m')\ndef predict(x):\n    return m.predict([x])\n"
    log = "import logging\nlog = logging.getLogger('a')\n"
    api = log + (
        "from fastapi import FastAPI\nfrom model import predict\napp = FastAPI()\n"
        "@app.post('/predict')\ndef p(x: float):\n    log.info('asked')\n    return predict(x)\n"
    )
    files = {"model.py": ask, "web.py": api, "copy.py": log + "from model import predict\nlog.info('copied')\n"}
    at = answer("inference-logged", files).findings[0].location
    assert at is not None
    assert at.path == "web.py"


def test_a_page_that_imports_the_package_of_the_one_that_asks_is_not_the_way_of_a_prediction() -> None:
    ask = "import joblib\nimport streamlit as st\nst.write(joblib.load('m.joblib').predict([[st.slider('x')]]))\n"
    about = "import streamlit as st\nfrom pages import NAME\nprint('about')\nst.text_input(NAME)\n"
    files = {"pages/__init__.py": "from pages import ask\nNAME = 'n'\n", "pages/ask.py": ask, "pages/about.py": about}
    assert answer("inference-logged", files).outcome.value == "fail"
    assert answer("requests-validated", files).outcome.value == "pass"
    assert answer("inference-logged", {**files, "pages/ask.py": f"{ask}print('asked')\n"}).outcome.value == "partial"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from sklearn.svm import SVC\nm = SVC().fit(X, y)\nprint(m.predict(X_test))\n", "not-applicable"),
        ("import joblib\nprint(joblib.load('m.joblib').predict(X))\n", "partial"),
    ],
)
def test_a_script_that_is_named_after_what_its_model_learns_to_do_predicts_nothing(code: str, expected: str) -> None:
    assert answer("inference-logged", {"classify_pictures.py": code}).outcome.value == expected
