"""The project's automated tests: what each one calls, and what it asserts."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from ml_readiness import regex as re
from ml_readiness.facts.knowledge.distributions import is_standard
from ml_readiness.facts.modelling.lifecycle import Lifecycle
from ml_readiness.facts.source.callgraph import CallGraph, key
from ml_readiness.facts.source.code import Code, Site
from ml_readiness.facts.source.units import Unit
from ml_readiness.facts.tree.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ml_readiness.parsers.python import Condition, Function
    from ml_readiness.report import Location

ASSERTS = re.compile(
    r"(?:^|\.)(?:assert\w*|fail|raises|warns|deprecated_call|expect\w*|check_estimator|parametrize_with_checks)$",
    re.IGNORECASE,
)
CLIENTS = re.compile(r"TestClient|test_client|AsyncClient|APIClient|app_client|CliRunner|ASGITransport|\.AppTest\.")
SERVERS = re.compile(r"(?:aiohttp|starlette|fastapi|flask|httpx|sanic|quart|litestar|falcon|webtest|tornado)\.")
"""Frameworks whose applications and clients the parameters of tests are declared to be."""
SCRIPT_TEST = re.compile(
    r"(?:^|/)(?:__tests__/.*|[^/]*\.(?:test|spec))\.[cm]?[jt]sx?$|(?:^|/)src/test/(?:java|kotlin|scala)/.*(?:Tests?|IT|Spec)\.(?:java|kt|scala)$"
    r"|_test\.(?:go|exs)$|(?:^|/)testthat/test[^/]*\.[Rr]$|Tests?\.cs$|(?:^|/)spec/.*_spec\.rb$"
)
"""Tests of code in other languages, by the places and names that their runners know."""
EXPECTS = re.compile(
    r"\bexpect\(|\bassert[.(]|\bassert\w+\(|\bverify\(|\bt\.(?:Error|Fatal|Fail)\w*\(|\bAssert\.\w|\bexpect_\w+\(|\bshould(?:Be|\s|\.)"
)
"""What asserts in them."""
OTHER_TESTS = ("*.feature", "*.robot", "*.bats", "**/tests/*.sql")
DBT_PROJECT = re.compile(r"(?:^|/)dbt_project\.ya?ml$")
DBT_TEST = re.compile(r"^\s*-?\s*(?:data_)?tests:\s*(?:#.*)?(?:\[[^\]\n]|\n\s*-)", re.MULTILINE)
"""Tests of columns and models in the descriptions of a dbt project."""
TEMPLATES = ("cookiecutter.main.cookiecutter", "copier.run_copy", "copier.run_auto", "?cookies.bake", "?copie.copy")
"""Calls that make a project from the template that a repository is."""
NOTEBOOKS = ("papermill.execute_notebook", "testbook.testbook", "runpy.run_path", "runpy.run_module")
"""Calls that run a notebook or a script."""
STARTS = re.compile(
    r"\b(?:python|uvicorn|gunicorn|flask|streamlit|functions-framework|bentoml|torchserve|docker|podman|compose|make|dvc"
    r"|papermill|nbconvert)\b|\.(?:py|sh|ipynb)\b"
)
"""Words of commands that start something of the project."""
SETTINGS = re.compile(r"(?:yaml\.(?:\w+_)?load|toml\w*\.load|json\.load)$")
"""How a script reads what it is set to do."""
TEST_NAME = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$")
EXITS = frozenset(["sys.exit", "exit", "quit", "os._exit", "SystemExit"])
ASKS = re.compile(r"(?:requests|httpx|urllib)\b")
REMEMBERED = 20_000
"""Names of calls that are not looked at again: tests call the same things."""
FEW = 3
"""Statements that a file which only defines things may have at its top level."""
TEST_FOLDER = re.compile(
    r"(?:^|/)(?:unit_?|integration_?)?tests?/(?!.*(?:fixtures?|data|resources|helpers?|utils)/)[^/]+\.py$"
)


class Test(Struct, frozen=True, eq=False, dict=True):
    """One collected test function."""

    __test__ = False

    unit: Unit
    function: Function
    sites: tuple[Site, ...]
    """Its calls, and those of its fixtures and of the helpers it calls in test code."""
    conditions: tuple[Condition, ...]
    """The assert statements of the same functions."""

    @property
    def location(self) -> Location:
        """Where it is defined."""
        return self.unit.location(self.function.line)

    @cached_property
    def asserting(self) -> tuple[Site, ...]:
        """Calls that can fail the test: `self.assertEqual`, `pytest.raises`, `np.testing.assert_allclose`..."""
        return tuple(site for site in self.sites if _asserts(site.name))

    @cached_property
    def asserts(self) -> bool:
        """Whether anything in it can fail on a wrong result."""
        return bool(self.asserting) or any(not _is_constant(c) for c in self.conditions)

    @cached_property
    def own_calls(self) -> tuple[Site, ...]:
        """Calls of the project's production code, or of its application through a test client or a command."""
        return tuple(site for site in self.sites if self._is_own(site))

    def _is_own(self, site: Site) -> bool:
        if site.name.startswith(":"):
            path = site.name[1:].partition(":")[0]
            return not re.search(r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:test_[^/]*|conftest)\.py$", path)
        if site.name in TEMPLATES:
            return True
        if site.name in NOTEBOOKS:
            return True
        return is_request(site) or (
            site.name.startswith(("subprocess.", "os.system")) and bool(STARTS.search(_words(site)))
        )


