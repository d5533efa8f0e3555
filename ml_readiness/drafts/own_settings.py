"""The repository's settings for its audits, all of them commented out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml_readiness.drafts.draft import Draft

if TYPE_CHECKING:
    from ml_readiness.report import Report

TEXT = """\
# What this repository says about its own audit. Every line is optional; without the file, nothing changes.

# What the repository is for, where the detection is wrong. It was taken for: {kind}
# kind = "{kind}"

# A lower score ends with exit code 1. Today's is {score}.
# fail-under = {score}

# Checks or categories that are not asked here.
# ignore = ["readme-links-resolve"]

# Accepted for now: the check leaves the score and stays in the report with its reason.
# [[waive]]
# check = "drift-monitored"
# reason = "ten requests a day, reviewed by hand"
# expires = {year}-12-31

# A person's word for what files cannot show; worth half, for 180 days at most.
# [[attest]]
# check = "alerts-or-retraining"
# statement = "the platform alerts on latency and on a drop of the acceptance rate"
# evidence = "docs/operations.md"
# by = "Platform team"
# on = {year}-01-01
# expires = {year}-06-30

# A part that lives in another repository.
# [[elsewhere]]
# part = "serving"
# where = "team/service"
# owner = "Serving team"
"""


def draft(report: Report, year: int) -> Draft:
    """`.ml-readiness.toml`, with what was detected and today's score."""
    text = TEXT.format(kind=report.kind.value, score=report.score or 0, year=year)
    return Draft(".ml-readiness.toml", text, "Take the `#` from what you want to say.")
