"""Is the language model fixed to one version?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.facts.knowledge.dated import ModelId, hosted_models
from ml_readiness.facts.language.language_models import LanguageModels, ModelName
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Is the language model fixed to one version?",
    severity=Severity.HIGH,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
    core=False,
)
def llm_model_pinned(models: LanguageModels) -> Iterator[Finding]:
    """The model behind an alias changes on a day that the vendor chooses. Prompts that were tuned to one model then run
    on another, and no line of the repository says since when.

    ## How to fix
    Use the id with its date or version, and change it together with a run of the evaluation.

    ## Sources
    - NIST AI risk management framework: Govern 6
    - EU AI Act: annex IV

    ## Fails
    ```python title="app.py"
    import anthropic

    client = anthropic.Anthropic()
    client.messages.create(model="claude-3-5-sonnet-latest", messages=[], max_tokens=9)
    ```

    ## Partial
    ```python title="app.py"
    from openai import OpenAI

    client = OpenAI()
    client.chat.completions.create(model="gpt-4o", messages=[])
    ```

    ## Passes
    ```python title="app.py"
    from openai import OpenAI

    MODEL = "gpt-4o-2024-08-06"
    client = OpenAI()
    client.chat.completions.create(model=MODEL, messages=[])
    ```

    ## Unknown: decided elsewhere
    ```python title="app.py"
    import os

    from openai import OpenAI

    client = OpenAI()
    client.chat.completions.create(model=os.environ["MODEL"], messages=[])
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
    ```
    """
    known = [name for name in models.names if name.rule is not None]
    moving = [name for name in known if _state(name) is ModelId.FLOATING]
    aliases = [name for name in known if _state(name) is ModelId.ALIAS]
    defaults = [name for name in models.names if not name.text]
    when = f"as of {hosted_models().as_of:%B %Y}"
    for name in moving:
        message = f"`{name.text}` moves to the newest model ({when})"
        if name.rule is not None and name.rule.provider == "ollama":
            message = f"`{name.text}` has no tag, so Ollama takes the latest model of that name"
        yield fail(message, at=name.location, confidence=Confidence.MEDIUM, hint=_hint(moving))
    if moving:
        return
    if aliases:
        name = aliases[0]
        message = f"`{name.text}` is an alias: the vendor decides which model it names ({when})"
        yield partial(message, at=name.location, confidence=Confidence.MEDIUM)
    elif defaults:
        yield partial("no model is named: the library's version decides", at=defaults[0].location)
    elif known:
        yield ok(f"`{known[0].text}` names one model ({when})", at=known[0].location, confidence=Confidence.MEDIUM)
    elif models.names:
        name = models.names[0]
        said = (
            "the model is chosen outside the repository"
            if name.text == "*"
            else f"whether `{name.text}` always names the same model is not known"
        )
        yield unknown(said, at=name.location)


def _hint(moving: list[ModelName]) -> str | None:
    if not all(name.rule is not None and name.rule.provider == "ollama" for name in moving):
        return None
    return "Add the tag of the model that you tested, and change it together with a run of the evaluation."


def _state(name: ModelName) -> ModelId | None:
    return name.rule.state if name.rule is not None else None
