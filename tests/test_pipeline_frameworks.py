"""What pipeline frameworks and registries of models hand to a project's code is followed."""

from __future__ import annotations

import pytest

from tests.auditing import outcome

STEP = "def predict(model: PyFuncModel, rows):\n    return model.predict(rows)\n"
TYPED = "from mlflow.pyfunc import PyFuncModel\n\n\n"
KEDRO = {
    "src/shop/pipelines/inference/nodes.py": TYPED + STEP,
    "src/shop/pipelines/inference/pipeline.py": "from kedro.pipeline import node, pipeline\n\n"
    "from .nodes import predict\n\n\ndef create_pipeline():\n"
    "    return pipeline([node(func=predict, inputs=['regressor', 'rows'], outputs='answers')])\n",
}
TRAIN = {"src/train.py": "from sklearn.svm import SVC\n\nSVC().fit([[1]], [1])\n"}


@pytest.mark.parametrize(
    "files",
    [
        KEDRO,
        {"steps/predictor.py": f"from zenml import step\n{TYPED}@step\n{STEP}"},
        {"flows/score.py": f"from prefect import task\n{TYPED}@task\n{STEP}"},
        {"assets.py": f"from dagster import asset\n{TYPED}@asset(group_name='scoring')\n{STEP}"},
        {
            "dags/score.py": f"from airflow.operators.python import PythonOperator\n{TYPED}{STEP}\n"
            "PythonOperator(task_id='score', python_callable=predict)\n"
        },
    ],
)
def test_a_step_that_is_handed_a_model_asks_it_about_new_rows(files: dict[str, str]) -> None:
    assert outcome("inference-entry-point", TRAIN | files) == "pass"


def test_a_function_that_no_framework_runs_is_handed_nothing() -> None:
    assert outcome("inference-entry-point", {**TRAIN, "src/use.py": TYPED + STEP}) == "fail"
    judged = KEDRO | {
        "src/shop/pipelines/inference/nodes.py": TYPED + STEP.replace("predict(model:", "evaluate(model:")
    }
    judged["src/shop/pipelines/inference/pipeline.py"] = KEDRO["src/shop/pipelines/inference/pipeline.py"].replace(
        "predict", "evaluate"
    )
    assert outcome("inference-entry-point", TRAIN | judged) == "fail"


def test_layers_that_are_joined_are_asked_nothing() -> None:
    build = (
        "import tensorflow as tf\n\n\ndef create_network():\n    encoder = load_encoder()\n"
        "    first = tf.keras.layers.Input(shape=(8,))\n    return tf.keras.Model(first, encoder(first))\n\n\n"
        "def load_encoder():\n    return tf.keras.models.load_model('encoder.keras')\n"
    )
    assert outcome("inference-entry-point", {**TRAIN, "src/network.py": build}) == "fail"


def test_a_score_card_is_a_thing_and_no_scoring() -> None:
    card = "import mlflow\n\n\ndef {}(rows):\n    model = mlflow.sklearn.load_model('m')\n    return model.coef_\n"
    assert outcome("inference-entry-point", {**TRAIN, "src/card.py": card.format("score_card")}) == "fail"
    assert outcome("inference-entry-point", {**TRAIN, "src/card.py": card.format("score_rows")}) == "pass"


SERVED = (
    "import mlflow\nimport yaml\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"
    "model = mlflow.pyfunc.load_model(yaml.safe_load(open('config.yaml'))['uri'])\n\n\n"
    "@app.post('/predict')\ndef predict(x: float):\n    return model.predict([[x]])\n"
)
REGISTERS = (
    "import mlflow\nfrom sklearn.svm import SVC\n\nmodel = SVC().fit([[1]], [1])\n"
    "mlflow.sklearn.log_model(model, 'model', registered_model_name='price')\n"
)
MARKS = "mlflow.MlflowClient().set_registered_model_alias('price', '{}', 1)\n"


@pytest.mark.parametrize(
    ("uri", "training", "readme", "expected"),
    [
        ("models:/price@prod", REGISTERS, "", "fail"),
        ("models:/price@prod", REGISTERS + MARKS.format("prod"), "", "pass"),
        ("models:/price@prod", REGISTERS + MARKS.format("test"), "", "fail"),
        ("models:/price@prod", REGISTERS, "Set the alias `prod` in the registry.\n", "pass"),
        ("models:/price/Production", REGISTERS, "", "fail"),
        ("models:/price/latest", REGISTERS, "", "pass"),
        ("models:/price/3", REGISTERS, "", "pass"),
        ("models:/cost/latest", REGISTERS, "", "fail"),
    ],
)
def test_a_model_is_asked_of_a_registry_by_an_alias_that_something_sets(
    uri: str, training: str, readme: str, expected: str
) -> None:
    files = {
        "app.py": SERVED,
        "train.py": training,
        "config.yaml": f"uri: {uri}\n",
        "README.md": f"# Price\n\n{readme}",
    }
    assert outcome("model-obtainable", files) == expected


def test_what_a_catalog_takes_from_a_registry_must_be_there() -> None:
    entry = "regressor:\n  type: kedro_mlflow.io.models.MlflowModelRegistryDataset\n  model_name: price\n"
    assert outcome("model-obtainable", {**KEDRO, **TRAIN, "conf/base/catalog.yml": entry}) == "fail"
    assert outcome("model-obtainable", {**KEDRO, "train.py": REGISTERS, "conf/base/catalog.yml": entry}) == "pass"


def test_the_model_that_requests_are_answered_with_decides() -> None:
    aside = "import joblib\n\nprint(joblib.load('m.joblib').score([[1]], [1]))\n"
    saves = "import joblib\n" + REGISTERS + "joblib.dump(model, 'm.joblib')\n"
    files = {"app.py": SERVED, "train.py": saves, "check.py": aside, "config.yaml": "uri: models:/price@prod\n"}
    assert outcome("model-obtainable", files) == "fail"


def test_what_a_log_says_of_a_run_is_no_answer_of_the_model() -> None:
    code = {"train.py": "from sklearn.svm import SVC\n\n\ndef train(x, y):\n    return SVC().fit(x, y)\n"}
    test = "from train import train\n\n\ndef test_it(caplog):\n    model = train([[1]], [1])\n    assert {}\n"
    assert outcome("tests-check-model", {**code, "test_train.py": test.format("'done' in caplog.text")}) == "partial"
    assert outcome("tests-check-model", {**code, "test_train.py": test.format("model.coef_.any()")}) == "pass"
