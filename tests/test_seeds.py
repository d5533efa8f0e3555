"""Which random draws of training need a seed, and what seeds them."""

from __future__ import annotations

import json

import pytest

from tests.auditing import outcome

FIT = "from sklearn.svm import SVC\nmodel = SVC().fit(X, y)\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy as np\nmask = np.random.rand(len(rows)) < 0.8\ntrain, test = rows[mask], rows[~mask]\n", "fail"),
        ("import numpy as np\ndraw = np.random.rand(len(rows))\ntrain = rows[draw < 0.8]\nmask = draw < 0.8\n", "fail"),
        ("import random\nrandom.shuffle(rows)\ntrain, test = rows[:80], rows[80:]\n", "fail"),
        ("import random\nrandom.seed(7)\nrandom.shuffle(rows)\ntrain, test = rows[:80], rows[80:]\n", "pass"),
        ("import numpy as np\nnoise = np.random.rand(3)\n", "not-applicable"),
        ("from datasets import load_dataset\nd = load_dataset('imdb')['train'].train_test_split(0.1)\n", "fail"),
        ("from datasets import load_dataset\nd = load_dataset('imdb')['train'].shuffle(seed=3)\n", "pass"),
    ],
)
def test_a_split_by_drawn_numbers_needs_a_seed(code: str, expected: str) -> None:
    assert outcome("seeds-fixed", {"train.py": code + FIT}) == expected


def test_made_up_rows_decide_nothing() -> None:
    code = "import random\n\ndef generate_rows():\n    random.shuffle(rows)\n"
    assert outcome("seeds-fixed", {"train.py": code + FIT}) == "not-applicable"


