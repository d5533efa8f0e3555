"""The knowledge base keeps its own rules, and answers by name."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml

from ml_readiness.facts.knowledge import parse as read_yaml
from ml_readiness.facts.knowledge import table
from ml_readiness.facts.knowledge.roles import ROLES
from ml_readiness.facts.knowledge.signs import FOLDER, Match, parse, signs

FILES = sorted(FOLDER.glob("*.yml"))


def test_every_role_is_described() -> None:
    assert set(signs().by_role) == ROLES


def test_a_table_says_what_its_file_says_now(tmp_path: Path) -> None:
    """What was understood of a file before is not what a changed file says."""
    path = tmp_path / "one.yml"
    for text in ("since: 2024-05-01\nnames: [a, 'b\\n']\n", "since: 2024-05-01\nnames: [a, 1.5, null, true]\n"):
        path.write_text(text, "utf-8")
        table.cache_clear()
        assert table(path) == read_yaml(text)
        table.cache_clear()
        assert table(path) == read_yaml(text)


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_no_tool_is_described_twice_in_a_role(path: Path) -> None:
    """YAML would silently keep the last one."""

    def pairs(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[str, None]:
        for _, value in node.value:
            if isinstance(value, yaml.MappingNode):
                pairs(loader, value)
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), [key for key in keys if keys.count(key) > 1]
        return dict.fromkeys(keys)

    class Strict(yaml.SafeLoader):
        pass

    Strict.add_constructor("tag:yaml.org,2002:map", pairs)
    assert yaml.load(path.read_text("utf-8"), Loader=Strict)  # noqa: S506


@pytest.mark.parametrize(
    "text",
    [
        "nonsense: {mlflow: {calls: [log]}}",
        "tracking: {mlflow: {cals: [log]}}",
        "tracking: {mlflow: {}}",
        "tracking: {mlflow: {calls: ['log it']}}",
        "tracking: {mlflow: {imports: [], calls: [log]}}",
        "tracking: {mlflow: {calls: log}}",
    ],
)
def test_mistakes_in_the_data_are_errors(text: str) -> None:
    with pytest.raises((ValueError, msgspec.ValidationError)):
        parse([text])


def test_a_role_has_one_file() -> None:
    with pytest.raises(ValueError, match="twice"):
        parse(["drift: {evidently: {calls: [Report]}}", "drift: {nannyml: {calls: [CBPE]}}"])


@pytest.mark.parametrize(
    ("name", "tool", "role"),
    [
        ("mlflow.log_metric", "mlflow", "tracking"),
        ("mlflow.start_run.log_metric", "mlflow", "tracking"),
        ("mlflow.sklearn.autolog", "mlflow", "tracking"),
        ("torch.utils.tensorboard.SummaryWriter.add_scalar", "tensorboard", "tracking"),
        ("keras.callbacks.TensorBoard", "tensorflow", "tracking"),
        ("pandera.DataFrameSchema.validate", "pandera", "data-validation"),
        ("great_expectations.from_pandas.expect_column_to_exist", "great-expectations", "data-validation"),
        ("evidently.report.Report.run", "evidently", "drift"),
        ("prometheus_client.Counter.labels.inc", "prometheus-client", "metrics"),
        ("langchain_openai.ChatOpenAI", "langchain", "llm"),
        ("langfuse.decorators.observe", "langfuse", "llm-tracing"),
        ("sklearn.preprocessing.StandardScaler.fit", "scikit-learn", "transformer-stateful"),
        ("sklearn.preprocessing.OneHotEncoder", "scikit-learn", "transformer-vocabulary"),
        ("sklearn.metrics.f1_score", "scikit-learn", "metric"),
        ("sklearn.dummy.DummyClassifier", "scikit-learn", "baseline"),
        ("airflow.models.EmailOperator", "apache-airflow", "notification"),
    ],
)
def test_a_resolved_name_reveals_tool_and_role(name: str, tool: str, role: str) -> None:
    assert Match(tool, role) in signs().of(name)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("mlflow.start_run", "tracking"),
        ("prometheus_client.Counter", "metrics"),
        ("pandera.DataFrameSchema", "data-validation"),
        ("evidently.Report", "data-schema"),
        ("sklearn.preprocessing.OneHotEncoder", "transformer-stateful"),
        ("langchain_core.prompts.ChatPromptTemplate.from_messages", "llm-tracing"),
        ("mlflowish.log_metric", "tracking"),
        ("?run.log_metric", "tracking"),
    ],
)
def test_a_name_that_only_looks_alike_does_not(name: str, role: str) -> None:
    assert role not in {match.role for match in signs().of(name)}


def test_a_keyword_can_be_a_condition() -> None:
    assert Match("evidently", "data-validation", "include_tests") in signs().of("evidently.Report")
    assert Match("evidently", "data-validation") not in signs().of("evidently.Report")


def test_methods_of_unknown_objects_need_the_import_of_the_tool() -> None:
    tops, match = signs().method("log_metric")[0]
    assert match == Match("mlflow", "tracking")
    assert "mlflow" in tops
    assert not signs().method("fit")


def test_an_import_or_a_declaration_of_a_broad_package_says_nothing() -> None:
    assert Match("evidently", "drift") in signs().importing("evidently.report")
    assert Match("boto3", "metrics") not in signs().importing("boto3")
    assert Match("prometheus-client", "metrics") in signs().distribution("prometheus-client")
    assert not {match for match in signs().distribution("scikit-learn") if match.role == "baseline"}
    assert not signs().distribution("logging")


def test_javascript_packages_are_known() -> None:
    assert Match("sentry-sdk", "metrics") in signs().npm("@sentry/nextjs")
