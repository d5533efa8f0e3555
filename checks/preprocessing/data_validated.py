"""Is the data checked against expectations before it is used?"""

from __future__ import annotations

from collections.abc import Iterator

from ml_readiness import regex as re
from ml_readiness.check import check, fail, ok, partial, unknown
from ml_readiness.facts.data.guards import Guard, Guards
from ml_readiness.facts.data.script_guards import ScriptGuards
from ml_readiness.facts.project.project import Project
from ml_readiness.facts.source.code import Code
from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Level, Use
from ml_readiness.facts.tree.files import Files
from ml_readiness.report import Confidence, Effort, Finding, Location, ProjectKind, Severity

ENOUGH = 3
TABLES = ("pandas", "polars", "pyspark", "dask", "modin", "cudf", "duckdb", "sqlalchemy")
OF_ANYTHING = frozenset(["cerberus", "jsonschema", "voluptuous", "schema", "fastjsonschema"])
SETTINGS = re.compile(r"config|setting|request|payload|openapi|argument|params|response|tool|plugin", re.IGNORECASE)
EXPECTATION = re.compile(r"expect_(?:column|table|multicolumn)_\w+|expect_compound_\w+")
DBT_TESTS = re.compile(r"^[ \t]+(?:data_)?tests:[ \t]*(?:$|\[[ \t]*\w)", re.MULTILINE)


@check(
    "Is the data checked against expectations before it is used?",
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    not_for=[ProjectKind.NOT_ML],
)
def data_validated(
    code: Code, tools: Tools, guards: Guards, scripts: ScriptGuards, files: Files, project: Project
) -> Iterator[Finding]:
    """A column that changed its unit or came in empty raises nothing by itself: the model answers as confidently as
    ever, and wrongly. A schema that is enforced where data comes in stops it there.

    ## How to fix
    Declare the columns, types, ranges and allowed nulls once, for example as a pandera model, and validate right after
    loading, in training and in the batch job.

    ## Sources
    - ML Test Score: Data 1, Monitoring 2
    - Engineering best practices for ML: sanity checks for all external data sources

    ## Fails
    ```python title="train.py"
    import pandas as pd

    rows = pd.read_csv("rows.csv").dropna()
    ```

    ## Fails: the requests of a service are typed, its data is not
    ```python title="app.py"
    from fastapi import FastAPI
    from pydantic import BaseModel

    app = FastAPI()

    class Row(BaseModel):
        age: int

    @app.post("/predict")
    def predict(row: Row):
        return model.predict([[row.age]])
    ```

    ## Fails: installed only
    ```text title="requirements.txt"
    pandera==0.20.4
    ```
    ```python title="train.py"
    import pandas as pd

    rows = pd.read_csv("rows.csv")
    ```

    ## Partial
    ```python title="train.py"
    import pandas as pd

    rows = pd.read_csv("rows.csv")
    if rows.isnull().any().any():
        raise ValueError("empty cells")
    ```

    ## Partial: a schema that nothing enforces
    ```python title="schema.py"
    import pandera as pa

    schema = pa.DataFrameSchema({"age": pa.Column(int)})
    ```

    ## Passes
    ```python title="train.py"
    import pandas as pd
    import pandera as pa

    schema = pa.DataFrameSchema({"age": pa.Column(int, pa.Check.ge(0))})
    rows = schema.validate(pd.read_csv("rows.csv"))
    ```

    ## Passes: own checks
    ```python title="load.py"
    import pandas as pd

    def check_rows(rows):
        missing = {"age", "city"} - set(rows.columns)
        if missing:
            raise ValueError(f"missing columns: {missing}")
        if rows["age"].isnull().any():
            raise ValueError("age must not be null")
        if not rows["age"].between(0, 130).all():
            raise ValueError("age out of range in some rows")

    check_rows(pd.read_csv("rows.csv"))
    ```
    """
    enforced = [use for use in tools.called("data-validation") if _counts(use)]
    if enforced:
        yield ok(f"the data is checked with {enforced[0].shown}", at=enforced[0].location, confidence=Confidence.MEDIUM)
    elif at := _expected(code):
        yield ok("expectations about the columns are declared and run", at=at, confidence=Confidence.MEDIUM)
    elif (place := _dbt_tests(files)) or (place := _attached(code)):
        yield ok("the data is checked against declared expectations", at=place, confidence=Confidence.MEDIUM)
    elif scripts.javascript.answering and not code.units:
        yield _in_javascript(scripts.all)
    else:
        found = guards.all if project.kind is ProjectKind.LIBRARY else guards.used
        yield _own(code, tools, guards, found, project.kind)


