"""Dated facts are well formed and answer as they should."""

from __future__ import annotations

import pytest

from ml_readiness.facts.knowledge.dated import hosted_models, python_versions, winding_down


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("gpt-4o-2024-08-06", "pinned"),
        ("openai/gpt-4o-mini-2024-07-18", "pinned"),
        ("gpt-4-0613", "pinned"),
        ("gpt-3.5-turbo-1106", "pinned"),
        ("gpt-4o", "alias"),
        ("openai:gpt-4o-mini", "alias"),
        ("gpt-3.5-turbo", "alias"),
        ("o3-mini", "alias"),
        ("chatgpt-4o-latest", "floating"),
        ("text-embedding-3-small", "pinned"),
        ("claude-3-5-sonnet-20241022", "pinned"),
        ("claude-3-5-sonnet-latest", "floating"),
        ("claude-3-haiku", "alias"),
        ("claude-sonnet-4-6", "pinned"),
        ("claude-opus-4-1", "alias"),
        ("anthropic/claude-opus-4-20250514", "pinned"),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "pinned"),
        ("us.anthropic.claude-3-5-haiku-20241022-v1:0", "pinned"),
        ("amazon.titan-embed-text-v2:0", "pinned"),
        ("gemini-1.5-pro-002", "pinned"),
        ("models/gemini-1.5-flash", "alias"),
        ("gemini-flash-latest", "floating"),
        ("gemini-2.5-flash-preview-05-20", "pinned"),
        ("mistral-large-2411", "pinned"),
        ("mistral-large-latest", "floating"),
        ("command-r-plus-08-2024", "pinned"),
        ("command-r", "alias"),
        ("llama-3.3-70b-versatile", "alias"),
        ("llama3", "floating"),
        ("llama3:8b", "alias"),
        ("nomic-embed-text", "floating"),
        ("llama3:latest", "floating"),
        ("deepseek-chat", "floating"),
        ("ft:gpt-4o-2024-08-06:org::id", "pinned"),
    ],
)
def test_what_an_id_means(name: str, state: str) -> None:
    rule = hosted_models().rule(name)
    assert rule is not None
    assert rule.state.value == state


@pytest.mark.parametrize("name", ["", "my-deployment", "gpt-4 style assistant", "x" * 500, "data/train.csv"])
def test_what_no_rule_knows_is_left_open(name: str) -> None:
    assert hosted_models().rule(name) is None


def test_the_provider_decides_where_it_is_known() -> None:
    rule = hosted_models().rule("mistral", "ollama")
    assert rule is not None
    assert rule.state.value == "floating"
    assert hosted_models().rule("gpt-4o", "ollama") is None


def test_python_versions_end() -> None:
    assert python_versions().ended("3.8")
    assert python_versions().ended("3.9.18")
    assert not python_versions().ended("3.13")
    assert not python_versions().ended("4.0")


def test_every_table_says_when_it_was_true() -> None:
    tables = (hosted_models(), python_versions(), winding_down())
    assert all(table.as_of.year >= 2026 for table in tables)
    assert winding_down().tools["torchserve"].note
