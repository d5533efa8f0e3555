"""Is the language model's answer checked before anything relies on it?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.language.answers import Answers
from ml_readiness.facts.language.language_models import LanguageModels
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Is the language model's answer checked before anything relies on it?",
    severity=Severity.MEDIUM,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY, ProjectKind.RESEARCH, ProjectKind.NOTEBOOKS],
    core=False,
)
def model_output_guarded(answers: Answers, models: LanguageModels) -> Iterator[Finding]:
    """A language model may answer anything, also what a stranger wrote into a document it was given. Text that goes on
    to code, a database or a customer needs a form that is enforced, or a guard.

    ## How to fix
    Ask for structured output with a schema, or pass the answer through a guard or a moderation call.

    ## Sources
    - OWASP top ten for LLM applications: improper output handling, excessive agency

    ## Fails
    ```python title="app.py"
    from openai import OpenAI

    client = OpenAI()
    answer = client.chat.completions.create(model="gpt-4o", messages=[])
    print(answer.choices[0].message.content)
    ```

    ## Fails: the answer is run
    ```python title="app.py"
    from openai import OpenAI

    client = OpenAI()

    def act(question):
        response = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])
        code = response.choices[0].message.content
        exec(code)
    ```

    ## Partial
    ```python title="app.py"
    import json

    from openai import OpenAI

    client = OpenAI()
    answer = client.chat.completions.create(model="gpt-4o", messages=[])
    try:
        fields = json.loads(answer.choices[0].message.content)
    except ValueError:
        fields = {}
    ```

    ## Passes
    ```python title="app.py"
    from openai import OpenAI
    from pydantic import BaseModel

    class Answer(BaseModel):
        article: int

    client = OpenAI()
    answer = client.chat.completions.parse(model="gpt-4o", messages=[], response_format=Answer)
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
    ```
    """
    if not models.used:
        return
    if answers.run:
        seen = answers.run[0]
        yield fail(seen.what, at=seen.location, confidence=Confidence.MEDIUM)
    elif answers.guarded:
        seen = answers.guarded[0]
        yield ok(f"{seen.what} checks the answer", at=seen.location, confidence=Confidence.MEDIUM)
    elif answers.parsed:
        seen = answers.parsed[0]
        yield partial(f"{seen.what} takes the answer apart by hand", at=seen.location, confidence=Confidence.LOW)
    else:
        message = "what the language model answers is used as it comes, unchecked"
        yield fail(message, at=models.asked_at, confidence=Confidence.MEDIUM)
