"""A till's folder, and head office on SQLite."""

from pathlib import Path

import pytest

from pos_app.store.space import BALLAST_BYTES
from tests.head_office.offices import clock, line, migrated_file, office  # noqa: F401 - fixtures
from tests.head_office.offices import sqlite_url as database_url  # noqa: F401


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the room for sales already kept free: its bytes matter on a full disk only."""
    folder = tmp_path / "till"
    folder.mkdir()
    with (folder / "ballast.bin").open("wb") as ballast:
        ballast.truncate(BALLAST_BYTES)
    return folder
