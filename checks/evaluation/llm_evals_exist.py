"""Are the answers of the language model judged on a fixed set of cases?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.language.language_models import LanguageModels
from ml_readiness.facts.language.llm_evals import ENOUGH, FEW, LlmEvals
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Are the answers of the language model judged on a fixed set of cases?",
    severity=Severity.HIGH,
    effort=Effort.LARGE,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
    core=False,
)
def llm_evals_exist(evals: LlmEvals, models: LanguageModels) -> Iterator[Finding]:
    """A new prompt or model is better on the example one just tried, and worse on nine others. Only a set of cases with
    expected answers, run on every change against a bar, shows it.

    ## How to fix
    Collect thirty real questions with good answers, score the application on them with an evaluation library, and let
    the pipeline fail below a threshold.

    ## Sources
    - ML Test Score: Infrastructure 4
    - NIST AI risk management framework: Measure 2, and its profile for generative AI

    ## Fails
    ```python title="app.py"
    from openai import OpenAI

    client = OpenAI()

    def answer(question):
        return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])
    ```

    ## Partial: a runner and a bar, but few cases and nobody who runs them
    ```python title="app.py"
    from openai import OpenAI

    client = OpenAI()

    def answer(question):
        return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])
    ```
    ```python title="evals/run.py"
    from deepeval import assert_test
    from deepeval.metrics import GEval
    from deepeval.test_case import LLMTestCase

    from app import answer

    assert_test(LLMTestCase(input="hours?", actual_output=answer("hours?")), [GEval(name="Correct", threshold=0.7)])
    ```

    ## Passes
    ```python title="app.py"
    from openai import OpenAI

    client = OpenAI()

    def answer(question):
        return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])
    ```
    ```csv title="evals/cases.csv"
    question,expected
    a1,b
    a2,b
    a3,b
    a4,b
    a5,b
    a6,b
    a7,b
    a8,b
    a9,b
    a10,b
    a11,b
    a12,b
    a13,b
    a14,b
    a15,b
    a16,b
    a17,b
    a18,b
    a19,b
    a20,b
    ```
    ```python title="evals/run.py"
    from deepeval import assert_test
    from deepeval.metrics import GEval
    from deepeval.test_case import LLMTestCase

    from app import answer

    for line in open("evals/cases.csv"):
        case = LLMTestCase(input=line, actual_output=answer(line))
        assert_test(case, [GEval(name="Correct", threshold=0.7)])
    ```
    ```yaml title=".github/workflows/evals.yml"
    on: push
    jobs:
      evals:
        steps:
          - run: python evals/run.py
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
    ```
    """
    if not models.used:
        return
    if not evals.runners:
        yield fail("nothing asks the application and scores what it answers", at=models.asked_at)
        return
    runner = evals.runners[0]
    some = bool(evals.cases) and evals.cases[0].count >= FEW
    parts = {
        f"set of {ENOUGH} or more cases": bool(evals.cases) and evals.cases[0].count >= ENOUGH,
        "bar for the score": bool(evals.bars),
        "pipeline that runs it, and no kept result": bool(evals.automatic),
    }
    missing = [part for part, is_there in parts.items() if not is_there]
    said = f"{runner.what} scores answers"
    if not missing:
        yield ok(said, at=runner.location, confidence=Confidence.MEDIUM)
        return
    make = partial if len(missing) < len(parts) or some else fail
    yield make(f"{said}, but there is no {', no '.join(missing)}", at=runner.location, confidence=Confidence.MEDIUM)
