"""Can one see afterwards what the language model was asked and what it answered?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.language.language_models import LanguageModels
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Can one see afterwards what the language model was asked and what it answered?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY, ProjectKind.RESEARCH, ProjectKind.NOTEBOOKS],
    core=False,
)
def llm_traced(models: LanguageModels, tools: Tools) -> Iterator[Finding]:
    """An answer that made no sense can only be understood with the prompt, the retrieved passages and the calls
    between. A tracer records them, with the model, the tokens and the cost.

    ## How to fix
    Attach a tracer to the client or the framework once at start, and configure its address by the environment.

    ## Sources
    - OpenTelemetry conventions for generative AI
    - EU AI Act: article 12

    ## Fails
    ```python title="app.py"
    from openai import OpenAI

    client = OpenAI()
    client.chat.completions.create(model="gpt-4o", messages=[])
    ```

    ## Partial: only in a sample of the environment
    ```bash title=".env.example"
    LANGSMITH_TRACING=true
    ```
    ```python title="app.py"
    from langchain_openai import ChatOpenAI

    print(ChatOpenAI(model="gpt-4o").invoke("hello"))
    ```

    ## Passes
    ```python title="app.py"
    from langfuse.openai import OpenAI as Traced
    from langfuse import observe
    from openai import OpenAI

    client = OpenAI()

    @observe()
    def answer(question):
        return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])

    print(answer("hello"))
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
    ```
    """
    if not models.used and not tools.javascript.answering:
        return
    for use in tools.wired("llm-tracing"):
        yield ok(f"{use.shown} traces the calls", at=use.location, confidence=Confidence.MEDIUM)
        return
    for use in tools.uses("llm-tracing"):
        yield partial(f"{use.title} is {use.stage}, but not attached to what runs", at=use.location)
        return
    message = "the language model is asked, and nothing records the question and the answer"
    yield fail(message, at=models.asked_at)
