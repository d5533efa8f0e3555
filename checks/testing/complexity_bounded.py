"""Can anybody test the functions that matter?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.survey.complexities import Complexities
from ml_readiness.report import Effort, Finding, ProjectKind, Severity
from ml_readiness.wording import plural

SIMPLE, HARD = 10, 20
"""radon's borders: up to 10 is well structured, over 20 is too complex to test."""
SHOWN = 3


@check(
    "Can anybody follow the functions that train, prepare and serve?",
    severity=Severity.LOW,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML],
    core=False,
)
def complexity_bounded(complexities: Complexities) -> Iterator[Finding]:
    """Each branch doubles what a test must cover. In a function with more than twenty of them nobody knows which data
    takes which way, and that is where a model goes wrong silently.

    ## How to fix
    Split the function at its branches into functions with names, and test each.

    ## Sources
    - A complexity measure

    ## Fails
    ```python title="train.py"
    from sklearn.svm import SVC

    def train(a):
        if a == 1: pass
        if a == 2: pass
        if a == 3: pass
        if a == 4: pass
        if a == 5: pass
        if a == 6: pass
        if a == 7: pass
        if a == 8: pass
        if a == 9: pass
        if a == 10: pass
        if a == 11: pass
        if a == 12: pass
        if a == 13: pass
        if a == 14: pass
        if a == 15: pass
        if a == 16: pass
        if a == 17: pass
        if a == 18: pass
        if a == 19: pass
        if a == 20: pass
        SVC().fit([[a]], [a])
    ```

    ## Passes
    ```python title="train.py"
    from sklearn.svm import SVC

    def train(a):
        if a:
            SVC().fit([[a]], [a])
    ```

    ## Does not apply
    ```python title="app.py"
    print(1)
    ```
    """
    measured = complexities.of_importance
    for judge, low, high in ((fail, HARD, 10**9), (partial, SIMPLE, HARD)):
        found = [each for each in measured if low < each.complexity <= high]
        for each in found[:SHOWN]:
            yield judge(f"`{each.name}` has {each.complexity} ways through it", at=each.location)
        if found:
            return
    for each in measured[:1]:
        yield ok(_simple(each.complexity, len(measured)), at=each.location)


def _simple(ways: int, functions: int) -> str:
    read = "the only one" if functions == 1 else f"{functions} were read"
    return f"no such function has more than {plural(ways, 'way')} through it ({read})"
