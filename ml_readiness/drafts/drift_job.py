"""A job that compares recent input with what the model was made for."""

from __future__ import annotations

from ml_readiness.drafts.draft import MARK, Draft
from ml_readiness.facts.tree.files import Files

PATH = "monitoring/drift.py"

TEXT = '''\
# {mark}
"""Compares recent input with a sample of the training data, and fails when too many columns have drifted.

    python monitoring/drift.py reference.parquet recent.parquet

The measure is the population stability index: below 0.1 nothing happened, above 0.25 something did.
"""

import argparse
import sys

import numpy as np
import pandas as pd

BINS = 10
DRIFTED = 0.25


def stability_index(reference: pd.Series, recent: pd.Series) -> float:
    """How far two samples of one column are apart."""
    if pd.api.types.is_numeric_dtype(reference):
        inner = np.unique(np.quantile(reference.dropna(), np.linspace(0, 1, BINS + 1)[1:-1]))
        edges = [-np.inf, *inner, np.inf]
        reference, recent = pd.cut(reference, edges), pd.cut(recent, edges)
    before = reference.value_counts(normalize=True, dropna=False)
    after = recent.value_counts(normalize=True, dropna=False)
    values = before.index.union(after.index)
    before = before.reindex(values, fill_value=0).clip(lower=1e-4)
    after = after.reindex(values, fill_value=0).clip(lower=1e-4)
    return float(((after - before) * np.log(after / before)).sum())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reference")
    parser.add_argument("recent")
    parser.add_argument("--share", type=float, default=0.3, help="of columns that may drift")
    arguments = parser.parse_args()
    reference, recent = pd.read_parquet(arguments.reference), pd.read_parquet(arguments.recent)
    indices = {{column: stability_index(reference[column], recent[column]) for column in reference.columns}}
    for column, index in sorted(indices.items(), key=lambda each: -each[1]):
        print(f"{{column}}: {{index:.3f}}{{'  drifted' if index > DRIFTED else ''}}")
    share = sum(index > DRIFTED for index in indices.values()) / max(1, len(indices))
    return 1 if share > arguments.share else 0


if __name__ == "__main__":
    sys.exit(main())
'''


def draft(files: Files) -> Draft | None:
    """A script whose exit code a schedule can act on."""
    if PATH in files.entries:
        return None
    left = "Keep what the service is asked, keep a sample of the training data, and run this every day on both."
    return Draft(PATH, TEXT.format(mark=MARK), left)
