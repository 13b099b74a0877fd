"""What tests of synchronisation share: head office on SQLite, and one terminal of it with an open day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from head_office.office import Office
from tests.head_office.offices import (  # noqa: F401 - fixtures
    clock,
    line,
    migrated_file,
    migrated_postgres,
    office,
    postgres_only_url,
    sqlite_url,
)
from tests.head_office.offices import sqlite_url as database_url  # noqa: F401
from tests.head_office.rig import Line
from tests.sync.shop import Terminal, open_terminal


@pytest.fixture
def terminal(tmp_path: Path, office: Office, line: Line) -> Iterator[Terminal]:  # noqa: F811
    terminal = open_terminal(tmp_path / "till", office, line)
    terminal.open_day()
    yield terminal
    terminal.till.close()