def _own(code: Code, tools: Tools, guards: Guards, found: tuple[Guard, ...], kind: ProjectKind) -> Finding:
    if len(found) >= ENOUGH:
        first = found[0]
        message = f"{len(found)} guards refuse data that is not as expected, the first: {first.what}"
        return ok(message, at=first.location, confidence=Confidence.MEDIUM)
    if records := guards.records:
        first = records[0]
        return ok(f"each record is read into {first.what}", at=first.location, confidence=Confidence.MEDIUM)
    if guards.declared:
        first = guards.declared[0]
        return ok(f"{first.what} compares the data with a schema", at=first.location, confidence=Confidence.MEDIUM)
    if found:
        first = found[0]
        number = "a single guard tests" if len(found) == 1 else f"only {len(found)} guards test"
        message = f"{number} what comes in, here {first.what}"
        return partial(message, at=first.location, confidence=Confidence.MEDIUM)
    for use in tools.uses("data-validation", "data-schema"):
        if _describes(use):
            return partial(f"{use.title} describes the data, but nothing is checked against it", at=use.location)
    if not code.units:
        return unknown("no Python code to read")
    return _nothing(code, kind)


def _in_javascript(guards: tuple[Location, ...]) -> Finding:
    """What is read off text is enough to see guards, and not to see whether they are all that is needed."""
    if guards:
        return partial(
            "texts or files that come in are tested, with no schema declared",
            at=guards[0],
            confidence=Confidence.MEDIUM,
        )
    return fail("nothing refuses texts or files that are empty, unreadable or too long", confidence=Confidence.LOW)


def _nothing(code: Code, kind: ProjectKind) -> Finding:
    """That nothing is checked, in the words of what the project works on."""
    if any(unit.imports_any(*TABLES) for unit in code.units if not unit.is_test):
        message, hint = "nothing refuses data with missing columns, empty cells or values out of range", None
    elif kind is ProjectKind.LLM_APP:
        message = "nothing refuses documents or input that are empty, unreadable or too long"
        hint = "Check each document where it is read, leave out what is empty or unreadable, and log how many were."
    else:
        message = "nothing refuses data that is empty, of the wrong type or shape, or out of range"
        hint = "Check type, shape and range right after loading, and stop with a message that names the file."
    return fail(message, confidence=Confidence.MEDIUM, hint=hint)


def _counts(use: Use) -> bool:
    """In a notebook a check is looked at, not enforced; and some validators mostly check settings and requests."""
    if use.tool in OF_ANYTHING and (use.call is None or SETTINGS.search(f"{use.scope} {use.path} {_given(use)}")):
        return False
    return use.unit is None or not use.unit.is_notebook


def _given(use: Use) -> str:
    values = (*use.call.args, *use.call.keywords.values()) if use.call is not None else ()
    return " ".join(value.text for value in values)


def _describes(use: Use) -> bool:
    """Whether it is a schema of data in a file or in code; installing a validator describes nothing."""
    is_written = use.level >= Level.CALLED or use.name == use.path
    return is_written and use.tool not in {"pydantic", "msgspec", "marshmallow", "scikit-learn", *OF_ANYTHING}


def _expected(code: Code) -> Location | None:
    """Where expectations are called on an object made elsewhere, as test fixtures are."""
    if not any(unit.imports_any("great_expectations") for unit in code.units):
        return None
    calls = ((unit, call) for unit in code.units if not unit.is_notebook for call in unit.python.calls)
    return next((unit.location(call.line) for unit, call in calls if EXPECTATION.fullmatch(call.method)), None)


def _attached(code: Code) -> str:
    """A file that attaches expectations to a feature group, which checks what is inserted."""
    for unit in code.production:
        if any("expectation_suite" in call.keywords for call in unit.python.calls):
            return unit.path
    return ""


def _dbt_tests(files: Files) -> str:
    if not files.find("dbt_project.yml"):
        return ""
    paths = files.find("**/models/*.yml", "**/models/**/*.yml", "**/models/*.yaml")
    return next((path for path in paths if DBT_TESTS.search(files.text(path))), "")
