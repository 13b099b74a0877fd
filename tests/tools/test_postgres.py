"""The server that the tests run against: it answers, each test has a database of its own, and nothing stays behind."""

import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import psutil
import pytest
import sqlalchemy as sa

from tools.postgres import programs, server

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.postgres


def answer(url: str, question: str) -> object:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return connection.execute(sa.text(question)).scalar_one()


def servers_of(home: str) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(home in part for part in process.info["cmdline"] or [])
    ]


def test_a_test_gets_an_empty_database_of_its_own(postgres_url):
    assert answer(postgres_url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == 0
    assert answer(postgres_url, "SELECT current_database()") != "postgres"
    assert answer(postgres_url, "SHOW server_encoding") == "UTF8"


def fail_beside_a_server(homes: list[str]) -> None:
    with server() as url:
        homes.append(unquote(url.partition("host=")[2]))
        assert answer(url, "SELECT 1") == 1
        assert servers_of(homes[0])
        raise ZeroDivisionError


def test_the_server_is_gone_when_the_block_fails(postgres_server):
    homes: list[str] = []

    with pytest.raises(ZeroDivisionError):
        fail_beside_a_server(homes)

    assert servers_of(homes[0]) == []
    assert not Path(homes[0]).exists()


HOLD = """
import sys
from tools.postgres import server
with server() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def test_the_server_ends_when_its_starter_is_killed(postgres_server):
    starter = subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with starter:
        home = unquote(starter.stdout.readline().strip().partition("host=")[2])
        running = servers_of(home)

        starter.kill()

    _, alive = psutil.wait_procs(running, timeout=20)
    shutil.rmtree(home, ignore_errors=True)
    assert running
    assert alive == []


def test_the_newest_installed_version_is_taken(tmp_path):
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()

    assert programs(tmp_path) == tmp_path / "17" / "bin"


def test_a_machine_without_postgresql_has_no_programs(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert programs(tmp_path) is None
