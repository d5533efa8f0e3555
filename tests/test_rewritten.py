"""Whether steps that serving has in code of its own are found, where training has them too."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.auditing import answer
from tests.test_parity import TRAIN, app

PRICES = """
    import joblib
    import pandas as pd
    from sklearn.linear_model import LinearRegression
    from steps import cleaned

    rows = cleaned(pd.read_csv("rows.csv"))
    rows["age_of_house"] = rows["sold"] - rows["built"]
    joblib.dump(LinearRegression().fit(rows[["age_of_house"]], rows["price"]), "model.joblib")
    """
CLEANED = "def cleaned(rows):\n    return rows.fillna(0)\n"


@pytest.mark.parametrize(
    ("outcome", "column"),
    [
        ("partial", "rows['age_of_house'] = rows['sold'] - rows['built']"),
        ("pass", "rows['age_of_house'] = rows['age_of_house'].astype(float)"),
        ("pass", "rows['another'] = rows['sold'] - rows['built']"),
    ],
)
def test_a_column_that_both_sides_compute_in_code_of_their_own_is_shared_only_in_part(
    outcome: str, column: str
) -> None:
    service = app(f"rows = cleaned(pd.DataFrame(values))\n    {column}", more="import pandas as pd")
    files = {
        "train.py": dedent(PRICES),
        "steps.py": CLEANED,
        "app.py": "from steps import cleaned\n" + dedent(service),
    }
    found = answer("preprocessing-shared", files)
    assert found.outcome.value == outcome, found.messages


IMAGES = """
    import torch
    from torchvision import models, transforms

    steps = transforms.Compose([transforms.Resize(224), transforms.ToTensor()])
    net = models.resnet18()
    loss = net(steps(open("a.png"))).sum()
    loss.backward()
    torch.optim.SGD(net.parameters(), 0.1).step()
    torch.save(net.state_dict(), "net.pt")
    """


def test_image_steps_that_both_sides_list_are_written_again() -> None:
    service = """
        import torch
        from fastapi import FastAPI, UploadFile
        from torchvision import models, transforms

        app = FastAPI()
        net = models.resnet18()
        net.load_state_dict(torch.load("net.pt"))
        net.eval()

        def tensor(image):
            return transforms.Compose([transforms.Resize(224), transforms.ToTensor()])(image)

        @app.post("/predict")
        def predict(file: UploadFile):
            with torch.no_grad():
                return net(tensor(file.file)).argmax().item()
        """
    found = answer("preprocessing-shared", {"train.py": dedent(IMAGES), "app.py": dedent(service)})
    assert found.outcome.value == "fail"
    assert "serving has a `Compose` of its own" in found.messages


def test_a_service_that_applies_what_it_loads_is_not_said_to_skip_it() -> None:
    steps = "rows = [loaded['scaler'].transform([values])[0]]"
    more = "loaded = {name: joblib.load(f'{name}.joblib') for name in ('scaler', 'encoder')}"
    found = answer("preprocessing-shared", {"train.py": dedent(TRAIN), "app.py": dedent(app(steps, more))})
    assert found.outcome.value in {"pass", "unknown"}, found.messages
