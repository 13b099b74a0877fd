"""Head office on SQLite and on PostgreSQL, reached in-process; each conftest says which as its ``database_url``.

A database is brought to its newest shape once; each test gets it empty, by a copied file or by emptied tables.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from head_office.office import Office
from head_office.store.database import Database
from head_office.store.migrate import migrate
from head_office.store.schema import metadata
from tests.head_office.rig import Line, TestClock, new_office


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("head-office") / "empty.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    name = f"ho{uuid4().hex}"
    engine = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    url = sa.make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    database = Database(url)
    migrate(database)
    database.close()
    yield url
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    return copied(migrated_file, tmp_path)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("postgres_only_url" if request.param == "postgres" else "sqlite_url")


@pytest.fixture
def postgres_only_url(migrated_postgres: str) -> str:
    return emptied(migrated_postgres)


def copied(migrated_file: Path, folder: Path) -> str:
    shutil.copy(migrated_file, folder / "head-office.db")
    return f"sqlite:///{folder}/head-office.db"


def emptied(url: str) -> str:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE flag DROP CONSTRAINT IF EXISTS refuse_it"))
        names = ", ".join(metadata.tables)
        connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY"))
    return url


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
