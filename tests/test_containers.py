"""Images and deployments: what packages the project, what only looks like it, and what would not work."""

from __future__ import annotations

import pytest

from ml_readiness.facts.deployment.base_images import Firmness, firmness
from ml_readiness.facts.deployment.clusters import Clusters
from ml_readiness.facts.deployment.containers import Containers
from ml_readiness.report import Outcome
from tests.auditing import answer, facts_of

APP = {"app.py": "app = object()\n", "requirements.txt": "flask\n", "train.py": "print(1)\n"}
PASS, PARTIAL, FAIL = Outcome.PASS, Outcome.PARTIAL, Outcome.FAIL
PLAIN = "FROM python:3.12\nCOPY . .\n"
SERVER = "services:\n  m:\n    build: .\n    command: >\n      {}\n        --host 0.0.0.0\n        --port 80\n"


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"Dockerfile": PLAIN + "CMD python train.py\n"}, PASS),
        ({"Dockerfile": PLAIN + 'ENTRYPOINT ["/bin/sh", "-c"]\nCMD ["uvicorn app:app"]\n'}, PASS),
        ({"docker/Dockerfile.gpu": PLAIN + "CMD python train.py\n"}, PASS),
        ({"Dockerfile": "FROM tensorflow/serving:2\nCOPY model /models/m\n"}, PASS),
        ({"Dockerfile": PLAIN, "compose.yml": "services: {a: {build: ., command: python train.py}}"}, PASS),
        ({"Dockerfile": PLAIN, "Makefile": "run:\n\tdocker run --rm image python train.py\n"}, PASS),
        ({"cog.yaml": "predict: predict.py:Predictor\n"}, PASS),
        ({"README.md": "---\nsdk: gradio\n---\n# x\n"}, PASS),
        ({"Dockerfile": PLAIN + "CMD bash\n"}, PARTIAL),
        ({"Dockerfile": PLAIN + "CMD sleep infinity\n"}, PARTIAL),
        ({"Dockerfile": PLAIN + 'ENTRYPOINT ["/bin/bash", "-c"]\n'}, PARTIAL),
        ({"Dockerfile": PLAIN + "CMD python -i\n"}, PARTIAL),
        ({"Dockerfile": PLAIN + "CMD python -u -m app\n"}, PASS),
        ({"Dockerfile": PLAIN}, PARTIAL),
        ({"Dockerfile": "FROM python:3.12\nRUN pip install mlflow\nCMD mlflow server --port 5000\n"}, PARTIAL),
        ({"Dockerfile.dev": PLAIN + "CMD python app.py\n"}, PARTIAL),
        ({".devcontainer/devcontainer.json": "{}"}, PARTIAL),
        ({"app.yaml": "runtime: python312\n"}, PARTIAL),
        ({".replit": "entrypoint = 'main.py'\n[deployment]\nrun = ['python3', 'main.py']\n"}, PARTIAL),
        ({"vendor/x/Dockerfile": PLAIN + "CMD python app.py\n"}, FAIL),
        ({"compose.yml": "services: {db: {image: postgres}}"}, FAIL),
        (
            {"Dockerfile": "FROM mlflow:3\nRUN pip install boto3\n", "compose.yml": SERVER.format("mlflow server")},
            PARTIAL,
        ),
        ({"Dockerfile": PLAIN, "compose.yml": SERVER.format("python train.py")}, PASS),
        ({"README.md": "# Docker\nRun `docker build .`\n"}, FAIL),
    ],
)
def test_containerized(files: dict[str, str], outcome: Outcome) -> None:
    assert answer("containerized", {**APP, **files}).outcome is outcome


JOB = ".github/workflows/cd.yml"