class Tests(Struct, frozen=True, dict=True):
    """Every test that a runner would collect."""

    __test__ = False

    code: Code
    graph: CallGraph
    files: Files
    lifecycle: Lifecycle

    @classmethod
    def gather(cls, code: Code, graph: CallGraph, files: Files, lifecycle: Lifecycle) -> Self:
        """From test files as pytest and unittest find them."""
        return cls(code, graph, files, lifecycle)

    @cached_property
    def functions(self) -> tuple[Test, ...]:
        """The collected tests."""
        return tuple(
            self._test(unit, function)
            for unit in self.code.tests
            for function in unit.python.functions
            if _is_collected(unit, function)
        )

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """Test files in other languages than Python that expect something."""
        found = [path for path in self._written_elsewhere if EXPECTS.search(self.files.text(path))]
        return (*found, *self.files.find(*OTHER_TESTS), *self.of_tables)

    @cached_property
    def scripts_without_tests(self) -> tuple[str, ...]:
        """Test files in other languages than Python that expect nothing."""
        return tuple(path for path in self._written_elsewhere if not EXPECTS.search(self.files.text(path)))

    @cached_property
    def _written_elsewhere(self) -> tuple[str, ...]:
        return tuple(path for path in self.files.own if SCRIPT_TEST.search(path))

    @cached_property
    def of_tables(self) -> tuple[str, ...]:
        """Descriptions in a dbt project that test columns and models."""
        homes = [path.rpartition("/")[0] for path in self.files.own if DBT_PROJECT.search(path)]
        inside = tuple(f"{home}/" if home else "" for home in homes)
        described = self.files.find("*.yml", "*.yaml") if homes else ()
        return tuple(p for p in described if p.startswith(inside) and DBT_TEST.search(self.files.text(p)))

    @cached_property
    def files_without_tests(self) -> tuple[str, ...]:
        """Files that are tests by name or place and hold no collected test function."""
        holding = {test.unit.path for test in self.functions}
        used = {path for unit in self.code.production for path in self.code.imported[unit.path]}
        return tuple(
            unit.path
            for unit in self.code.units
            if unit.path not in holding and unit.path not in used and self._is_meant(unit)
        )

    @cached_property
    def programs(self) -> tuple[Unit, ...]:
        """Those of them that fail when they are run and the project's own code gives a wrong result."""
        return tuple(
            unit
            for unit in self.code.units
            if unit.path in self.files_without_tests
            and (unit.python.main_guard or unit.python.statements)
            and self._fails(unit)
            and self._runs_own(unit)
        )

    def _fails(self, unit: Unit) -> bool:
        """Whether a program asserts, or ends with a status that it works out."""
        if any(c.effect == "assert" and not _is_constant(c) for c in unit.python.conditions):
            return True
        sites = self.code.calls_in(unit)
        exits = [site.call.args[0] for site in sites if site.name in EXITS and site.call.args]
        if any(value.kind not in {"int", "str", "none"} for value in exits):
            return True
        compared = any(c.effect in {"raise", "exit"} and c.operators for c in unit.python.conditions)
        return compared or any(_asserts(site.name) for site in sites)

    def _runs_own(self, unit: Unit) -> bool:
        return any(
            site.name.startswith(":") and not self.code.by_path[site.name[1:].partition(":")[0]].is_test
            for site in self.code.calls_in(unit)
        )

    def _is_meant(self, unit: Unit) -> bool:
        """Whether a unit without a test function is there to test something: a script in a folder of tests, or a file
        with a test's name, unless it looks only at Python or evaluates a model for whoever runs it."""
        name = unit.path.rpartition("/")[2]
        if name in {"__init__.py", "conftest.py", "setup.py"}:
            return False
        if TEST_FOLDER.search(unit.path) and (unit.python.main_guard or unit.python.statements > FEW):
            return True
        if TEST_NAME.search(unit.path):
            imports = unit.python.imports
            alone = bool(imports) and all(is_standard(each.top) for each in imports if not each.module.startswith("."))
            return not (alone or self._evaluates(unit))
        if name not in {"test.py", "tests.py"}:
            return False
        empty = TEST_FOLDER.search(unit.path) is not None and not unit.python.statements
        return empty or any(ASKS.match(call.name) for call in unit.python.calls)

    def _evaluates(self, unit: Unit) -> bool:
        """Whether a script measures a model on what its arguments or settings name, as research code calls testing."""
        stages = ("loading", "predicting", "measuring")
        asked = unit.imports_any("argparse", "fire", "click", "hydra", "absl", "tyro", "typer", "omegaconf")
        asked = asked or any(SETTINGS.match(call.name) for call in unit.python.calls if not call.scope)
        return asked and any(unit.path in self.lifecycle.units(stage) for stage in stages)

    @cached_property
    def fixtures(self) -> Mapping[str, tuple[tuple[Unit, Function], ...]]:
        """Fixtures by name."""
        found: dict[str, list[tuple[Unit, Function]]] = {}
        for unit in self.code.units:
            for function in unit.python.functions if unit.is_test else ():
                if any(name.startswith("pytest") and "fixture" in name for name in function.decorators):
                    found.setdefault(function.name.rpartition(".")[2], []).append((unit, function))
        return {name: tuple(each) for name, each in found.items()}

    def _test(self, unit: Unit, function: Function) -> Test:
        parts = list(self._parts(unit, function))
        sites = tuple(site for part, scope in parts for site in self.code.calls_in(part, scope))
        conditions = tuple(c for part, scope in parts for c in part.conditions_in(scope) if c.effect == "assert")
        return Test(unit, function, sites, conditions)

    def _parts(self, unit: Unit, function: Function) -> Iterator[tuple[Unit, str]]:
        """The test, its class's set-up, its fixtures, and helpers in test code that they call."""
        stack = [(unit, function.name)]
        if function.in_class:
            stack += [
                (unit, f"{function.in_class}.{m}") for m in ("setUp", "setup_method", "setUpClass", "setup_class")
            ]
        for parameter in function.parameters:
            stack += self._fixture(unit, parameter.name)
        seen: set[str] = set()
        while stack:
            part, scope = stack.pop()
            known = part.functions.get(scope)
            if known is None or key(part, scope) in seen or len(seen) > 30:
                continue
            seen.add(key(part, scope))
            yield part, scope
            for parameter in known.parameters:
                stack += self._fixture(part, parameter.name)
            stack += self._helpers(key(part, scope))

    def _fixture(self, unit: Unit, name: str) -> list[tuple[Unit, str]]:
        found = self.fixtures.get(name, ())
        near = [(u, f.name) for u, f in found if u.path == unit.path]
        return near or [(u, f.name) for u, f in found]

    def _helpers(self, caller: str) -> list[tuple[Unit, str]]:
        found: list[tuple[Unit, str]] = []
        for called in self.graph.callees.get(caller, ()):
            path, _, name = called[1:].partition(":")
            unit = self.code.by_path.get(path)
            if unit is not None and unit.is_test:
                found.append((unit, name))
        return found


