"""Is the preprocessing tested?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok
from ml_readiness.facts.modelling.preparation import Preparation
from ml_readiness.facts.project.signals import Signals
from ml_readiness.facts.testing.modeltests import ModelTests
from ml_readiness.report import Confidence, Effort, Finding, ProjectKind, Severity

SHOWN = 3
NAMED = "its name says so"


@check(
    "Is the feature and preprocessing code tested?",
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    requires="tests-exist",
    not_for=[ProjectKind.NOT_ML],
)
def tests_cover_preprocessing(tests: ModelTests, preparation: Preparation, signals: Signals) -> Iterator[Finding]:
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
        if signals.llm_elsewhere:
            yield fail("no test of how prompts and documents are prepared was recognised", confidence=Confidence.LOW)
        return
    for test, site in tests.of_preparation[:SHOWN]:
        called = site.name.rpartition(":")[2]
        yield ok(f"`{test.function.name}` calls `{called}` and asserts", at=test.location, confidence=Confidence.MEDIUM)
    if not tests.of_preparation:
        first, *others = sorted(preparation.functions, key=lambda each: (not each.transforms, each.why == NAMED))
        more = ", which prepares data"
        if others:
            more = (
                f", nor any of {len(others)} more that prepare data" if len(others) > 1 else f" or `{others[0].name}`"
            )
        yield fail(
            f"no test calls `{first.name}`{more}",
            at=first.location,
            confidence=Confidence.MEDIUM,
        )
