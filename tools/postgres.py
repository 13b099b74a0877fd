"""A throw-away PostgreSQL server for tests: made in a temporary folder, reached by a socket, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

URL_VARIABLE = "POS_TEST_POSTGRES_URL"
START_S = 60
STOP_S = 30
POLL_S = 0.05
OWNER = "postgres"
# What a test does not need: durability. It does need many short connections.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
}


class NoServer(Exception):
    """PostgreSQL's programs are not on this machine, or the server did not start."""


def programs(debian: Path = Path("/usr/lib/postgresql")) -> Path | None:
    """Return the folder of the newest initdb and pg_ctl on this machine, or None."""
    installed = list(debian.glob("*/bin/initdb"))
    if installed:
        return max(installed, key=lambda program: float(program.parts[-3])).parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def server() -> Iterator[str]:
    """Run a server while the block runs; give the SQLAlchemy URL of its ``postgres`` database.

    Root hands the server to an account without rights, because initdb refuses root. Blocks about
    two seconds at the start and less than one at the end. Enter it on the main thread: the server ends with the
    thread that started it.

    Raises:
        NoServer: there are no programs, or they failed; the text holds their last words.
    """
    folder = programs()
    if folder is None:
        message = "PostgreSQL is not installed: apt-get install -y postgresql"
        raise NoServer(message)
    home = Path(tempfile.mkdtemp(prefix="pos-pg-"))
    try:
        as_owner = hand_over(home)
        initdb = [f"{folder}/initdb", "-D", f"{home}/data", "-U", OWNER, "-A", "trust", "-E", "UTF8"]
        made = _run([*as_owner, *initdb, "--locale=C.UTF-8", "--no-sync"], home)
        if made.returncode != 0:
            message = f"initdb: {made.stdout[-2000:]}"
            raise NoServer(message)
        with serving(folder, home, as_owner):
            yield f"postgresql+psycopg://{OWNER}@/postgres?host={quote(str(home), safe='')}"
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def serving(folder: Path, home: Path, as_owner: list[str]) -> Iterator[None]:
    """Run the server of ``home`` as a child that the system ends if this process is killed."""
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [f"{folder}/postgres", "-D", f"{home}/data", "-k", str(home), *settings]
    log = home / "server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [*as_owner, *command], cwd=home, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
        )
    try:
        deadline = time.monotonic() + START_S
        while _run([f"{folder}/pg_isready", "-q", "-h", str(home)], home).returncode != 0:
            if process.poll() is not None or time.monotonic() > deadline:
                message = f"postgres: {log.read_text(errors='replace')[-2000:]}"
                raise NoServer(message)
            threading.Event().wait(POLL_S)
        yield
    finally:
        process.send_signal(signal.SIGQUIT)  # what pg_ctl calls an immediate stop
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def hand_over(home: Path) -> list[str]:
    """Give ``home`` to an account that may run a server; return what to put before a command to be it.

    What is put before also asks the system to send the command SIGQUIT when the process that started it dies.
    """
    dies_along = ["--pdeathsig", "QUIT", "--"]
    if os.geteuid() != 0:
        return ["setpriv", *dies_along] if shutil.which("setpriv") else []
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam(OWNER if OWNER in names else "nobody")
    os.chown(home, account.pw_uid, account.pw_gid)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", *dies_along]


def _run(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    """Run one short program of PostgreSQL; its messages are in ``stdout``."""
    return subprocess.run(
        command,
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
