"""Which model a load means, and whether what it reads can run code."""

from __future__ import annotations

from tests.auditing import outcome


def test_a_local_folder_is_no_hub() -> None:
    app = "from transformers import AutoModel\nAutoModel.from_pretrained('saved/model')\n"
    assert outcome("hub-revision-pinned", {"app.py": app, "saved/model/config.json": "{}"}) == "not-applicable"
    assert outcome("hub-revision-pinned", {"app.py": app}) == "fail"


def test_a_safe_mode_passes_and_its_opposite_fails() -> None:
    load = "import torch\nmodel = torch.load('model.pt', weights_only={})\n"
    assert outcome("model-loading-safe", {"app.py": load.format("True")}) == "pass"
    assert outcome("model-loading-safe", {"app.py": load.format("False")}) == "fail"


def test_the_version_of_torch_decides_where_the_mode_is_not_given() -> None:
    load = "import torch\nmodel = torch.load('model.pt')\n"
    assert outcome("model-loading-safe", {"app.py": load, "requirements.txt": "torch==2.0.1\n"}) == "fail"
    assert outcome("model-loading-safe", {"app.py": load, "requirements.txt": "torch==2.7.0\n"}) == "pass"
