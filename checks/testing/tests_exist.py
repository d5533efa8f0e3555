"""Do you have any test cases?"""

from collections.abc import Iterator

from ml_readiness.check import check, fail, ok, partial
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.testing.tests import Tests
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Effort, Finding, Severity

SHOWN = 3
OTHER_CODE = ("*.ts", "*.tsx", "*.js", "*.r", "*.jl", "*.scala", "*.java", "*.cpp", "*.go", "*.rs")


@check("Do you have any test cases?", severity=Severity.CRITICAL, effort=Effort.MEDIUM)
def tests_exist(tests: Tests, code: Code, files: Files) -> Iterator[Finding]:
    """Without a test that runs the project's own code and asserts on the result, every change can break something
    and nobody notices before the users do.

    ## How to fix
    Add `tests/test_<module>.py` that imports one function of the project and asserts on its result for a known input.

    ## Sources
    - Engineering best practices for ML: automated regression tests

    ## Fails
    ```python title="model.py"
    def area(width, height):
        return width * height
    ```

    ## Partial: tests that cannot fail
    ```python title="model.py"
    def area(width, height):
        return width * height
    ```
    ```python title="tests/test_model.py"
    from model import area

    def test_area():
        print(area(2, 3))
    ```

    ## Passes
    ```python title="model.py"
    def area(width, height):
        return width * height
    ```
    ```python title="tests/test_model.py"
    from model import area

    def test_area():
        assert area(2, 3) == 6
    ```

    ## Does not apply
    ```markdown title="README.md"
    # Notes
    ```
    """
    if not code.units and not files.find(*OTHER_CODE):
        return
    good = [test for test in tests.functions if test.asserts and test.own_calls]
    if good:
        for test in good[:SHOWN]:
            yield ok(f"`{test.function.name}` runs the project's code and asserts on it", at=test.location)
    elif tests.scripts:
        for path in tests.scripts[:SHOWN]:
            yield ok("a test that asserts", at=path)
    elif tests.programs:
        for unit in tests.programs[:SHOWN]:
            yield ok("a program that runs the project's code and fails on a wrong result", at=unit.path)
    elif tests.functions:
        test = tests.functions[0]
        problem = "does not run the project's own code" if test.asserts else "asserts nothing"
        count, name = len(tests.functions), f"`{test.function.name}`"
        said = f"{count} tests, but e.g. {name} {problem}" if count > 1 else f"the only test, {name}, {problem}"
        yield partial(said, at=test.location)
    elif tests.files_without_tests:
        yield partial("named like a test, but no runner would find a test in it", at=tests.files_without_tests[0])
    elif tests.scripts_without_tests:
        yield partial("a test that asserts nothing", at=tests.scripts_without_tests[0])
    else:
        yield fail("no test was found")
