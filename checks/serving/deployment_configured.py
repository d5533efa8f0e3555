"""How is it deployed?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.automation.ci import ContinuousIntegration
from ml_readiness.facts.deployment.deployment import Deployment
from ml_readiness.report import Effort, Finding, Location, ProjectKind, Severity

SHOWN = 4


@check(
    "How is it deployed?",
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    not_for=[
        ProjectKind.LIBRARY,
        ProjectKind.NOT_ML,
        ProjectKind.NOTEBOOKS,
        ProjectKind.RESEARCH,
        ProjectKind.COLLECTION,
    ],
)
def deployment_configured(deployment: Deployment, ci: ContinuousIntegration) -> Iterator[Finding]:
    """How a project gets to where it runs is part of the project: kept in somebody's head or console, it can neither be
    reviewed nor repeated.

    ## How to fix
    Commit what you would otherwise click: a manifest, a compose file with the service, or a job that deploys.

    ## Sources
    - Engineering best practices for ML: automate model deployment

    ## Passes
    ```yaml title="k8s/deployment.yaml"
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: scorer
    ```

    ## Passes: a deploying job
    ```yaml title=".github/workflows/deploy.yml"
    on: push
    jobs:
      deploy:
        steps:
          - run: gcloud run deploy scorer --source .
    ```

    ## Fails: an image that goes nowhere
    ```yaml title=".github/workflows/image.yml"
    on: push
    jobs:
      image:
        steps:
          - run: docker build -t registry/app . && docker push registry/app
    ```
    """
    if everything := deployment.all:
        for each in everything[:SHOWN]:
            yield ok(each.what, at=each.location)
        return
    pushed = [run for run in ci.with_role("push") if not run.disabled]
    if pushed:
        yield fail("the image is pushed to a registry, and nothing puts it into an environment", at=pushed[0].location)
    elif others := deployment.containers.compose.services:
        at = Location(path=others[0].path, line=others[0].node.line)
        yield fail("the compose file starts only services of others", at=at)
    else:
        yield fail("nothing in the repository puts the project into an environment")
