"""How far a tool is wired: declared, imported, called, called by something that runs."""

from __future__ import annotations

from ml_readiness.facts.tooling.tools import Tools
from ml_readiness.facts.tooling.uses import Level
from tests.auditing import facts_of


def level(files: dict[str, str], role: str) -> Level | None:
    """The furthest that any tool of the role gets."""
    uses = facts_of(files).get(Tools).uses(role)  # type: ignore[arg-type]
    return uses[0].level if uses else None


DRIFT = "from evidently import Report\n\ndef compare(a, b):\n    return Report([]).run(a, b)\n"


def test_a_configuration_file_declares() -> None:
    assert level({"gx/checkpoints/daily.yml": "name: daily"}, "data-validation") is Level.DECLARED


def test_an_import_alone_is_no_call() -> None:
    assert level({"app.py": "import evidently\nprint(1)"}, "drift") is Level.IMPORTED


def test_a_call_in_a_function_that_nothing_mentions_is_not_wired() -> None:
    assert level({"drift.py": DRIFT}, "drift") is Level.CALLED
    assert level({"drift.py": DRIFT, "main.py": "import drift\nprint(drift)"}, "drift") is Level.CALLED


def test_a_call_in_a_file_that_nothing_starts_is_not_wired() -> None:
    assert level({"drift.py": DRIFT + "\ndef daily():\n    compare(1, 2)\n"}, "drift") is Level.CALLED


def test_a_call_below_a_main_guard_is_wired() -> None:
    text = DRIFT + '\nif __name__ == "__main__":\n    compare(1, 2)\n'
    assert level({"drift.py": text}, "drift") is Level.WIRED


def test_a_call_is_wired_through_imports() -> None:
    main = "from monitoring.drift import compare\n\ncompare(1, 2)\n"
    assert level({"monitoring/drift.py": DRIFT, "main.py": main}, "drift") is Level.WIRED


def test_a_script_that_a_workflow_runs_is_started() -> None:
    text = DRIFT + "\ndef daily():\n    compare(1, 2)\n"
    workflow = "jobs:\n  a:\n    steps:\n      - run: python -c 'import jobs.drift; jobs.drift.daily()'\n"
    assert level({"jobs/drift.py": text, ".github/workflows/a.yml": workflow}, "drift") is Level.WIRED


def test_a_route_is_called_by_its_framework() -> None:
    text = (
        DRIFT
        + "\nfrom fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/drift')\ndef route():\n    compare(1, 2)\n"
    )
    assert level({"app.py": text}, "drift") is Level.WIRED


def test_tests_and_notebooks_wire_nothing() -> None:
    assert level({"tests/test_drift.py": DRIFT + "\ncompare(1, 2)\n"}, "drift") is Level.CALLED


def test_a_package_of_the_project_with_the_name_of_a_tool_is_the_projects() -> None:
    files = {"evidently/__init__.py": "def Report(x): ...\n", "main.py": "import evidently\nevidently.Report(1)\n"}
    assert level(files, "drift") is None


def test_a_class_handed_over_by_name_is_used() -> None:
    text = "from fastapi import FastAPI\nfrom starlette_exporter import PrometheusMiddleware\n"
    assert (
        level({"app.py": text + "app = FastAPI()\napp.add_middleware(PrometheusMiddleware)\n"}, "metrics")
        is Level.WIRED
    )


def test_a_validator_of_the_project_is_what_its_base_class_is() -> None:
    text = "import pandera as pa\n\nclass Rows(pa.DataFrameModel):\n    a: int\n\nprint(Rows.validate(1))\n"
    assert level({"rows.py": text}, "data-validation") is Level.WIRED


def test_a_method_of_an_unknown_object_counts_where_the_tool_is_imported() -> None:
    text = "def report(run):\n    run.log_metric('a', 1)\n\nreport(None)\n"
    assert level({"train.py": "import mlflow\n" + text}, "tracking") is Level.WIRED
    assert level({"train.py": text}, "tracking") is None


def test_classes_named_in_yaml_count_where_the_code_makes_objects_of_them() -> None:
    config = {"configs/logger.yaml": "logger:\n  _target_: lightning.pytorch.loggers.MLFlowLogger\n"}
    assert level(config, "tracking") is None
    main = "import hydra\n\ndef main(cfg):\n    hydra.utils.instantiate(cfg.logger)\n\nmain(1)\n"
    assert level({**config, "train.py": main}, "tracking") is Level.WIRED


def test_a_use_says_what_it_saw_and_where() -> None:
    use = facts_of({"train.py": "import mlflow\nmlflow.log_metric('a', 1)\n"}).get(Tools).wired("tracking")[0]
    assert str(use.location) == "train.py:2"
    assert use.shown == "MLflow (`log_metric`)"