def job(step: str) -> dict[str, str]:
    return {JOB: f"on: push\njobs:\n  d:\n    steps:\n      - {step}\n"}


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"Procfile": "web: gunicorn app:app\n"}, PASS),
        ({"fly.toml": "app = 'x'\n"}, PASS),
        ({".replit": "[deployment]\nrun = ['python3', 'main.py']\n"}, PASS),
        ({"infra/main.tf": 'resource "aws_s3_bucket" "b" {}\n'}, PASS),
        ({"k8s/cron.yaml": "apiVersion: batch/v1\nkind: CronJob\n"}, PASS),
        ({"chart/templates/d.yaml": "apiVersion: apps/v1\nkind: Deployment\nname: {{ .x }}\n"}, PASS),
        ({"Dockerfile": PLAIN + "CMD python app.py\n", "compose.yml": "services: {a: {build: .}}"}, PASS),
        ({"Makefile": "up:\n\tgcloud run deploy x --source .\n"}, PASS),
        (job("run: ssh host 'docker compose up -d'"), PASS),
        (job("uses: google-github-actions/deploy-cloudrun@v2"), PASS),
        (job("run: git push https://huggingface.co/spaces/a/b main"), PASS),
        (job("run: docker push x"), FAIL),
        (job("run: mkdocs gh-deploy"), FAIL),
        (job("run: mike deploy 1.0"), FAIL),
        (job("{run: kubectl apply -f x, if: false}"), FAIL),
        ({"compose.yml": "services: {db: {image: postgres}, mlflow: {image: mlflow, command: mlflow server}}"}, FAIL),
        ({"compose.yml": "services: {p: {image: prom, command: ['--c=x'], volumes: ['./p:/p']}}"}, FAIL),
        ({"compose.yml": "services: {lab: {build: ., command: jupyter lab}}", "Dockerfile": PLAIN}, FAIL),
        ({"tests/k8s/d.yaml": "apiVersion: apps/v1\nkind: Deployment\n"}, FAIL),
        ({"config.yaml": "kind: Deployment\nname: x\n"}, FAIL),
        ({"README.md": "kubectl apply -f x\n"}, FAIL),
    ],
)
def test_deployment_configured(files: dict[str, str], outcome: Outcome) -> None:
    assert answer("deployment-configured", {**APP, **files}).outcome is outcome


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("python:3.12.4-slim", Firmness.FIXED), ("python@sha256:" + "a" * 64, Firmness.FIXED),
        ("reg.example.com:5000/a/b:v1.2.3", Firmness.FIXED), ("minio:RELEASE.2024-01-31T20-20-33Z", Firmness.FIXED),
        ("a:sha-1f3c9ab", Firmness.FIXED), ("nvidia/cuda:12.1.0-base-ubuntu22.04", Firmness.FIXED),
        ("python:3.12-slim", Firmness.MINOR), ("node:18", Firmness.MINOR), ("python", Firmness.FLOATING),
        ("python:latest", Firmness.FLOATING), ("python:slim", Firmness.FLOATING),
        ("reg.example.com:5000/a", Firmness.FLOATING), ("a:${TAG}", Firmness.UNKNOWN), ("$IMAGE", Firmness.UNKNOWN),
    ],
)  # fmt: skip
def test_how_firmly_an_image_is_named(name: str, expected: Firmness) -> None:
    assert firmness(name) is expected


def test_images_of_manifests_and_pipelines_count() -> None:
    files = {
        "k8s/d.yaml": "apiVersion: apps/v1\nkind: Deployment\n"
        "spec: {template: {spec: {containers: [{image: 'a:1.2.3'}]}}}\n",
        ".gitlab-ci.yml": "image: python:latest\nt: {script: [ls]}\n",
        "compose.yml": "services: {own: {build: ., image: 'own:latest'}}\n",
    }
    found = answer("base-image-pinned", files)
    assert {f.message for f in found.findings} == {"`a:1.2.3` is one image", "`python:latest` has a tag that moves"}


