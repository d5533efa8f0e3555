"""Which base image?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.facts.deployment.base_images import BaseImages, Firmness
from ml_readiness.report import Effort, Finding, Severity


@check("Which base image?", severity=Severity.MEDIUM, effort=Effort.SMALL, core=False)
def base_image_pinned(images: BaseImages) -> Iterator[Finding]:
    """A tag is a name that its owner may move: the same Dockerfile built next month has another interpreter and other
    system libraries, and nobody changed a line.

    ## How to fix
    Name the patch release, or better the digest (`image:tag@sha256:…`), and let an update bot move it.

    ## Sources
    - OpenSSF Scorecard: Pinned-Dependencies

    ## Passes
    ```dockerfile title="Dockerfile"
    FROM python:3.12.4-slim-bookworm AS build
    FROM build
    ```

    ## Partial: a minor release
    ```dockerfile title="Dockerfile"
    ARG PYTHON=3.12
    FROM python:${PYTHON}-slim
    ```

    ## Fails
    ```dockerfile title="Dockerfile"
    FROM python:slim
    ```

    ## Fails: no tag
    ```yaml title="docker-compose.yml"
    services:
      cache:
        image: redis
    ```

    ## Unknown
    ```dockerfile title="Dockerfile"
    ARG TAG
    FROM registry.example.com/base:${TAG}
    ```

    ## Does not apply
    ```python title="train.py"
    print("no image")
    ```
    """
    for image in images.all:
        if image.firmness is Firmness.FIXED:
            yield ok(f"`{image.name}` is one image", at=image.location)
        elif image.firmness is Firmness.MINOR:
            yield partial(f"`{image.name}` moves with every patch release", at=image.location)
        elif image.firmness is Firmness.UNKNOWN:
            yield unknown(f"`{image.name}` is filled in elsewhere", at=image.location)
        else:
            tag = "has no tag" if ":" not in image.name.rpartition("/")[2] else "has a tag that moves"
            yield fail(f"`{image.name}` {tag}", at=image.location)
