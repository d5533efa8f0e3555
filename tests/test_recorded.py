"""What becomes of predictions: kept with the model's version, kept without it, only returned, or not to be seen."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.auditing import answer

APP = """
import joblib
import logging
from fastapi import FastAPI, BackgroundTasks

app = FastAPI()
log = logging.getLogger(__name__)
model = joblib.load("model.joblib")
VERSION = "7"

"""
SERVICES = {
    "a row in a table, with the version": (
        "pass",
        """
        @app.post("/predict")
        def predict(row: list[float]):
            answer = model.predict([row])[0]
            session.add(Prediction(value=answer, inputs=row, model_version=VERSION))
            session.commit()
            return answer
        """,
    ),
    "kept with the name of the model that was used": (
        "pass",
        """
        @app.post("/predict")
        def predict(row: list[float]):
            answer = model.predict([row])[0]
            session.add(Prediction(value=answer, inputs=row, model_used=VERSION))
            session.commit()
            return answer
        """,
    ),
    "a helper writes it": (
        "pass",
        """
        def keep(row, answer):
            log.info("prediction", extra={"row": row, "answer": answer, "model_version": VERSION})

        @app.post("/predict")
        def predict(row: list[float]):
            answer = model.predict([row])[0]
            keep(row, answer)
            return answer
        """,
    ),
    "a task in the background writes it": (
        "partial",
        """
        def keep(row, answer):
            log.info("%s: %s", row, answer)

        @app.post("/predict")
        def predict(row: list[float], tasks: BackgroundTasks):
            answer = model.predict([row])[0]
            tasks.add_task(keep, row, answer)
            return answer
        """,
    ),
    "a helper asks the model": (
        "partial",
        """
        def ask(row):
            return model.predict([row])[0]

        @app.post("/predict")
        def predict(row: list[float]):
            answer = ask(row)
            log.info("answered %s", answer)
            return answer
        """,
    ),
    "only the request is logged": (
        "unknown",
        """
        @app.post("/predict")
        def predict(row: list[float]):
            log.info("asked about %s", row)
            return model.predict([row])[0]
        """,
    ),
    "only returned": (
        "fail",
        """
        @app.post("/predict")
        def predict(row: list[float]):
            answer = model.predict([row])[0]
            return {"answer": float(answer)}
        """,
    ),
    "the name of the model is no version": (
        "partial",
        """
        @app.post("/predict")
        def predict(row: list[float]):
            answer = model.predict([row])[0]
            log.info("the model of the checkpoint says %s", answer)
            return answer
        """,
    ),
}


@pytest.mark.parametrize(("outcome", "code"), SERVICES.values(), ids=SERVICES)
def test_what_becomes_of_an_answer(outcome: str, code: str) -> None:
    found = answer("predictions-logged", {"app.py": APP + dedent(code)})
    assert found.outcome == outcome, found.messages


def test_a_score_while_training_is_no_answer() -> None:
    page = """
        import pandas as pd
        import streamlit as st
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import roc_auc_score

        @st.cache_resource
        def train():
            rows = pd.read_csv("rows.csv")
            model = LogisticRegression().fit(rows[["a"]], rows["y"])
            st.write(roc_auc_score(rows["y"], model.predict_proba(rows[["a"]])[:, 1]))
            return model

        model = train()
        value = st.number_input("a")
        st.success(model.predict([[value]])[0])
        """
    found = answer("predictions-logged", {"app.py": dedent(page)})
    assert [finding.location.line for finding in found.findings if finding.location] == [16]
