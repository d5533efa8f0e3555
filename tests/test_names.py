"""What a name in the code stands for: a fallback does not hide it, and a library is no folder of the same name."""

from __future__ import annotations

import pytest

from ml_readiness.facts.source.code import Code
from tests.auditing import facts_of, outcome


def _calls(code: str) -> list[str]:
    return [site.name for site in facts_of({"app.py": code}).get(Code).sites]


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    from torch import load\nexcept ImportError:\n    load = None\n\nload('m.pt')\n",
        "try:\n    from torch import load\nexcept ImportError:\n    def load(path): ...\n\nload('m.pt')\n",
        "try:\n    from torch import load\nexcept Exception:\n    load: object = None\n\nload('m.pt')\n",
        "if HAS_TORCH:\n    from torch import load\nelse:\n    load = None\n\nload('m.pt')\n",
    ],
)
def test_what_stands_in_for_a_missing_library_does_not_hide_it(code: str) -> None:
    assert _calls(code)[-1] == "torch.load"


def test_a_model_that_may_be_missing_is_still_a_model() -> None:
    code = "import joblib\n\ntry:\n    m = joblib.load('m.pkl')\nexcept OSError:\n    m = None\n\nm.predict(x)\n"
    assert _calls(code)[-1] == "joblib.load.predict"


def test_what_is_only_known_in_the_other_branch_counts() -> None:
    code = "try:\n    load = None\nexcept OSError:\n    from torch import load\n\nload('m.pt')\n"
    assert _calls(code)[-1] == "torch.load"


def test_a_name_that_is_given_up_stands_for_nothing() -> None:
    assert _calls("from torch import load\n\nload = None\nload('m.pt')\n")[-1] == "?load"


def test_a_part_of_a_package_that_is_called_like_a_library_is_not_the_library() -> None:
    page = "import streamlit as st\nimport joblib\n\nst.write(joblib.load('m.pkl').predict([[st.number_input('x')]]))\n"
    files = {
        "deployment/__init__.py": "",
        "deployment/streamlit/__init__.py": "",
        "deployment/streamlit/pages/1_Predict.py": page,
    }
    sites = facts_of(files).get(Code).sites
    assert {site.name for site in sites} >= {"streamlit.write", "streamlit.number_input"}
    assert outcome("inference-entry-point", files) == "pass"


def test_a_library_is_its_own_package() -> None:
    files = {"packages/torch/torch/__init__.py": "", "packages/torch/torch/nn.py": "import torch\n\ntorch.load('x')\n"}
    sites = facts_of(files).get(Code).sites
    assert [site.name for site in sites] == [":packages/torch/torch/__init__.py:load"]


def test_code_that_a_project_learns_from_is_none_of_its_own() -> None:
    corpus = {
        f"Code_data/{ending}/{number}.{ending}": f"import torch\ntorch.load('m{number}.pt')\n"
        for ending in ("py", "java", "php")
        for number in range(5)
    }
    train = "from sklearn.svm import SVC\nSVC().fit(read('Code_data'), y)\n"
    assert {site.unit.path for site in facts_of({**corpus, "train.py": train}).get(Code).sites} == {"train.py"}
    assert outcome("data-versioned", {**corpus, "train.py": train}) == "pass"
    helpers = {path: text for path, text in corpus.items() if path.endswith(".py")}
    assert len(facts_of(helpers).get(Code).sites) == len(helpers)
