"""What every test shares: Qt without a screen, one hypothesis profile, PostgreSQL, and logs that fail the test."""

import logging
import os
from collections.abc import Callable, Iterator
from uuid import uuid4

# Before any test module can import Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Tests keep their secrets in files: the keystore of whoever runs them is not theirs to write.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from pos_app import i18n
from tools.postgres import URL_VARIABLE, programs, server
from tools.prepare import compile_translations

IN_CI = bool(os.environ.get("CI"))

# Two shared cores stall without warning: a slow example says nothing about the code.
settings.register_profile("till", deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("till-ci", settings.get_profile("till"), derandomize=True, database=None, print_blob=True)
settings.load_profile("till-ci" if IN_CI else "till")


@pytest.hookimpl(trylast=True)  # after the order was drawn by lot
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no process is left alone with one of them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep a test that names no folder out of the data of whoever runs it."""
    os.environ["POS_HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session", autouse=True)
def compiled_words() -> None:
    """Compile the translations that are newer than what was compiled from them."""
    compile_translations()


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """Leave every test with the language that the next one expects."""
    yield
    if i18n.language() != "en":
        i18n.use("en")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the URL of a running server's ``postgres`` database.

    ``make test`` has started one for all workers. Without it, one is started for this run; a machine
    that has no PostgreSQL skips, but never under ``make test`` or in CI.
    """
    running = os.environ.get(URL_VARIABLE)
    if running:
        yield running
    elif programs() is None and not IN_CI:
        pytest.skip("PostgreSQL is not installed: apt-get install -y postgresql")
    else:
        with server() as url:
            yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Give the URL of an empty database of this test's own; it is dropped afterwards, whoever is still connected."""
    name = f"t{uuid4().hex}"
    engine = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield sa.make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


class LogWatch(logging.Handler):
    """Keeps records of WARNING and above; ``expect`` names a word of one that the test provokes on purpose."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        self.expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def expect(self, words: str) -> None:
        """Allow log lines that contain ``words``, and demand at least one by the end of the test."""
        self.expected.append(words)

    def problems(self) -> list[str]:
        """Return what was logged without being expected, and what was expected without being logged."""
        lines = [f"{record.name} {record.levelname}: {record.getMessage()}" for record in self.records]
        unexpected = [f"logged {line}" for line in lines if not any(words in line for words in self.expected)]
        unseen = [f"never logged {words!r}" for words in self.expected if not any(words in line for line in lines)]
        return unexpected + unseen


@pytest.fixture(autouse=True)
def log_watch() -> Iterator[LogWatch]:
    """Fail a test during which something was logged at WARNING or above without ``expect_log``."""
    watch = LogWatch()
    root = logging.getLogger()
    root.addHandler(watch)
    yield watch
    root.removeHandler(watch)
    problems = watch.problems()
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture
def expect_log(log_watch: LogWatch) -> Callable[[str], None]:
    """Give ``expect_log("words")``: a WARNING or worse with these words must be logged, and may be."""
    return log_watch.expect
