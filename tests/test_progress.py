"""The progress line appears when it takes long, says how far it is, and leaves nothing behind."""

from __future__ import annotations

import io
import time

import pytest

from ml_readiness import progress
from ml_readiness.progress import Meter


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the meter writes, in a hurry."""
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    monkeypatch.setattr(progress, "BEAT", 0.01)
    return io.StringIO()


def wait_for(shown: io.StringIO, text: str) -> None:
    deadline = time.monotonic() + 10
    while text not in shown.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert text in shown.getvalue()


def test_it_says_how_far_the_audit_is_and_wipes_itself_out(shown: io.StringIO) -> None:
    with Meter(shown) as meter:
        wait_for(shown, "reading")
        meter(5, 10, "tests-exist")
        wait_for(shown, "[##########..........] 5/10 0s tests-exist")
    assert shown.getvalue().endswith("\r\x1b[K")


def test_it_says_nothing_where_nobody_looks() -> None:
    with Meter(None) as meter:
        meter(5, 10, "tests-exist")


def test_it_says_nothing_about_what_is_quick(shown: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 60)
    with Meter(shown) as meter:
        meter(5, 10, "tests-exist")
    assert shown.getvalue() == ""
