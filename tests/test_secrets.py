"""Credentials are found wherever they hide, placeholders are not, and no value is ever repeated."""

from __future__ import annotations

import json
import string
import time
from base64 import b64encode, urlsafe_b64encode
from contextlib import suppress
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.documents import PARSE_ERRORS
from ml_readiness.parsers.secrets import NotebookSecrets, Secrets
from ml_readiness.report import Outcome
from tests.auditing import answer

BASE62 = string.ascii_letters + string.digits


def made_up(length: int, alphabet: str = BASE62) -> str:
    """A value that looks random, always the same."""
    digits = b"".join(sha256(f"{length}{alphabet}{block}".encode()).digest() for block in range(9))
    value = "".join(alphabet[byte % len(alphabet)] for byte in digits)
    return value[:length]


HEX = string.digits + "abcdef"
PROVIDED = [
    "AK" + "IA" + made_up(16, string.ascii_uppercase + "234567"),
    "gh" + "p_" + made_up(36),
    "github" + "_pat_" + made_up(22) + "_" + made_up(59),
    "gl" + "pat-" + made_up(20),
    "sk" + "-ant-" + "api03-" + made_up(93),
    "sk" + "-proj-" + made_up(120),
    "sk" + "-" + made_up(48),
    "sk" + "-" + made_up(32, HEX),
    "hf" + "_" + made_up(34, string.ascii_letters),
    "AI" + "za" + made_up(35),
    "xo" + "xb-9182736450-" + made_up(24),
    "sk" + "_live_" + made_up(24),
    "ls" + "v2_pt_" + made_up(32, HEX) + "_" + made_up(10, HEX),
    "da" + "pi" + made_up(32, HEX),
    "gs" + "k_" + made_up(52),
    "9182736450" + ":AA" + made_up(33),
]


@pytest.mark.parametrize("value", PROVIDED, ids=[value[:6] for value in PROVIDED])
@pytest.mark.parametrize("line", ["key = '{}'", "KEY={}", "export KEY={} # x", '"key": "{}",', "call({})", "see {}."])
def test_what_providers_give_out_is_found_and_masked(value: str, line: str) -> None:
    found = answer("no-secrets", {"src/app.py": f"import os\n\n{line.format(value)}\n"})
    assert found.outcome is Outcome.FAIL
    assert found.places == {"src/app.py:3"}
    assert value not in found.messages
    assert value[4:-2] not in found.messages


