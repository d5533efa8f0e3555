"""What is kept of a training run: by a tracker, by hand, or not at all."""

from __future__ import annotations

import pytest

from tests.auditing import outcome

TRAIN = "from sklearn.svm import SVC\nmodel = SVC().fit(X, y)\n"


@pytest.mark.parametrize(
    ("train", "expected"),
    [
        ("import wandb\nwandb.init(project='a')\nwandb.log({'a': 1})\n", "pass"),
        ("import mlflow\nmlflow.sklearn.autolog()\n", "pass"),
        ("import mlflow\nwith mlflow.start_run():\n    pass\n", "fail"),
        ("from transformers import TrainingArguments\nTrainingArguments('out', report_to='none')\n", "fail"),
        ("from transformers import TrainingArguments\nTrainingArguments('out', report_to=['wandb'])\n", "pass"),
        ("from transformers import TrainingArguments\nTrainingArguments('out')\n", "pass"),
        ("from torch.utils.tensorboard import SummaryWriter\nSummaryWriter().add_scalar('loss', 1, 1)\n", "pass"),
        ("class wandb:\n    def log(x): ...\n\nwandb.log(1)\n", "fail"),
        ("print('accuracy', accuracy)\n", "partial"),
        ("print('training is over')\n", "fail"),
    ],
)
def test_what_records_a_run(train: str, expected: str) -> None:
    assert outcome("experiments-tracked", {"train.py": TRAIN + train}) == expected


def test_a_tracker_that_a_command_turns_on_passes() -> None:
    train = "import wandb\nwandb_log = False\n" + TRAIN + "if wandb_log:\n    wandb.log({'a': 1})\n"
    assert outcome("experiments-tracked", {"train.py": train}) == "partial"
    assert outcome("experiments-tracked", {"train.py": train, "config/big.py": "wandb_log = True\n"}) == "pass"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import neptune\nrun = neptune.init_run(project='a')\nrun['score'] = 1\n", "pass"),
        ("from fastai.vision.all import *\nlearn = vision_learner(dls, resnet34)\nlearn.fine_tune(1)\n", "partial"),
        ("from tensorflow import keras\nm = keras.Sequential()\nm.fit(X)\n", "partial"),
        ("from matplotlib import pyplot as plt\n" + TRAIN + "plt.plot(model.history)\n", "partial"),
    ],
)
def test_what_is_kept_of_a_run(code: str, expected: str) -> None:
    assert outcome("experiments-tracked", {"train.py": code}) == expected


def test_figures_that_a_function_of_the_project_prints_are_printed() -> None:
    shown = "import sys\n\ndef bar(done, text=''):\n    sys.stdout.write('[' + '=' * done + ']' + text)\n"
    train = TRAIN + "from shown import bar\nbar(1, 'Loss: %.3f' % loss)\n"
    assert outcome("experiments-tracked", {"train.py": train, "shown.py": shown}) == "partial"
    assert (
        outcome(
            "experiments-tracked",
            {"train.py": train.replace("'Loss: %.3f' % loss", "'Step: %d' % step"), "shown.py": shown},
        )
        == "fail"
    )
    silent = shown.replace("sys.stdout.write", "len")
    assert outcome("experiments-tracked", {"train.py": train, "shown.py": silent}) == "fail"


def test_a_model_that_is_written_is_no_figure() -> None:
    alike = (
        "import pickle\nfrom sklearn.metrics.pairwise import cosine_similarity\nalike = cosine_similarity(rows)\n"
        "pickle.dump(alike, open('alike.pkl', 'wb'))\n"
    )
    assert outcome("experiments-tracked", {"train.py": alike}) == "fail"


def test_a_figure_may_be_printed_without_its_name() -> None:
    code = (
        "import torch\n\ndef train(rows):\n    loss = criterion(network(rows), y)\n    loss.backward()\n"
        "    optimizer.step()\n"
        "    return loss.item()\n\nfor epoch in range(9):\n    loss = train(rows)\n"
        "    print('[%d] %.4f' % (epoch, SHOWN))\n"
    )
    assert outcome("experiments-tracked", {"train.py": code.replace("SHOWN", "loss")}) == "partial"
    assert outcome("experiments-tracked", {"train.py": code.replace("SHOWN", "epoch")}) == "fail"
