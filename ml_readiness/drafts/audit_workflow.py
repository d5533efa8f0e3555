"""The workflow that audits every pull request."""

from __future__ import annotations

from ml_readiness.drafts.draft import Draft

ACTION = "OWNER/ml-readiness@0000000000000000000000000000000000000000 # v0.1.0"

TEXT = """\
name: ml-readiness

on:
  pull_request:
  merge_group:

permissions: {}

concurrency:
  group: ml-readiness-${{ github.event.pull_request.number || github.ref }}
  cancel-in-progress: true

jobs:
  audit:
    name: Audit
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read # the checkout, and the base commit
      pull-requests: write # the comment; GitHub makes it read for forks
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: ACTION
        id: audit
        with:
          fail-on-regression: true
      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
        if: always() && steps.audit.outputs.comment-status == 'deferred'
        with:
          name: ml-readiness-report
          path: ${{ steps.audit.outputs.report-json }}
"""


def draft(action: str = ACTION) -> Draft:
    """The workflow of the documentation; `action` is OWNER/REPOSITORY@COMMIT."""
    left = (
        "" if action != ACTION else "Put the owner of your copy for OWNER, and the commit of a release for the zeros."
    )
    return Draft(".github/workflows/ml-readiness.yml", TEXT.replace("ACTION", action), left)