def deploy(files: dict[str, str]) -> tuple[Outcome, str]:
    found = answer("deploy-files-consistent", {**APP, **files})
    return found.outcome, found.messages


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"Dockerfile": "FROM a\nCOPY src /src\n"}, "`src` is copied"),
        ({"Dockerfile": PLAIN + "CMD python main.py\n"}, "`main.py` is not in"),
        ({"Dockerfile": PLAIN + "CMD uvicorn app:server\n"}, "defines no `server`"),
        ({"Dockerfile": "FROM a\nRUN pip install -r reqs.txt\n"}, "`reqs.txt` is installed"),
        ({"Dockerfile": "FROM a\nCOPY app.py .\n", ".dockerignore": "*\n!train.py\n"}, "excluded by `.dockerignore`"),
        ({"compose.yml": "services: {a: {build: ./api}}"}, "the folder `api`"),
        ({"Procfile": "web: gunicorn server:app\n"}, "the module `server`"),
    ],
)
def test_what_would_not_work_fails(files: dict[str, str], message: str) -> None:
    outcome, messages = deploy(files)
    assert outcome is FAIL
    assert message in messages


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": "FROM a AS b\nRUN make\nFROM c\nCOPY --from=b /out /x\nCOPY app.py $TARGET\n"
            "CMD [\"/entrypoint.sh\"]\n"},
        {"Dockerfile": "FROM a\nCOPY *.py requirements*.txt ./\nADD https://example.com/x /x\n"
            "CMD python -m http.server\n"},
        {"Dockerfile": "FROM a\nCOPY requirements.txt reqs.txt\nRUN pip install -r reqs.txt\n"},
        {"api/Dockerfile": "FROM a\nCOPY app.py .\n"},
        {"Dockerfile": "FROM a\nCOPY dist/x.whl .\nCMD uvicorn third.party:app\n"},
        {"Dockerfile": PLAIN + "CMD uvicorn main:app\n", "a/main.py": "x = 1\n", "b/main.py": "from x import app\n"},
        {"compose.yml": "services: {a: {build: ., ports: ['80:8000', '6006:6006']}}",
         "Dockerfile": PLAIN + "CMD uvicorn app:app --port 8000\n"},
    ],
)  # fmt: skip
def test_what_only_looks_wrong_passes(files: dict[str, str]) -> None:
    outcome, messages = deploy(files)
    assert outcome is PASS, messages


def test_what_is_made_elsewhere_is_unknown_and_ports_are_half() -> None:
    assert deploy({"Dockerfile": "FROM a\nCOPY model.bin .\n", ".gitignore": "*.bin\n"})[0] is Outcome.UNKNOWN
    service = "apiVersion: v1\nkind: Service\nspec: {selector: {a: b}, ports: [{port: 80, targetPort: 9}]}\n---\n"
    pod = "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {metadata: {labels: {a: b}}, "
    pod += "spec: {containers: [{image: x, ports: [{containerPort: 8}]}]}}}\n"
    assert deploy({"k8s/a.yaml": service + pod})[0] is PARTIAL


def test_probes_are_known() -> None:
    manifest = (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: x\n    livenessProbe: {httpGet: {path: /}}\n"
    )
    facts = facts_of({"p.yaml": manifest, "Dockerfile": PLAIN + "HEALTHCHECK CMD curl localhost\n"})
    assert [str(at) for each in facts.get(Clusters).objects for at in each.probes] == ["p.yaml:6"]
    assert str(facts.get(Containers).images[0].health) == "Dockerfile:3"


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        ("run: ruff check . && mypy src", PASS), ("run: pre-commit run -a", PASS), ("run: flake8", PARTIAL),
        ("run: flake8 --exit-zero && mypy src", PARTIAL), ("run: mypy src || true", PARTIAL), ("run: black .", PARTIAL),
    ],
)  # fmt: skip
def test_static_analysis_wired(step: str, outcome: Outcome) -> None:
    hooks = {".pre-commit-config.yaml": "repos: [{repo: x, hooks: [{id: ruff}, {id: mypy}]}]"}
    assert answer("static-analysis-wired", {**APP, **hooks, **job(step)}).outcome is outcome


@pytest.mark.parametrize("name", ["dockerfile.py", "Dockerfile.md", "Dockerfile.dockerignore", "app/dockerfile.yml"])
def test_what_only_sounds_like_a_dockerfile_is_none(name: str) -> None:
    assert (
        answer("base-image-pinned", {name: "from os import path", "train.py": "import torch\n"}).outcome
        is Outcome.NOT_APPLICABLE
    )
