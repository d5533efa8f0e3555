"""What refuses data that is not as expected, and what refuses something else."""

from __future__ import annotations

import pytest

from tests.auditing import outcome

FIT = "from sklearn.svm import SVC\nmodel = SVC().fit(X, y)\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("assert batch_size > 0\nassert len(layers) == 2\nassert args.mode in MODES\n", "fail"),
        (
            "import torch\n\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        assert x.ndim == 2\n",
            "fail",
        ),
        ("if df.isnull().any().any():\n    raise ValueError('null')\n", "partial"),
        (
            "def check_config(c):\n    missing = {'a'} - set(c)\n    if missing:\n        raise ValueError(missing)\n",
            "fail",
        ),
        ("import jsonschema\n\ndef load_config(config):\n    jsonschema.validate(config, SCHEMA)\n", "fail"),
        ("import jsonschema\n\nfor row in rows:\n    jsonschema.validate(row, SCHEMA)\n", "pass"),
        ("import pandera as pa\nschema = pa.DataFrameSchema({})\n", "partial"),
    ],
)
def test_what_validates_data(code: str, expected: str) -> None:
    assert outcome("data-validated", {"load.py": code}) == expected


def test_a_validator_that_nothing_calls_checks_nothing() -> None:
    validator = (
        "class Validator:\n    def check_rows(self, df):\n"
        "        if df.isnull().any().any():\n            raise ValueError('null values')\n"
        "        if not {'a'} <= set(df.columns):\n            raise ValueError('missing columns')\n"
        "        if df.empty:\n            raise ValueError('empty data')\n"
    )
    files = {"src/validation.py": validator, "src/train.py": FIT}
    assert outcome("data-validated", files) == "fail"
    used = "from src.validation import Validator\nValidator().check_rows(rows)\n" + FIT
    assert outcome("data-validated", files | {"src/train.py": used}) == "pass"


RECEIVE = "from fastapi import FastAPI, HTTPException, UploadFile\napp = FastAPI()\n\n@app.post('/documents')\n"
REFUSE = "        raise HTTPException(400)\n"


@pytest.mark.parametrize(
    ("guards", "expected"),
    [
        (["len(body) > 1000", "not file.filename.endswith('.pdf')", "file.content_type not in KINDS"], "pass"),
        (["len(body) > 1000"], "partial"),
        (["user.is_admin"], "fail"),
        ([], "fail"),
    ],
)
def test_what_is_asked_of_an_uploaded_document_is_asked_of_data(guards: list[str], expected: str) -> None:
    tests = "".join(f"    if {guard}:\n{REFUSE}" for guard in guards)
    index = "    rows = embed(body)\n    pd.DataFrame(rows).to_csv('rows.csv')\n"
    start = f"import pandas as pd\n{RECEIVE}async def receive(file: UploadFile):\n    body = await file.read()\n"
    app = start + tests + index
    assert outcome("data-validated", {"app.py": app}) == expected


@pytest.mark.parametrize(
    ("message", "expected"), [("'unknown dataset'", "fail"), ("'invalid values in the data'", "partial")]
)
def test_an_argument_that_names_the_data_is_no_data(message: str, expected: str) -> None:
    code = f"import pandas as pd\n\ndef load(name):\n    if name not in KNOWN:\n        raise ValueError({message})\n"
    assert outcome("data-validated", {"load.py": code + "    return pd.read_csv(name)\n\nload('a')\n"}) == expected


def test_columns_compared_with_a_written_schema() -> None:
    step = (
        "import pandas as pd\n\nclass DataValidation:\n"
        "    def __init__(self, config):\n        self.config = config\n\n"
        "    def validate_all_columns(self):\n        data = pd.read_csv(self.config.path)\n"
        "        all_schema = self.config.all_schema.keys()\n        status = True\n        for col in data.columns:\n"
        "            if col not in all_schema:\n                status = False\n        return status\n"
    )
    stage = "from validation import DataValidation\nDataValidation(config).validate_all_columns()\n" + FIT
    assert outcome("data-validated", {"validation.py": step, "stage.py": stage}) == "pass"


def test_scikit_learn_s_checks_of_arrays_are_checks_of_data() -> None:
    code = (
        "from sklearn.utils import check_X_y\n\nclass Selector:\n"
        "    def fit(self, X, y):\n        X, y = check_X_y(X, y)\n        return self\n"
    )
    assert outcome("data-validated", {"selector.py": code}) == "pass"


def test_rows_made_into_declared_records_are_validated() -> None:
    code = (
        "from pydantic import BaseModel\n\nclass House(BaseModel):\n    area: float\n\n"
        "def load_rows(rows):\n    return [House(**row) for row in rows]\n\nload_rows([])\n"
    )
    assert outcome("data-validated", {"load.py": code, "train.py": FIT}) == "pass"
    settings = code.replace("House", "TrainConfig")
    assert outcome("data-validated", {"load.py": settings, "train.py": FIT}) == "fail"


def test_a_model_that_is_sent_to_be_served_is_no_data() -> None:
    refuse = (
        f"    if not FILE.filename.endswith('.onnx'):\n{REFUSE}    body = await FILE.read()\n    pd.DataFrame(body)\n"
    )
    app = f"import pandas as pd\n{RECEIVE}async def receive(FILE: UploadFile):\n{refuse}"
    assert outcome("data-validated", {"app.py": app.replace("FILE", "model")}) == "fail"
    assert outcome("data-validated", {"app.py": app.replace("FILE", "document")}) == "partial"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("f'either no image or multiple images found for {name}'", "partial"),
        ("f'image and mask {name} should be the same size'", "partial"),
        ("'the model should be fitted'", "fail"),
        ("'wrong number of layers'", "fail"),
    ],
)
def test_an_assertion_says_what_it_is_about(message: str, expected: str) -> None:
    code = f"import numpy as np\n\ndef load(name):\n    found = glob(name)\n    assert len(found) == 1, {message}\n"
    assert outcome("data-validated", {"load.py": code + "    return np.load(found[0])\n\nload('a')\n"}) == expected


def test_a_comparison_with_a_schema_may_be_the_answer() -> None:
    check = (
        "import pandas as pd\n\ndef validate_columns(df):\n    required_columns = schema['columns']\n"
        "    return len(df.columns) == len(required_columns)\n\n"
        "if not validate_columns(pd.read_csv('a.csv')):\n    stop()\n"
    )
    assert outcome("data-validated", {"load.py": check}) == "pass"
    assert (
        outcome("data-validated", {"load.py": check.replace("required_columns", "wanted").replace("schema", "rows")})
        == "fail"
    )
