"""Are the parameters and metrics of training runs recorded?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.modelling.experiments import Experiments
from ml_readiness.facts.project.members import Members
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity


@check(
    "Are the parameters and metrics of training runs recorded?",
    severity=Severity.MEDIUM,
    effort=Effort.SMALL,
    not_for=[ProjectKind.NOT_ML],
)
def experiments_tracked(experiments: Experiments, members: Members) -> Iterator[Finding]:
    """A figure that scrolled past in a terminal cannot be compared with next month's, and nobody can say which
    parameters gave the model that is running. A tracker keeps both without discipline.

    ## How to fix
    Call the tracker's automatic logging in the training script, or log parameters and final metrics of each run.

    ## Sources
    - Engineering best practices for ML: share status and outcomes of experiments
    - ML reproducibility checklist

    ## Fails
    ```python title="train.py"
    from sklearn.svm import SVC

    model = SVC().fit(X, y)
    ```

    ## Partial
    ```python title="train.py"
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    model = SVC().fit(X, y)
    print(f1_score(y_test, model.predict(X_test)))
    ```

    ## Partial: installed, and a run started, but nothing recorded
    ```text title="requirements.txt"
    mlflow==2.16.0
    ```
    ```python title="train.py"
    import mlflow
    from sklearn.metrics import f1_score
    from sklearn.svm import SVC

    with mlflow.start_run():
        model = SVC().fit(X, y)
        print(f1_score(y_test, model.predict(X_test)))
    ```

    ## Partial: off unless somebody knows the flag
    ```python title="train.py"
    import argparse

    import wandb
    from sklearn.svm import SVC

    parser = argparse.ArgumentParser()
    parser.add_argument("--wandb", action="store_true")
    args = parser.parse_args()
    model = SVC().fit(X, y)
    if args.wandb:
        wandb.log({"score": model.score(X_test, y_test)})
    ```

    ## Passes
    ```python title="train.py"
    import mlflow
    from sklearn.svm import SVC

    with mlflow.start_run():
        model = SVC(C=10).fit(X, y)
        mlflow.log_params(model.get_params())
        mlflow.log_metric("score", model.score(X_test, y_test))
    ```

    ## Does not apply
    ```python title="app.py"
    from transformers import pipeline

    classify = pipeline("sentiment-analysis")
    print(classify("fine"))
    ```
    """
    learning, tracked = _spread(experiments, members) if members.reasons else (0, 0)
    if 0 < 2 * tracked < learning:
        yield partial(f"{tracked} of {learning} projects record their runs", at=experiments.recorded[0].location)
        return
    if experiments.exist:
        yield _judged(experiments)


def _spread(experiments: Experiments, members: Members) -> tuple[int, int]:
    """How many projects of a collection train, and how many of these record; files where folders do not tell."""
    trained = {site.unit.path for site in experiments.training}
    recorded = {use.path for use in experiments.recorded}
    folders = [f for f in members.folders if any(path.startswith(f + "/") for path in trained)]
    if len(folders) > 1:
        return len(folders), sum(any(path.startswith(f + "/") for path in recorded) for f in folders)
    return len(trained), len(trained & recorded) or len(recorded)


def _judged(experiments: Experiments) -> Finding:
    for use in experiments.recorded:
        if experiments.is_on(use):
            return ok(f"runs are recorded with {use.shown}", at=use.location, confidence=Confidence.MEDIUM)
    for site in experiments.by_default:
        return ok(
            f"`{site.call.method}` reports to a tracker by default", at=site.location, confidence=Confidence.MEDIUM
        )
    for path in experiments.metrics_files:
        return ok("the pipeline keeps the metrics of each run", at=path)
    if experiments.recorded:
        use = experiments.recorded[0]
        return partial(f"{use.shown} is off by default, and no command here turns it on", at=use.location)
    if experiments.by_hand:
        return partial(
            "figures are printed or written by hand, without the run that made them",
            at=experiments.by_hand[0],
            confidence=Confidence.MEDIUM,
        )
    if experiments.opened:
        use = experiments.opened[0]
        return fail(f"a run is opened with {use.shown}, but nothing is recorded in it", at=use.location)
    return fail("nothing is recorded of a training run", at=experiments.training[0].location)
