"""Head office on SQLite and on PostgreSQL, reached in-process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from head_office.office import Office
from tests.head_office.rig import FakeTill, Line, TestClock, new_office, open_till


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path}/head-office.db"


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: TestClock) -> Iterator[Office]:
    office = new_office(database_url, tmp_path / "snapshots", clock)
    yield office
    office.database.close()


@pytest.fixture
def line(office: Office) -> Iterator[Line]:
    line = Line(office)
    yield line
    line.close()


@pytest.fixture
def till(office: Office, line: Line) -> FakeTill:
    return open_till(office, line)
