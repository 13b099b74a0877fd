"""A throw-away PostgreSQL server for tests: made in a temporary folder, reached by a socket, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

URL_VARIABLE = "POS_TEST_POSTGRES_URL"
START_S = 60
STOP_S = 30
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
    two seconds at the start and less than one at the end.

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
        _do([*as_owner, f"{folder}/initdb", "-D", f"{home}/data", "-U", OWNER, "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"], home)  # fmt: skip
        settings = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        control = [*as_owner, f"{folder}/pg_ctl", "-D", f"{home}/data", "-w"]
        options = f"{settings} -c unix_socket_directories='{home}'"
        try:
            _do([*control, "-t", str(START_S), "-l", f"{home}/server.log", "-o", options, "start"], home)
            yield f"postgresql+psycopg://{OWNER}@/postgres?host={quote(str(home), safe='')}"
        finally:
            subprocess.run(
                [*control, "-t", str(STOP_S), "-m", "immediate", "stop"], cwd=home, capture_output=True, check=False
            )
    finally:
        shutil.rmtree(home, ignore_errors=True)


def hand_over(home: Path) -> list[str]:
    """Give ``home`` to an account that may run a server; return what to put before a command to be it."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam(OWNER if OWNER in names else "nobody")
    os.chown(home, account.pw_uid, account.pw_gid)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--"]


def _do(command: list[str], home: Path) -> None:
    """Run one step of the server's life; its output goes to a file, since a server inherits pipes and holds them."""
    output = home / "step.log"
    with output.open("wb") as sink:
        done = subprocess.run(command, cwd=home, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, check=False)
    if done.returncode != 0:
        log = home / "server.log"
        words = output.read_text(errors="replace") + (log.read_text(errors="replace") if log.exists() else "")
        message = f"{Path(command[-1]).name}: {words[-2000:]}"
        raise NoServer(message)
