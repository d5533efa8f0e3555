"""Is it judged on data that it never saw?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.flow.judging import judged, of_unknown_models, reused, with_itself
from ml_readiness.facts.flow.project import Flow
from ml_readiness.facts.flow.sides import is_main, main_pairs
from ml_readiness.facts.flow.telling import apart, asked_steps, line_of, pair_steps
from ml_readiness.facts.flow.verdicts import Pair
from ml_readiness.facts.project.project import Project
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 5


@check(
    "Is it judged on data that it never saw?",
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML, ProjectKind.LIBRARY, ProjectKind.LLM_APP],
    core=False,
)
def evaluation_unseen(flow: Flow, project: Project) -> Iterator[Finding]:
    """A score on rows that trained or chose the model says how well it remembers, not how well it will do.

    ## How to fix
    Keep rows apart before anything else happens, choose models on a validation part or by cross-validation, and ask the
    kept rows once.

    ## Sources
    - Data leakage in notebooks, ASE 2022: overlap and multi-test leakage
    - Rules of ML: 33

    ## Fails
    ```python title="train.py"
    import pandas as pd
    from sklearn.tree import DecisionTreeClassifier

    data = pd.read_csv("data.csv")
    model = DecisionTreeClassifier().fit(data.drop(columns="y"), data["y"])
    print(model.score(data.drop(columns="y"), data["y"]))
    ```

    ## Fails: copies of rows on both sides of the split
    ```python title="train.py"
    import pandas as pd
    from imblearn.over_sampling import SMOTE
    from sklearn.model_selection import train_test_split
    from sklearn.svm import SVC

    data = pd.read_csv("data.csv")
    X, y = SMOTE().fit_resample(data.drop(columns="y"), data["y"])
    X_train, X_test, y_train, y_test = train_test_split(X, y)
    print(SVC().fit(X_train, y_train).score(X_test, y_test))
    ```

    ## Partial
    ```python title="train.py"
    import pandas as pd
    from sklearn.model_selection import train_test_split
    from sklearn.neighbors import KNeighborsClassifier

    data = pd.read_csv("data.csv")
    X_train, X_test, y_train, y_test = train_test_split(data.drop(columns="y"), data["y"])
    scores = []
    for k in range(1, 40):
        model = KNeighborsClassifier(k).fit(X_train, y_train)
        scores.append(model.score(X_test, y_test))
    ```

    ## Passes
    ```python title="train.py"
    import pandas as pd
    from sklearn.model_selection import GridSearchCV, train_test_split
    from sklearn.svm import SVC

    data = pd.read_csv("data.csv")
    X_train, X_test, y_train, y_test = train_test_split(data.drop(columns="y"), data["y"])
    search = GridSearchCV(SVC(), {"C": [1, 10]}).fit(X_train, y_train)
    print(search.score(X_test, y_test))
    ```
    """
    pairs = main_pairs(flow, project.kind)
    models = judged(pairs)
    wrong = False
    copied = {pair.evaluation.place: pair for model in models for pair in model.on_copies[:1]}
    for pair in list(copied.values())[:SHOWN]:
        wrong = True
        yield fail(apart(flow, pair), at=flow.at(pair.evaluation.place), steps=pair_steps(flow, pair))
    alike = {each.place: each for each in flow.machine.events.comparisons if with_itself(each)}
    for comparison in list(alike.values())[:SHOWN]:
        wrong = True
        message = "both sides of this comparison are scores of the same model on the same rows"
        steps = asked_steps(flow, comparison.one, comparison.other)
        yield fail(message, at=flow.at(comparison.place), confidence=Confidence.MEDIUM, steps=steps)
    unseen = [pair for model in models for pair in model.unseen]
    if not unseen and not of_unknown_models(flow.machine.events):
        known = {pair.evaluation.place: pair for model in models for pair in model.on_training_rows[:1]}
        for pair in list(known.values())[:SHOWN]:
            wrong = True
            line = line_of(flow, pair.training.place, pair.evaluation.place)
            message = f"scored on the rows it was trained on ({line}), and on no others"
            sure = Confidence.HIGH if _in_one_file(pair) else Confidence.MEDIUM
            yield fail(message, at=flow.at(pair.evaluation.place), confidence=sure, steps=pair_steps(flow, pair))
    if wrong:
        return
    again = [reuse for reuse in reused(flow.machine.events) if reuse.chooses]
    main = [reuse for reuse in again if is_main(reuse.evaluations[-1].place.path)]
    once = {reuse.evaluations[-1].place: reuse for reuse in main or again}
    for reuse in list(once.values())[:SHOWN] if unseen else ():
        last = reuse.evaluations[-1]
        message = f"the rows that report the score are asked more than once: {reuse.why}, and no others are kept"
        steps = asked_steps(flow, *reuse.evaluations[:6])
        yield partial(message, at=flow.at(last.place), confidence=Confidence.MEDIUM, steps=steps)
        wrong = True
    judging = [pair for pair in unseen if pair.divided or pair.evaluation.scored or pair.evaluation.phase != "test"]
    told = {} if wrong else {(apart(flow, pair), pair.evaluation.place): pair for pair in judging}
    for message, place in list(told)[:SHOWN]:
        yield ok(message, at=flow.at(place), confidence=Confidence.MEDIUM)


def _in_one_file(pair: Pair) -> bool:
    """Whether the rows were read, trained on and asked about in one file, where each step is seen."""
    rows = pair.evaluation.rows
    paths = {pair.training.place.path, pair.evaluation.place.path, *((rows.root.path,) if rows is not None else ())}
    return len(paths) == 1
