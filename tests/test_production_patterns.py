"""Patterns that look at whole files stay quick on hostile text."""

from __future__ import annotations

import re
import time

import pytest

from ml_readiness.facts import (
    alerts,
    datasets,
    evaluation,
    experiments,
    javascript,
    language_models,
    reach,
    schedules,
    tools,
)

SHORT = {"HOSTS"}
"""Looks at single addresses of bounded length only."""
TEXTS = {
    "blank lines": "\n" * 100_000,
    "spaces": " " * 100_000,
    "one word": "w" * 100_000,
    "dotted": "a." * 100_000,
    "paths": "a/" * 100_000,
    "model": "model" * 40_000,
    "dataset": "dataset" * 30_000,
    "baseline": "baseline " * 20_000,
    "imports": "import " * 30_000,
    "import and spaces": "import" + " " * 100_000 + "import" + " " * 100_000,
    "digits": "1 " * 100_000,
    "addresses": "https://" * 25_000,
    "gs": "gs://" * 40_000,
}
PATTERNS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in (alerts, datasets, evaluation, experiments, javascript, language_models, reach, schedules, tools)
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern) and name not in SHORT
}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_reads_hostile_text_in_linear_time(name: str) -> None:
    began = time.process_time()
    for text in TEXTS.values():
        PATTERNS[name].search(text)
    assert time.process_time() - began < 3
