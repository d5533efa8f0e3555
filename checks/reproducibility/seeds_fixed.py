"""Same run, same result?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.randomness import Draw, Randomness
from ml_readiness.facts.project.members import Members
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 4
MOST = 0.8
"""Share of the random calls that are seeded from which on the rest does not count."""
FRAMEWORKS = {"torch", "tensorflow", "jax", "paddle", "mxnet"}


@check(
    "Does the same run give the same result?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML],
)
def seeds_fixed(randomness: Randomness, members: Members) -> Iterator[Finding]:
    """Two runs that differ by chance cannot be compared: nobody knows whether a change helped. A fixed seed for every
    source of randomness costs a line each.

    ## How to fix
    Call one `set_seed(config.seed)` at the top of training that seeds every framework in use, and give `random_state`
    to splits and estimators.

    ## Sources
    - ML Test Score: Infrastructure 1
    - Code smells for ML applications, CAIN 2022: randomness uncontrolled
    - ML reproducibility checklist

    ## Fails
    ```python title="train.py"
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import train_test_split

    train, test = train_test_split([[1], [2]])
    RandomForestClassifier().fit(train, [1])
    ```

    ## Partial: the split only
    ```python title="train.py"
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import train_test_split

    train, test = train_test_split([[1], [2]], random_state=7)
    RandomForestClassifier().fit(train, [1])
    ```

    ## Passes
    ```python title="train.py"
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import train_test_split

    train, test = train_test_split([[1], [2]], random_state=7)
    RandomForestClassifier(random_state=7).fit(train, [1])
    ```

    ## Does not apply: nothing random
    ```python title="train.py"
    from sklearn.linear_model import LinearRegression

    LinearRegression().fit([[1]], [1])
    ```
    """
    draws = randomness.draws if randomness.model.training else ()
    if not draws:
        return
    open_, fixed = [d for d in draws if not d.seeded_by], [d for d in draws if d.seeded_by]
    loose = randomness.loose if members.reasons and fixed else ()
    if loose:
        message = f"{len(loose)} of {len(randomness.training)} files that train seed nothing, such as this one"
        yield partial(message, at=loose[0].path, confidence=Confidence.MEDIUM)
    mostly = len(fixed) >= MOST * len(draws) and not any(_decides(draw, fixed) for draw in open_)
    if not open_ or mostly:
        yield from _fixed(fixed)
        return
    for draw in open_[:SHOWN]:
        judge = partial if fixed else fail
        yield judge(_open(draw), at=draw.location, confidence=Confidence.MEDIUM)


def _decides(draw: Draw, fixed: list[Draw]) -> bool:
    """Whether a draw without a seed counts whatever else is seeded: it sets rows apart, or no other model is seeded."""
    if draw.splits or draw.what in FRAMEWORKS:
        return True
    return draw.learns and not any(each.learns or each.what in FRAMEWORKS for each in fixed)


def _what(draw: Draw) -> str:
    return draw.what if draw.what in {*FRAMEWORKS, "numpy"} else f"`{draw.what}`"


def _open(draw: Draw) -> str:
    if draw.what in FRAMEWORKS:
        return f"{draw.what} draws random numbers in training, and nothing seeds it"
    return f"`{draw.what}` draws at random, and no seed is given"


def _fixed(draws: list[Draw]) -> Iterator[Finding]:
    uncertain = [draw for draw in draws if not draw.certain]
    if len(uncertain) > (1 - MOST) * len(draws):
        for draw in uncertain[:SHOWN]:
            unless = "only later, or only if a setting says so"
            message = f"`{draw.seeded_by}` seeds {_what(draw)}, but not for everything: {unless}"
            yield partial(message, at=draw.location, confidence=Confidence.MEDIUM)
        return
    for draw in draws[:SHOWN]:
        yield ok(f"`{draw.seeded_by}` seeds {_what(draw)}", at=draw.location, confidence=Confidence.MEDIUM)
