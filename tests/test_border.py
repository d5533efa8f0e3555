"""What pydantic understands at the border is what audits themselves build."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from pydantic import ValidationError

from ml_readiness import border
from ml_readiness.report import Location, Report
from ml_readiness.settings import Attestation, Settings
from tests.reports import sample

if TYPE_CHECKING:
    from collections.abc import Mapping

WORD = {"statement": "it was seen", "evidence": "docs/x.md", "by": "Ada Lovelace"}


def test_a_report_is_the_same_after_a_way_through_json() -> None:
    report = sample()
    back = Report.from_json(report.to_json())
    assert back.to_json() == report.to_json()
    assert isinstance(back.members, tuple)


def test_a_built_report_is_written_as_a_read_one() -> None:
    """No number is whole in one and has a point in the other, whoever built it."""
    report = sample()
    back = msgspec.convert(json.loads(json.dumps(msgspec.to_builtins(report))), Report)
    assert back.to_json() == report.to_json()


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ValidationError) as raised:
        border.read(Location, '{"path": 3, "line": "x", "other": 1}')
    assert {error["loc"] for error in raised.value.errors()} == {("path",), ("line",), ("other",)}


@pytest.mark.parametrize(
    ("more", "where"),
    [({"fail-under": 101}, "fail-under"), ({"select": [" "]}, ""), ({"elsewhere": [{"part": "x"}]}, "elsewhere")],
)
def test_constraints_of_a_struct_hold_at_the_border(more: Mapping[str, object], where: str) -> None:
    with pytest.raises(ValidationError) as raised:
        border.understood(Settings, more)
    assert {str(error["loc"][0]) if error["loc"] else "" for error in raised.value.errors()} == {where}


def test_what_a_struct_refuses_to_be_is_told_by_its_place() -> None:
    dates = {"check": "x", "on": "2026-01-01", "expires": "2027-01-01"}
    with pytest.raises(ValidationError, match="180 days") as raised:
        border.understood(Settings, {"attest": [WORD | dates]})
    assert raised.value.errors()[0]["loc"] == ("attest", 0)
    assert isinstance(border.understood(Attestation, WORD | dates | {"expires": "2026-02-01"}), Attestation)
