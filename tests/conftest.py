"""What several test modules share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.confined import Confined
from tests.repositories import Made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


settings.register_profile("busy machines", deadline=None)
settings.load_profile("busy machines")


@pytest.fixture(autouse=True, scope="session")
def nothing_kept() -> Iterator[None]:
    """Tests neither read nor fill the store of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ML_READINESS_CACHE", "")
        yield


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """An empty git repository."""
    return Made(tmp_path / "shop")


@pytest.fixture(scope="session")
def confined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Confined]:
    """Audits with a gigabyte of memory and twenty seconds each."""
    with Confined(tmp_path_factory.mktemp("confined"), memory=1_000_000_000, seconds=20) as confined:
        yield confined


@pytest.fixture
def nothing_left_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every temporary folder is gone after the test."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield
    assert not list(folder.iterdir())
