"""Head office on both databases, and one till of it."""

import pytest

from head_office.office import Office
from pos_app.domain.ledger import Grant
from tests.head_office.offices import (  # noqa: F401 - fixtures
    clock,
    line,
    migrated_file,
    migrated_postgres,
    office,
    postgres_only_url,
    sqlite_url,
)
from tests.head_office.offices import either_url as database_url  # noqa: F401
from tests.head_office.rig import FakeTill, Line, hold, open_till


@pytest.fixture
def till(office: Office, line: Line) -> FakeTill:  # noqa: F811
    return open_till(office, line)


@pytest.fixture
def holding(office: Office, till: FakeTill) -> Grant:  # noqa: F811
    return hold(office, till)