@pytest.mark.parametrize(
    "text",
    [
        f'api_key = "{made_up(32)}"',
        f'self.client_secret: str = "{made_up(40)}"',
        f'os.environ["PINECONE_API_KEY"] = "{made_up(36, HEX)}"',
        f'os.getenv("API_TOKEN", "{made_up(32)}")',
        f'headers = {{"Authorization": "Token {made_up(40, HEX)}"}}',
        f'headers = {{"Authorization": f"Bearer {made_up(40)}"}}',
        f'wandb.login(key="{made_up(40, HEX)}")',
        f"!wandb login {made_up(40, HEX)}",
        f'{{"username":"somebody","key":"{made_up(32, HEX)}"}}',
        f"aws_secret_access_key = '{made_up(40)}'",
        'password = "Gr8-Wombat!77"',
        "url = 'mongodb+srv://me:hunter42@cluster0.abcde.mongodb.net/db'",
        "url = 'postgresql://admin:admin@10.20.30.40:5432/db'",
        "-----BEGIN RSA PRIVATE KEY-----\n" + made_up(64) + "\n" + made_up(60),
        json.dumps({"private_key": "-----BEGIN PRIVATE KEY-----\n" + made_up(200) + "\n"}),
    ],
)
def test_other_credentials_are_found(text: str) -> None:
    found = answer("no-secrets", {"src/app.py": text})
    assert found.outcome is Outcome.FAIL
    assert found.findings[0].line == 1
    assert "hunter42" not in found.messages
    assert "Wombat" not in found.messages


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("config.yml", f"api_token: {made_up(32)}"),
        (".env", f"export SECRET_KEY={made_up(40)}"),
        ("deploy/prod.env", "DB_PASSWORD=Gr8-Wombat!77"),
        ("Dockerfile", f"ENV API_KEY={made_up(32)}"),
        ("README.md", f"    export API_KEY={made_up(32)}"),
        ("README.md", f"    export TRACKING_PASSWORD={made_up(40)}"),
        ("k8s/secret.yaml", f"data:\n  password: {b64encode(b'Gr8-Wombat!77xy').decode()}"),
    ],
)
def test_configuration_needs_no_quotes(path: str, text: str) -> None:
    assert answer("no-secrets", {path: text}).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "text",
    [
        'api_key = "your-api-key-goes-here-1234"',
        'api_key = "sk-' + "x" * 48 + '"',
        "OPENAI_API_KEY=sk-...",
        'api_key = "sk-ant-your_key_here_' + "a1" * 40 + '"',
        'api_key = os.environ["API_KEY"]',
        'api_key = "${API_KEY_FROM_VAULT_1234567}"',
        'token = "{{ secrets.HF_TOKEN_FOR_DEPLOYMENT_1 }}"',
        'token = "<paste-your-token-number-1-here>"',
        'tokenizer = "bert-base-uncased-finetuned-sst2"',
        'pad_token = "<pad>"',
        'max_token = "a1b2c3"',
        'token_url = "https://login.example.org/oauth2/v2.0/token"',
        'secret_name = "projects/123456789/secrets/model-key-1"',
        'password = "postgres"',
        'password = "mlflow2023"',
        'password = ""',
        'api_key = "AK' + 'IAIOSFODNN7EXAMPLE"',
        "url = 'postgresql://postgres:postgres@localhost:5432/db'",
        "url = 'postgresql://user:password@db.acme.io:5432/db'",
        "url = 'postgresql://airflow:airflow@postgres/airflow'",
        "url = 'https://me:${PASSWORD}@acme.io'",
        "pip install git+https://acme.io/x@v1:2",
        "see https://x.org/a?b=c:d@e.org",
        "sha = '" + made_up(40, HEX) + "'",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "hashed_secret = '" + made_up(40, HEX) + "'",
        "integrity: sha512-" + made_up(86) + "==",
        "AWSAccessKeyId=" + PROVIDED[0],
        "data:image/png;base64," + "iVBORw0KGgo" + made_up(200) + "AKIA" + made_up(200),
    ],
)
def test_what_is_no_secret(text: str) -> None:
    for path in ("src/app.py", "config.yml", ".env", "README.md"):
        found = answer("no-secrets", {path: text})
        assert found.outcome is Outcome.PASS, (path, found.messages)


@pytest.mark.parametrize(
    "path", ["tests/conftest.py", ".env.example", "examples/app.py", "src/app.test.ts", "env.sample"]
)
def test_samples_and_tests_may_hold_made_up_values(path: str) -> None:
    assert answer("no-secrets", {path: f'API_KEY = "{made_up(32)}"'}).outcome is Outcome.PASS
    assert answer("no-secrets", {path: f"API_KEY = '{PROVIDED[1]}'"}).outcome is Outcome.FAIL


def test_texts_that_a_program_answers_from_say_what_everybody_may_read() -> None:
    text = f"In this example the endpoint derives\n\n   secret\n     = {made_up(32)}\n"
    assert answer("no-secrets", {"eval/corpora/rfc/quic.txt": text}).outcome is Outcome.PASS
    assert answer("no-secrets", {"eval/corpora/rfc/quic.txt": PROVIDED[1]}).outcome is Outcome.FAIL
    assert answer("no-secrets", {"settings.txt": f"secret = {made_up(32)}\n"}).outcome is Outcome.FAIL


def test_a_demonstration_token_is_no_secret() -> None:
    claims = (
        urlsafe_b64encode(json.dumps({"iss": "supabase-demo", "role": "service_role"}).encode()).decode().rstrip("=")
    )
    token = f"eyJhbGciOiJIUzI1NiJ9.{claims}.{made_up(43)}"
    assert answer("no-secrets", {"a.sql": f"service_token = '{token}'"}).outcome is Outcome.PASS


def notebook(cells: list[dict[str, object]]) -> str:
    return json.dumps({"cells": cells, "nbformat": 4, "metadata": {}})


