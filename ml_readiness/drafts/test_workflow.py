"""A workflow that runs the tests on every change."""

from __future__ import annotations

from ml_readiness.drafts.draft import MARK, Draft
from ml_readiness.drafts.environment import Environment
from ml_readiness.facts.testing.tests import Tests
from ml_readiness.facts.tree.files import Files

PATH = ".github/workflows/tests.yml"

TEXT = """\
# {mark}
name: Tests

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  tests:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "{python}"
      - run: {install}
      - run: python -m pip install pytest==8.3.5
      - run: python -m pytest
"""


def draft(tests: Tests, environment: Environment, files: Files) -> Draft | None:
    """A GitHub workflow with the Python version and the libraries that the repository names."""
    if PATH in files.entries or not tests.functions:
        return None
    text = TEXT.format(mark=MARK, python=environment.python, install=environment.install)
    return Draft(PATH, text, "Push it on a branch, see it run, and see it fail when a test does.")
