"""Routes that an OpenAPI description gives to functions: connexion reads it, and checks requests by it."""

from __future__ import annotations

from ml_readiness.facts.project.project import Project
from tests.auditing import answer, facts_of

APP = "import connexion\n\napp = connexion.App(__name__, specification_dir='spec/')\napp.add_api('api.yaml')\n"
CONTROLLER = (
    "import joblib\nfrom flask import jsonify, request\n\nmodel = joblib.load('m.joblib')\n\n\n"
    "def health():\n    return jsonify({'status': 'ok'})\n\n\n"
    "def predict():\n    return jsonify(model.predict(request.get_json()))\n"
)
SPEC = (
    "openapi: 3.0.0\npaths:\n  /:\n    get:\n      operationId: api.controller.health\n"
    "  /predict:\n    post:\n      operationId: api.controller.predict\n"
)
BODY = (
    "      requestBody:\n        content:\n          application/json:\n"
    "            schema:\n              type: array\n"
)
FILES = {"api/__init__.py": "", "api/app.py": APP, "api/controller.py": CONTROLLER}


def test_operations_are_routes_that_make_a_service() -> None:
    assert facts_of({**FILES, "api/spec/api.yaml": SPEC}).get(Project).kind.value == "service"
    assert facts_of({**FILES, "api/app.py": "", "api/spec/api.yaml": SPEC}).get(Project).kind.value == "training"


def test_a_schema_of_the_body_checks_requests_and_an_operation_reports_health() -> None:
    described = {**FILES, "api/spec/api.yaml": SPEC + BODY}
    assert answer("requests-validated", described).outcome.value == "pass"
    assert answer("requests-validated", {**FILES, "api/spec/api.yaml": SPEC}).outcome.value == "fail"
    assert answer("health-endpoint", described).outcome.value == "pass"


def test_an_operation_may_name_its_controller_apart() -> None:
    apart = SPEC.replace(
        "operationId: api.controller.predict", "x-openapi-router-controller: api.controller\n      operationId: predict"
    )
    assert answer("inference-entry-point", {**FILES, "api/spec/api.yaml": apart}).outcome.value == "pass"
