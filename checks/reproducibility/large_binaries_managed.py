"""Git is not full of large files."""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.facts.tree.artefacts import Artefacts
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Effort, Finding, Severity

LARGE = 10_000_000
HUGE = 50_000_000
TOTAL = 50_000_000
MUCH = 200_000_000
MOST = 5


@check("Is git free of large files?", severity=Severity.MEDIUM, effort=Effort.MEDIUM, prohibition=True, core=False)
def large_binaries_managed(files: Files, artefacts: Artefacts) -> Iterator[Finding]:
    """Every clone downloads every version of every large file ever committed, also after it was deleted. Builds get
    slower month by month, and the way back is a rewritten history.

    ## How to fix
    Move files over 10 MB to DVC, git LFS or a bucket: `dvc add data/train.parquet`, or `git lfs migrate import`.

    ## Sources
    - OpenSSF Scorecard: Binary-Artifacts
    - About large files on GitHub

    ## Fails
    ```text title="data/train.parquet" size="60000000"
    (60 MB)
    ```
    ## Partial
    ```text title="data/train.parquet" size="12000000"
    (12 MB)
    ```
    ## Passes
    ```text title="data/sample.csv"
    a,b
    ```
    """
    sizes = {path: files.entries[path].size for path in files.own}
    large = {path: size for path, size in sizes.items() if size is not None and size > LARGE}
    kept = [artefact for artefact in (*artefacts.models, *artefacts.data) if artefact.is_plain]
    total = sum(artefact.size or 0 for artefact in kept)
    much = f"model and data files of {total / 1e6:,.0f} MB in all"
    if len(large) > 1 or any(size > HUGE for size in large.values()) or total > MUCH:
        for path, size in sorted(large.items(), key=lambda pair: -pair[1])[:MOST]:
            yield fail(f"{size / 1e6:,.0f} MB in plain git", at=path)
        if not large:
            yield fail(much)
    elif large or total > TOTAL:
        for path, size in large.items():
            yield partial(f"{size / 1e6:,.0f} MB in plain git", at=path)
        if not large:
            yield partial(much)
    elif absent := [artefact.path for artefact in kept if artefact.size is None]:
        some = "1 model or data file is not in this clone, so its size is not known"
        many = f"{len(absent)} model and data files are not in this clone, so their sizes are not known"
        yield unknown(some if len(absent) == 1 else many, at=absent[0])
    else:
        yield ok(f"no file over 10 MB, {much}" if total >= 1e6 else "no file over 10 MB")