def test_a_seeded_estimator_beside_an_unseeded_split_is_half() -> None:
    code = (
        "from sklearn.linear_model import ElasticNet\nfrom sklearn.model_selection import train_test_split\n"
        "train, test = train_test_split(rows)\nElasticNet(random_state=42).fit(train, y)\n"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == "partial"


def test_a_split_that_is_not_seeded_is_not_outvoted() -> None:
    trees = "".join(f"RandomForestClassifier(random_state={n}).fit(train, y)\n" for n in range(9))
    code = (
        "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.model_selection import train_test_split\n"
        f"train, test = train_test_split(rows)\n{trees}"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == "partial"


def test_torch_s_own_split_is_seeded_with_torch() -> None:
    code = (
        "import torch\nfrom torch import nn\ntorch.manual_seed(1)\nnet = nn.Linear(1, 1)\n"
        "a, b = torch.utils.data.random_split(rows, [8, 2])\nloss = net(a)\nloss.backward()\noptimizer.step()\n"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == "pass"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [("'subsample': 0.8, 'seed': 1", "pass"), ("'subsample': 0.8", "fail"), ("'max_depth': 3", "not-applicable")],
)
def test_boosters_draw_only_if_told_to_sample(settings: str, expected: str) -> None:
    code = f"import xgboost\nparams = {{{settings}}}\nmodel = xgboost.train(params, rows)\n"
    assert outcome("seeds-fixed", {"train.py": code}) == expected


@pytest.mark.parametrize(
    ("seed", "expected"), [("np.random.seed(7)", "pass"), ("rng = np.random.default_rng(7)", "partial"), ("", "fail")]
)
def test_a_generator_of_one_s_own_seeds_nobody_else_s_draws(seed: str, expected: str) -> None:
    code = (
        "import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier\n"
        f"{seed}\nRandomForestClassifier().fit(train, y)\n"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == expected


def test_a_search_without_a_seed_gives_other_parameters_each_time() -> None:
    code = (
        "import xgboost\nfrom hyperopt import fmin, tpe\n\ndef objective(p):\n"
        "    return xgboost.train({'seed': 1, **p}, rows).best_score\n\n"
        "best = fmin(objective, space, algo=tpe.suggest)\n"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == "partial"
    assert outcome("seeds-fixed", {"train.py": code.replace("space,", "space, rstate=rng,")}) == "pass"


def test_settings_from_a_file_may_hold_the_seed() -> None:
    code = "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier(**settings).fit(X, y)\n"
    assert outcome("seeds-fixed", {"train.py": code}) == "fail"
    assert outcome("seeds-fixed", {"train.py": code, "params.yaml": "model:\n  random_state: 7\n"}) == "pass"


def test_a_generator_whose_seed_is_left_out_by_default_fixes_nothing() -> None:
    code = "import numpy as np\n\ndef rng(seed=None):\n    return np.random.default_rng(seed)\n\nrng()\n"
    assert outcome("seeds-fixed", {"train.py": code + FIT}) == "not-applicable"


def test_the_framework_that_only_answers_needs_no_seed() -> None:
    serve = "import torch\nfrom torch import nn\nnet = nn.Linear(1, 1)\nnet.load_state_dict(torch.load('m.pt'))\n"
    train = "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier(random_state=1).fit(X, y)\n"
    assert outcome("seeds-fixed", {"serve.py": serve, "train.py": train}) == "pass"


def test_lessons_are_the_work_where_there_is_nothing_else() -> None:
    lesson = "import torch\nnet = torch.nn.Linear(1, 1)\nloss = net(x)\nloss.backward()\noptimizer.step()\n"
    files = {"tutorials/01-linear/main.py": lesson}
    assert outcome("seeds-fixed", files) == "fail"
    assert outcome("training-code-present", files) == "pass"
    assert (
        outcome("training-code-present", {**files, "package/core.py": "def add(a, b):\n    return a + b\n"}) != "pass"
    )


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("cache.py", "import random\n\ndef warm(keys):\n    random.shuffle(keys)\n", "pass"),
        (
            "retry.py",
            "import random\n\ndef wait(delay):\n    delay *= 0.5 + random.random()\n    return delay\n",
            "pass",
        ),
        ("health.py", "import random\n\ndef probe():\n    fine = random.random() > 0.05\n    return fine\n", "pass"),
        ("split_rows.py", "import random\n\ndef split(rows):\n    random.shuffle(rows)\n", "partial"),
        (
            "prepare.py",
            "import numpy as np\n\ndef cut(df):\n    m = np.random.rand(len(df)) < 0.8\n    return df[m]\n",
            "partial",
        ),
    ],
)
def test_only_draws_that_touch_training_rows_need_a_seed(path: str, code: str, expected: str) -> None:
    train = "from sklearn.ensemble import RandomForestClassifier\n\nRandomForestClassifier(random_state=7).fit(X, y)\n"
    assert outcome("seeds-fixed", {"train.py": train, path: code}) == expected


def test_the_seed_that_is_always_in_force_is_the_one_that_counts() -> None:
    drift = (
        "import random\n\ndef main(args):\n    if args.seed is not None:\n        random.seed(args.seed)\n\nmain(1)\n"
    )
    train = (
        "import random\nfrom sklearn.svm import LinearSVC\n\nrandom.seed(7)\nrandom.shuffle(rows)\n"
        "LinearSVC(random_state=7).fit(rows, y)\n"
    )
    assert outcome("seeds-fixed", {"a_drift.py": drift, "train.py": train}) == "pass"
    assert outcome("seeds-fixed", {"a_drift.py": drift, "train.py": train.replace("random.seed(7)\n", "")}) != "pass"


def test_rows_that_serving_draws_need_no_seed() -> None:
    serve = "import pandas as pd\n\ndef handler(event):\n    return pd.read_csv('items.csv').sample(1)\n"
    train = "from sklearn.ensemble import RandomForestClassifier\n\nRandomForestClassifier(random_state=7).fit(X, y)\n"
    assert outcome("seeds-fixed", {"train.py": train, "handler.py": serve}) == "pass"
    assert outcome("seeds-fixed", {"train.py": train, "prepare_data.py": serve}) != "pass"


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        ("generator=torch.Generator().manual_seed(0)", "partial"),
        ("generator=torch.manual_seed(0)", "pass"),
    ],
)
def test_a_generator_that_one_split_is_given_seeds_that_split_only(seed: str, expected: str) -> None:
    code = (
        "import torch\nfrom torch.utils.data import DataLoader, random_split\n\n"
        f"def train(model, rows):\n    parts = random_split(rows, [8, 2], {seed})\n"
        "    loader = DataLoader(parts[0], shuffle=True)\n    best = torch.optim.SGD(model.parameters())\n"
        "    for x, y in loader:\n        loss = torch.nn.functional.mse_loss(model(x), y)\n"
        "        loss.backward()\n        best.step()\n"
    )
    assert outcome("seeds-fixed", {"train.py": code}) == expected


