"""Trained weights are kept where large files belong."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.tree.artefacts import Artefacts
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity
from ml_readiness.wording import plural

LIMIT = 100_000
MOST = 10


@check(
    "Are trained models kept out of git?",
    severity=Severity.MEDIUM,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML],
    prohibition=True,
)
def models_outside_git(artefacts: Artefacts) -> Iterator[Finding]:
    """Git keeps every version of a binary for ever, cannot show what changed in it, and does not know which code and
    data made it: each retraining makes every clone slower, and nobody can tell the models apart.

    ## How to fix
    Move the files to a model registry, DVC or git LFS (`git lfs migrate import --include="*.pkl"`), and load them by
    name and version.

    ## Sources
    - OpenSSF Scorecard: Binary-Artifacts

    ## Passes: a pointer stands for the weights
    ```text title="models/model.onnx"
    version https://git-lfs.github.com/spec/v1
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
    size 52428800
    ```
    ## Passes
    ```text title="models/model.pkl.dvc"
    outs:
    - path: model.pkl
    ```
    ## Fails
    ```text title="models/model.onnx" size="250000"
    (250 kB of weights)
    ```
    """
    plain = [model for model in artefacts.models if model.is_plain]
    large = [model for model in plain if model.size is None or model.size > LIMIT]
    for model in large[:MOST]:
        size = f"{model.size / 1000:,.0f} kB" if model.size is not None else "of unknown size"
        confidence = Confidence.HIGH if model.size is not None else Confidence.MEDIUM
        yield fail(f"in git as a plain file, {size}: {model.evidence}", at=model.path, confidence=confidence)
    if more := large[MOST:]:
        yield fail(f"{len(more)} more in git, such as this one", at=more[0].path)
    if not large:
        yield _outside(artefacts, len(plain))


def _outside(artefacts: Artefacts, small: int) -> Finding:
    pointers = [model for model in artefacts.models if not model.is_plain]
    if pointers:
        return ok(f"git LFS keeps {plural(len(pointers), 'model')}", at=pointers[0].path)
    if artefacts.dvc:
        return ok(f"DVC keeps {plural(len(artefacts.dvc), 'file')}", at=artefacts.dvc[0])
    few = f"no trained weights over 100 kB in git ({plural(small, 'smaller file')})"
    return ok(few if small else "no trained weights in git")
