"""Can a change of a prompt be seen and reviewed?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.language.prompts import Prompts
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

MOST = 0.9
HALF = 0.5


@check(
    "Can a change of a prompt be seen and reviewed?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY],
    core=False,
)
def prompts_versioned(prompts: Prompts) -> Iterator[Finding]:
    """The prompt is the program of a language-model application. Buried in a function it changes unnoticed together with
    the code around it, and nobody can say which wording gave last month's answers.

    ## How to fix
    Move each prompt to a file or a named constant of its own, or fetch it from a registry with its version.

    ## Sources
    - Hidden technical debt in ML systems: configuration debt
    - ML Test Score: Model 1, applied to prompts

    ## Fails
    ```python title="app.py"
    from openai import OpenAI

    client = OpenAI()

    def answer(question):
        text = "You are the assistant of a shop. Answer only from the catalogue, never invent a price, name the article number, be polite, and when the question has nothing to do with the shop, say so and offer to connect to a person. Question: "
        return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text + question}])
    ```

    ## Partial: fetched without a version
    ```python title="app.py"
    from langfuse import Langfuse
    from openai import OpenAI

    client = OpenAI()

    def answer(question):
        prompt = Langfuse().get_prompt("shop")
        return client.chat.completions.create(model="gpt-4o", messages=prompt.compile(question=question))
    ```

    ## Passes
    ```text title="prompts/shop.txt"
    You are the assistant of a shop. Answer only from the catalogue.
    ```
    ```python title="app.py"
    from pathlib import Path

    from openai import OpenAI

    client = OpenAI()
    PROMPT = Path("prompts/shop.txt").read_text()

    def answer(question):
        return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": PROMPT + question}])
    ```

    ## Does not apply
    ```python title="train.py"
    from sklearn.svm import SVC

    SVC().fit(X, y)
    ```
    """  # noqa: E501
    kept = len(prompts.named) + len(prompts.stored) + len(prompts.pulled)
    every = kept + len(prompts.inline)
    loose = [use for use, is_fixed in prompts.pulled if not is_fixed]
    if every == 0:
        return
    if prompts.inline and kept < MOST * every:
        first, verb = prompts.inline[0], "is" if len(prompts.inline) == 1 else "are"
        said = (
            f"{len(prompts.inline)} of {every} long prompts {verb} written inside a function, such as “{first.what}…”"
        )
        make = partial if kept >= HALF * every else fail
        yield make(said, at=first.location, confidence=Confidence.MEDIUM)
    elif loose:
        yield partial(f"{loose[0].shown} fetches a prompt without its version", at=loose[0].location)
    elif prompts.scattered:
        first = prompts.named[0]
        yield partial("prompts are named, but lie in many files that are about something else", at=first.location)
    else:
        places = [prompt.location for prompt in (*prompts.stored, *prompts.named)]
        places += [use.location for use, _ in prompts.pulled]
        yield ok("prompts have a file or a name of their own", at=places[0], confidence=Confidence.MEDIUM)