@lru_cache(maxsize=REMEMBERED)
def _asserts(name: str) -> bool:
    """Whether a call of this name can fail a test."""
    return ASSERTS.search(name) is not None


@lru_cache(maxsize=REMEMBERED)
def _is_client(name: str) -> bool:
    """Whether a call of this name goes to the application through a test client."""
    return CLIENTS.search(name) is not None


def is_request(site: Site) -> bool:
    """Whether a call goes to the application through a test client, also one that a fixture gives."""
    if _is_client(site.name):
        return True
    asked = site.call.method in {"get", "post", "put", "patch", "delete", "request", "stream", "invoke"}
    if site.name.startswith("?"):
        return asked and ("client" in site.call.receiver.lower() or _names_path(site))
    return asked and SERVERS.match(site.name) is not None and site.unit.is_test and _names_path(site)


def _names_path(site: Site) -> bool:
    """Whether a call is given a path without a host, which only a client of the application can ask."""
    where = site.call.argument(0, "url", "path")
    return where is not None and where.kind in {"str", "format"} and where.text.startswith("/")


def _is_collected(unit: Unit, function: Function) -> bool:
    name = function.name.rpartition(".")[2]
    if not name.startswith("test") or unit.path.endswith("conftest.py"):
        return False
    if not function.in_class:
        return "." not in function.name
    owner = unit.classes.get(function.in_class)
    cased = owner is not None and any("TestCase" in base for base in owner.bases)
    return cased or function.in_class.rpartition(".")[2].startswith("Test") or bool(owner and owner.bases)


def _is_constant(condition: Condition) -> bool:
    return condition.test.is_constant or not (condition.names or condition.calls)


def _words(site: Site) -> str:
    return " ".join(item.text for argument in site.call.args for item in (argument, *argument.items))