def test_a_notebook_names_the_cell() -> None:
    cells: list[dict[str, object]] = [
        {"cell_type": "markdown", "source": "# Title"},
        {"cell_type": "code", "source": ["import os\n", f"key = '{PROVIDED[1]}'"], "outputs": []},
    ]
    assert answer("no-secrets", {"a.ipynb": notebook(cells)}).places == {"a.ipynb#cell-2:2"}


def test_outputs_are_searched_and_pictures_are_not() -> None:
    printed = [{"output_type": "stream", "text": ["a\n", f"token {PROVIDED[1]}\n"]}]
    shown = [{"output_type": "display_data", "data": {"image/png": PROVIDED[1], "text/plain": ["Figure"]}}]
    found = answer("no-secrets", {"a.ipynb": notebook([{"cell_type": "code", "source": "", "outputs": printed}])})
    assert found.outcome is Outcome.FAIL
    assert "output of the cell" in found.messages
    found = answer("no-secrets", {"a.ipynb": notebook([{"cell_type": "code", "source": "", "outputs": shown}])})
    assert found.outcome is Outcome.PASS


def test_a_broken_notebook_is_searched_as_text() -> None:
    assert answer("no-secrets", {"a.ipynb": f'{{"cells": [ "{PROVIDED[1]}"'}).outcome is Outcome.FAIL


def test_vendored_and_binary_files_are_left_alone() -> None:
    files: dict[str, str | bytes] = {
        "node_modules/a/b.js": f"key = '{PROVIDED[1]}'",
        "a.dat2": b"\0\1" + PROVIDED[1].encode(),
    }
    assert answer("no-secrets", files).outcome is Outcome.PASS


def test_many_are_summed_up() -> None:
    found = answer("no-secrets", {"a.py": f"key = '{PROVIDED[1]}'\n" * 60})
    assert len(found.findings) == 26


def test_utf16_is_read() -> None:
    data = f"key = '{PROVIDED[1]}'".encode("utf-16")
    assert answer("no-secrets", {"a.ps1": data}).outcome is Outcome.FAIL


HOSTILE = [
    "a" * 100_000,
    " " * 100_000,
    "=" * 100_000,
    "-----BEGIN " * 10_000,
    "-----BEGIN PRIVATE KEY-----" * 4000,
    "AKIA" * 25_000,
    "http://" * 15_000,
    "://a:b@" * 12_000,
    "@" * 100_000,
    "token=" * 18_000,
    "password: " * 10_000,
    "sk-" * 33_000,
    "authorization bearer " * 5000,
    "0" * 100_000 + ":AA",
    "\\" * 100_000,
    '"' * 100_001,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:12] for text in HOSTILE])
def test_searching_takes_linear_time(text: str) -> None:
    start = time.process_time()
    Secrets.parse(text.encode())
    assert time.process_time() - start < 0.6


@given(st.binary(max_size=300) | st.text(alphabet="token=\"' :/@sk-ABab12\n", max_size=120).map(str.encode))
def test_any_bytes_are_searched(data: bytes) -> None:
    secrets = Secrets.parse(data)
    assert msgspec.json.decode(msgspec.json.encode(secrets), type=Secrets) == secrets
    with suppress(*PARSE_ERRORS):
        NotebookSecrets.parse(data)


@pytest.mark.parametrize(
    ("host", "user", "expected"),
    [
        ("http://35.91.7.18:8123", "user1", Outcome.FAIL),
        ("db.abcdef.eu-west-1.rds.amazonaws.com", "user1", Outcome.FAIL),
        ("192.168.0.7", "user1", Outcome.PASS),
        ("203.0.113.9", "user1", Outcome.PASS),
        ("localhost", "user1", Outcome.PASS),
        ("clickhouse", "user1", Outcome.PASS),
        ("35.91.7.18", "", Outcome.PASS),
    ],
)
def test_a_weak_password_counts_beside_an_address_that_all_can_reach(host: str, user: str, expected: Outcome) -> None:
    named = f"    user='{user}',\n" if user else ""
    code = f"conn = dict(\n    host='{host}',\n{named}    password='{'hola' + '1234'}',\n)\n"
    notebook = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": code, "outputs": []}]})
    assert answer("no-secrets", {"src/app.py": code}).outcome is expected
    assert answer("no-secrets", {"a.ipynb": notebook}).outcome is expected
