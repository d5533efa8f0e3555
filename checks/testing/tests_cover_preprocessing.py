"""Is the preprocessing tested?"""

from collections.abc import Iterator

from ml_readiness import regex as re
from ml_readiness.check import check, fail, ok
from ml_readiness.facts.modelling.preparation import LOADS, NAMED, Preparation, Prepares
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.project.signals import Signals
from ml_readiness.facts.source.saying import said
from ml_readiness.facts.testing.modeltests import ModelTests
from ml_readiness.facts.testing.scripted import ScriptedTests
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 3
GOES_ON = re.compile(r"(?:^|_)(?:main|run|train|fit|evaluate|predict|test|pipeline)(?:_|$)", re.IGNORECASE)
"""Functions that prepare data on the way to something else."""
TABLES = ("pandas", "polars", "pyspark", "dask", "modin", "cudf")
READS = re.compile(r"_*(?:read|load|get|fetch|download|save|dump|write|inverse)_", re.IGNORECASE)
ARRAYS = ("torch", "tensorflow", "keras", "jax", "numpy", "cv2", "PIL", "torchvision", "librosa")


@check(
    "Is the feature and preprocessing code tested?",
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    requires="tests-exist",
    not_for=[ProjectKind.NOT_ML],
)
def tests_cover_preprocessing(
    tests: ModelTests, scripted: ScriptedTests, preparation: Preparation, signals: Signals, project: Project
) -> Iterator[Finding]:
    """A wrong feature raises no exception: the model just gets worse. Only a test that calls the loading, cleaning or
    feature function and asserts on what it returns will tell.

    ## How to fix
    For each feature function, assert on the result for one typical row, one row with missing values, and one unseen
    category.

    ## Sources
    - ML Test Score: Data 7
    - Engineering best practices for ML: test all feature extraction code

    ## Fails
    ```python title="features.py"
    def clean_text(text):
        return text.strip().lower()
    ```

    ## Passes
    ```python title="features.py"
    def clean_text(text):
        return text.strip().lower()
    ```
    ```python title="tests/test_features.py"
    from features import clean_text

    def test_clean_text():
        assert clean_text(" A ") == "a"
    ```

    ## Passes: through a fixture
    ```python title="features.py"
    def load_data(path):
        return open(path).read()
    ```
    ```python title="tests/conftest.py"
    import pytest
    from features import load_data

    @pytest.fixture
    def data():
        return load_data("x.csv")
    ```
    ```python title="tests/test_features.py"
    def test_data(data):
        assert len(data) == 3
    ```

    ## Does not apply
    ```python title="app.py"
    print("no such function")
    ```
    """
    if not tests.of_preparation and (tables := tests.tests.of_tables):
        yield ok("tests of the tables that SQL models make", at=tables[0], confidence=Confidence.LOW)
        return
    if not preparation.functions:
        if signals.llm_elsewhere and scripted.of_preparation:
            path, module = scripted.of_preparation[0]
            yield ok(f"tests `{module}`, which prepares prompts or documents", at=path, confidence=Confidence.LOW)
        elif signals.llm_elsewhere:
            yield fail("no test of how prompts and documents are prepared was recognised", confidence=Confidence.LOW)
        return
    for test, site in tests.of_preparation[:SHOWN]:
        yield ok(
            f"`{test.function.name}` calls `{said(site)}` and asserts", at=test.location, confidence=Confidence.MEDIUM
        )
    if not tests.of_preparation:
        first, *others = sorted(preparation.functions, key=_telling)
        message = f"no test calls `{first.name}`, which prepares data"
        if others:
            message = f"no test calls any of {len(others) + 1} functions that prepare data, such as `{first.name}`"
        hint = _hint(first, project.kind)
        yield fail(message, at=first.location, confidence=Confidence.MEDIUM, hint=hint)


def _telling(each: Prepares) -> tuple[bool, bool, bool, bool]:
    """What changes data comes before what only reads it, and either before what trains or answers, too."""
    own = each.name.rpartition(".")[2]
    return (
        bool(GOES_ON.search(own)),
        not each.transforms,
        bool(READS.match(own) or LOADS.search(own)),
        each.why == NAMED,
    )


def _hint(first: Prepares, kind: ProjectKind) -> str | None:
    """What to assert, by what the function works on; rows of a table where nothing tells."""
    if first.unit.imports_any(*TABLES):
        return f"Start with `{first.name}`: assert on its result for one typical row, and for one with missing values."
    if kind is ProjectKind.LLM_APP:
        return f"Start with `{first.name}`: give it one short text, and assert that nothing is lost or doubled."
    if first.unit.imports_any(*ARRAYS):
        return f"Start with `{first.name}`: assert on the shape, type and range of values of its result for one input."
    return f"Start with `{first.name}`: assert on its result for one typical input, and for one that is empty."
