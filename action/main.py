"""Runs a command of this checkout with the libraries in a folder; nothing else is imported from anywhere."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), sys.argv[1]]

from ml_readiness.cli import run  # noqa: E402

run(sys.argv[2:])
