"""Does the split respect time and groups?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.flow.project import Flow
from ml_readiness.facts.flow.sides import main_splits
from ml_readiness.facts.flow.structure import at_random, in_order, respecting
from ml_readiness.facts.flow.telling import line_of, origin
from ml_readiness.facts.project.project import Project
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 5
MOST = 300
"""Splits that are looked at."""


@check(
    "Does the split respect time and groups?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML],
    prohibition=True,
    core=False,
)
def split_respects_structure(flow: Flow, project: Project) -> Iterator[Finding]:
    """A row that holds what the rows before it said is known to its neighbours. A random split puts those neighbours on
    both sides, so the model is asked about a past that it was told, and never about a future.

    ## How to fix
    Divide by time (`TimeSeriesSplit`, a date, `shuffle=False`) or by group (`GroupKFold`), as production will.

    ## Sources
    - Data leakage in notebooks, ASE 2022: overlap leakage
    - Rules of ML: 33, test on data from after the training data

    ## Fails
    ```python title="train.py"
    import pandas as pd
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import train_test_split

    sales = pd.read_csv("sales.csv", parse_dates=["day"])
    sales["yesterday"] = sales["sold"].shift(1)
    sales = sales.dropna()
    X_train, X_test, y_train, y_test = train_test_split(sales[["yesterday"]], sales["sold"], random_state=1)
    print(LinearRegression().fit(X_train, y_train).score(X_test, y_test))
    ```

    ## Passes
    ```python title="train.py"
    import pandas as pd
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import train_test_split

    sales = pd.read_csv("sales.csv", parse_dates=["day"])
    sales["yesterday"] = sales["sold"].shift(1)
    sales = sales.dropna()
    X_train, X_test, y_train, y_test = train_test_split(sales[["yesterday"]], sales["sold"], shuffle=False)
    print(LinearRegression().fit(X_train, y_train).score(X_test, y_test))
    ```

    ## Does not apply
    ```python title="train.py"
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    people = pd.read_csv("people.csv", parse_dates=["joined"])
    people["year"] = people["joined"].dt.year
    X_train, X_test, y_train, y_test = train_test_split(people[["year"]], people["left"], random_state=1)
    print(LogisticRegression().fit(X_train, y_train).score(X_test, y_test))
    ```
    """
    events = flow.machine.events
    splits = main_splits(flow, project.kind)[:MOST]
    told: set[object] = set()
    for divided in at_random(events, splits):
        if divided.splitting.place in told or len(told) >= SHOWN:
            continue
        told.add(divided.splitting.place)
        name, place = divided.lag
        where = line_of(flow, place, divided.splitting.place)
        rows = divided.splitting.rows
        steps = [
            *(origin(flow, rows, divided.splitting.place.path) if rows is not None else ()),
            flow.step(f"`{name}` puts earlier rows into each row", place),
            flow.step("the rows are divided at random", divided.splitting.place),
        ]
        message = f"`{divided.splitting.name}` divides at random rows that hold earlier rows (`{name}` on {where})"
        yield fail(message, at=flow.at(divided.splitting.place), confidence=Confidence.MEDIUM, steps=steps)
    if told:
        return
    held = [(each.splitting, "keeps the order of rows that hold earlier rows") for each in in_order(events, splits)]
    held += [(each, f"respects {what}") for each, what in respecting(flow.machine.knowledge, splits)]
    for place, (splitting, how) in list({each.place: (each, how) for each, how in held}.items())[:SHOWN]:
        yield ok(f"`{splitting.name}` {how}", at=flow.at(place), confidence=Confidence.MEDIUM)
