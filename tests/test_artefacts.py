"""Model files are told from data, plain objects from pointers, by name, size and first bytes."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_readiness.documents import Documents
from ml_readiness.facts import Facts
from ml_readiness.facts.tree.artefacts import Artefacts
from ml_readiness.parsers.pickled import Pickled
from ml_readiness.parsers.serialised import Serialised
from ml_readiness.report import Outcome
from ml_readiness.snapshot import Absent, Entry, EntryKind
from tests.auditing import answer, facts_of, outcome

BIG = b"\x01" * 150_000
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 123456\n"


def kinds(files: Mapping[str, str | bytes]) -> dict[str, str]:
    artefacts = facts_of(files).get(Artefacts)
    return {a.path: a.kind for a in (*artefacts.models, *artefacts.data)}


@pytest.mark.parametrize(
    "path",
    [
        "model.pth",
        "weights/best.pt",
        "m.safetensors",
        "saved_model.pb",
        "export/variables/variables.data-00000-of-00001",
        "models/resnet.h5",
        "classifier.sav",
        "models/xgb.model",
        "models/xgboost.json",
        "learner_fold_0.xgboost.json",
        "rf.joblib",
        "agent/ppo_model.zip",
        "model.tar.gz",
        "pytorch_model.bin",
    ],
)
def test_models_by_name(path: str) -> None:
    found = answer("models-outside-git", {path: BIG})
    assert found.outcome is Outcome.FAIL
    assert found.places == {path}


@pytest.mark.parametrize(
    "path",
    [
        "data/train.h5",
        "data/MNIST/processed/training.pt",
        "tokenizer.model",
        "data/sample.sp.model",
        "config.json",
        "data/movies.pkl",
        "docs/.doctrees/environment.pickle",
        "vocab.bin",
        "requirements.txt",
        "site/data.zip",
        "node_modules/x/model.onnx",
    ],
)
def test_what_is_no_model(path: str) -> None:
    assert answer("models-outside-git", {path: BIG}).outcome is Outcome.PASS


def test_small_models_and_fixtures_are_fine() -> None:
    assert answer("models-outside-git", {"model.pkl": b"x" * 90_000}).outcome is Outcome.PASS
    assert answer("models-outside-git", {"tests/data/model.pkl": BIG}).outcome is Outcome.PASS


def test_a_pickle_says_what_it_is_made_of() -> None:
    data = pickle.dumps(OrderedDict((str(i), i) for i in range(30_000)))
    assert answer("models-outside-git", {"artifacts/thing.pkl": data}).outcome is Outcome.PASS
    model = pickle.dumps(("sklearn.svm._classes", b"\0" * 150_000))
    assert "sklearn.svm._classes" in answer("models-outside-git", {"thing.pkl": model}).messages


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("app/assets/regressor.txt", b"tree\nversion=v4\nnum_class=1\n" + BIG),
        ("price.bin", pickle.dumps(("sklearn.ensemble._forest", b"\0" * 150_000))),
        ("booster.json", b'{"learner":{"attributes":{}' + BIG),
        ("app/predictor", b"CBM1" + BIG),
        ("net.dat", b"PK\x03\x04archive/data.pkl archive/version" + BIG),
        ("checkpoints/bert.eqx", BIG),
    ],
)
def test_models_by_their_first_bytes_whatever_the_suffix(path: str, data: bytes) -> None:
    assert answer("models-outside-git", {path: data}).places == {path}


@pytest.mark.parametrize("path", ["notes.txt", "rows.bin", "COPYING", "table.json", "grid.dat"])
def test_large_files_without_such_a_beginning_are_none(path: str) -> None:
    assert answer("models-outside-git", {path: BIG}).outcome is Outcome.PASS


def test_pointers_are_not_plain_objects() -> None:
    found = answer("models-outside-git", {"model.onnx": POINTER})
    assert found.outcome is Outcome.PASS
    artefact = facts_of({"model.onnx": POINTER}).get(Artefacts).models[0]
    assert (artefact.storage, artefact.size) == ("lfs", 123456)


class WithoutObjects:
    """A partial clone: the listing without the large objects."""

    name = "partial"
    revision = None
    notes: tuple[str, ...] = ()

    def __init__(self, *paths: str) -> None:
        self.entries = {path: Entry(path, EntryKind.FILE, None, "0" * 40) for path in sorted(paths)}

    def read(self, path: str) -> bytes:
        raise Absent(path)


def test_an_absent_object_is_judged_by_its_path() -> None:
    facts = Facts(Documents(WithoutObjects("model.h5", "data/train.csv")))
    artefacts = facts.get(Artefacts)
    assert [(m.path, m.size, m.is_plain) for m in artefacts.models] == [("model.h5", None, True)]
    assert [d.path for d in artefacts.data] == ["data/train.csv"]


def test_what_dvc_keeps() -> None:
    files = {
        "data/raw.csv.dvc": "outs:\n- path: raw.csv\n",
        "dvc.lock": "stages:\n  train:\n    deps:\n    - path: src/train.py\n    outs:\n    - path: models/model.pkl\n",
        ".dvc/config": "[core]\n    remote = s3\n['remote \"s3\"']\n    url = s3://bucket/dvc\n",
    }
    artefacts = facts_of(files).get(Artefacts)
    assert artefacts.dvc == ("data/raw.csv", "models/model.pkl")
    assert artefacts.dvc_remotes == ("s3://bucket/dvc",)


def test_data_files() -> None:
    assert kinds({"data/a.csv": "a", "b.parquet": b"PAR1", "model.pt": BIG}) == {
        "data/a.csv": "data",
        "b.parquet": "data",
        "model.pt": "model",
    }


@given(st.binary(max_size=300))
def test_any_bytes_are_looked_at(data: bytes) -> None:
    assert len(Pickled.parse(data).models) <= 5
    assert isinstance(Serialised.parse(data).model, str)


def test_a_word_within_a_text_of_a_pickle_names_no_class() -> None:
    text = pickle.dumps({"links": ["see https://implicit.example.com/about"] * 3, "why": "sklearn. is a library"})
    assert Pickled.parse(text).models == ()
    assert Pickled.parse(b"\x80\x03csklearn.svm._classes\nSVC\nq\x00").models == ("sklearn.svm._classes.SVC.q",)
    assert Pickled.parse(b"\x80\x04\x8c\x0bsklearn.svm\x8c\x03SVC\x93").models == ("sklearn.svm",)


def test_what_is_searched_is_no_model() -> None:
    app = (
        "import pickle\nimport streamlit as st\nfrom langchain import OpenAI\n"
        "store = pickle.load(open('faiss_store.pkl', 'rb'))\n\ndef get_text():\n    return st.text_input('You')\n\n"
        "st.write(OpenAI()(get_text(), store))\n"
    )
    files: dict[str, str | bytes] = {"app.py": app, "faiss_store.pkl": pickle.dumps(["a document"] * 900)}
    assert outcome("model-obtainable", files) == "not-applicable"
    assert outcome("models-outside-git", files) == "pass"
    assert outcome("tests-cover-preprocessing", files) == "not-applicable"