SPREAD = "from lightgbm import LGBMClassifier\n\nsettings = {SETTINGS}\nLGBMClassifier(**settings).fit(X, y)\n"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{'subsample': 0.8, 'seed': 42}", "pass"),
        ("{'subsample': 0.8}", "fail"),
        ("{'max_depth': 3}", "not-applicable"),
    ],
)
def test_settings_that_are_spread_out_are_given(settings: str, expected: str) -> None:
    assert outcome("seeds-fixed", {"train.py": SPREAD.replace("{SETTINGS}", settings)}) == expected


def test_settings_of_an_imported_file_may_hold_the_seed() -> None:
    search = "def settings():\n    return read()\n\nfirst = {'random_state': 0}\n"
    train = (
        "from search import settings\nfrom sklearn.ensemble import RandomForestClassifier\n"
        "RandomForestClassifier(**settings()).fit(X, y)\n"
    )
    assert outcome("seeds-fixed", {"search.py": search, "train.py": train}) == "pass"
    assert outcome("seeds-fixed", {"search.py": search.replace("random_state", "depth"), "train.py": train}) == "fail"


def test_a_seed_of_nothing_fixes_nothing() -> None:
    shuffle = (
        "import random\nfrom sklearn.svm import SVC\n\nrandom.seed({})\nrandom.shuffle(rows)\nSVC().fit(rows, y)\n"
    )
    assert outcome("seeds-fixed", {"train.py": shuffle.format("7")}) == "pass"
    assert outcome("seeds-fixed", {"train.py": shuffle.format("")}) == "fail"


def test_a_split_of_data_sets_draws_from_numpy() -> None:
    split = (
        "from datasets import load_dataset\nfrom transformers import Trainer, set_seed\n\nset_seed(7)\n"
        "rows = load_dataset('imdb').train_test_split(test_size=0.1)\nTrainer(model, train_dataset=rows).train()\n"
    )
    assert outcome("seeds-fixed", {"train.py": split}) == "pass"


def test_rows_that_a_notebook_only_shows_need_no_seed() -> None:
    def notebook(line: str) -> dict[str, str]:
        head = "import pandas as pd\nfrom sklearn.linear_model import LinearRegression\n"
        source = f"{head}rows = pd.read_csv('a.csv')\n{line}\nLinearRegression().fit(rows, y)\n"
        return {"a.ipynb": json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": source}]})}

    assert outcome("seeds-fixed", notebook("rows.sample(5)")) == "not-applicable"
    assert outcome("seeds-fixed", notebook("rows = rows.sample(frac=1).reset_index()")) == "fail"


def test_a_seed_inside_a_test_fixes_no_training() -> None:
    train = (
        "import lightgbm as g\n\ndef train(rows):\n    return g.train({'bagging_fraction': 0.8}, rows)\n\ntrain(1)\n"
    )
    check = "import numpy as np\nfrom train import train\n\ndef {}():\n    np.random.seed(4)\n    train(np.ones(9))\n"
    assert outcome("seeds-fixed", {"train.py": train, "y.py": check.format("test_train")}) == "fail"
    assert outcome("seeds-fixed", {"train.py": train, "y.py": check.format("run")}) == "partial"


def test_the_only_model_needs_its_seed_however_much_else_is_seeded() -> None:
    rows = "import pyspark.sql.functions as F\n\ndef rows(spark, seed):\n    return spark.range(9).select({})\n"
    made = rows.format(", ".join(f"F.rand(seed=seed + {n})" for n in range(6)))
    train = "from rows import rows\nfrom sklearn.ensemble import RandomForestClassifier as R\nR({}).fit(X, y)\n"
    assert outcome("seeds-fixed", {"rows.py": made, "train.py": train.format("random_state=3")}) == "pass"
    assert outcome("seeds-fixed", {"rows.py": made, "train.py": train.format("")}) == "partial"


def test_a_network_that_nothing_uses_needs_no_seed() -> None:
    forest = "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier(random_state=3).fit(X, y)\n"
    network = (
        "from keras.models import Sequential\n\nclass Net:\n    def __init__(self):\n"
        "        self.model = Sequential()\n\n"
        "    def fit(self, X, y):\n        self.model.fit(X, y)\n"
    )
    assert outcome("seeds-fixed", {"train.py": forest, "net.py": network}) == "pass"
    assert (
        outcome("seeds-fixed", {"train.py": f"from net import Net\n{forest}Net().fit(X, y)\n", "net.py": network})
        == "partial"
    )
