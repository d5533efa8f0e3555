"""What is started on a platform by a push or a Procfile, and what only looks so."""

from __future__ import annotations

import pytest

from tests.auditing import outcome

ANSWERING = (
    "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('m.joblib')\n\n"
    "@app.post('/predict')\ndef predict(row: list[float]):\n    return model.predict([row])[0]\n"
)


@pytest.mark.parametrize(
    ("path", "script", "expected"),
    [
        ("deploy.ps1", '$Url = "https://huggingface.co/spaces/me/app"\ngit push --force $Url main\n', "pass"),
        ("deploy.sh", "git remote add space https://huggingface.co/spaces/me/app\ngit push space main\n", "pass"),
        ("release.sh", "# see https://huggingface.co/spaces/me/app\ngit tag v1\n", "fail"),
        ("release.sh", "git push origin main\n", "fail"),
    ],
)
def test_what_is_pushed_to_a_platform_is_started_there(path: str, script: str, expected: str) -> None:
    assert outcome("deployment-configured", {"app.py": ANSWERING, path: script}) == expected


def test_a_procfile_that_starts_what_is_gone_packages_nothing() -> None:
    assert outcome("containerized", {"app.py": ANSWERING, "Procfile": "web: tsx backend/server.tsx"}) == "partial"
    moved = {"app.py": ANSWERING, "Procfile": "web: tsx backend/server.tsx", "backend-old/server.tsx": ""}
    assert outcome("containerized", moved) == "partial"
    assert outcome("containerized", {"app.py": ANSWERING, "Procfile": "web: sh setup.sh && python app.py"}) == "pass"
    assert outcome("containerized", {"app.py": ANSWERING, "Procfile": "web: gunicorn app:app"}) == "pass"


def test_what_compose_builds_by_is_an_image_whatever_its_name() -> None:
    compose = "services:\n  api:\n    build:\n      context: ./images\n      dockerfile: serving\n"
    image = "FROM python:3.12\nCOPY app.py .\nENTRYPOINT gunicorn app:app\n"
    files = {"app.py": ANSWERING, "images/serving": image, "docker-compose.yml": compose}
    assert outcome("containerized", files) == "pass"
    assert outcome("containerized", {**files, "docker-compose.yml": "services: {db: {image: postgres}}\n"}) == "fail"
