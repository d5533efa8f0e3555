"""Every figure can be traced to what made it."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.prose.traces import Traces
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity
from ml_readiness.wording import shortened


@check(
    "Can I verify that number?",
    severity=Severity.MEDIUM,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML],
    bar=0.8,
    half=0.4,
    core=False,
)
def claims_traceable(traces: Traces) -> Iterator[Finding]:
    """A number without a way back to its run falls apart at the first question: which data, which version, which
    command? A careful reader tries one, and believes the others accordingly.

    ## How to fix
    Let the evaluation write `reports/metrics.json`, commit it, and link it beside the number with the command.

    ## Sources
    - ML code completeness checklist: results
    - ML reproducibility checklist

    ## Fails
    ````markdown title="README.md"
    # Churn model
    The model reaches an accuracy of 0.93 on the test set.
    ````
    ## Partial: only outside of the repository
    ````markdown title="README.md"
    # Churn model
    The model reaches an accuracy of 0.93, see [the run](https://wandb.ai/acme/churn/runs/7).
    ````
    ## Passes
    ````markdown title="README.md"
    # Churn model
    The model reaches an accuracy of 0.93 on the test set.
    ````
    ```json title="reports/metrics.json"
    {"accuracy": 0.9312}
    ```
    ## Does not apply
    ````markdown title="README.md"
    # Churn model
    ````
    """
    for trace in traces.all:
        said = f"{trace.claim.metric} {trace.claim.figure}"
        if trace.inside:
            yield ok(f"{said}: {trace.inside}", at=trace.claim.location, confidence=Confidence.LOW)
        elif trace.outside:
            yield partial(
                f"{said}: nothing here leads to it, only `{shortened(trace.outside)}`",
                at=trace.claim.location,
                confidence=Confidence.LOW,
            )
        else:
            without = f"{said}: nothing in its section leads to the file or command that it comes from"
            yield fail(without, at=trace.claim.location, confidence=Confidence.LOW)
