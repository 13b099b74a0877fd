"""Head office on a PostgreSQL database of each test's own: back-ends are killed in it."""

import pytest

from tests.head_office.offices import clock, line, office  # noqa: F401 - fixtures


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url
