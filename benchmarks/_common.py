"""What the benchmarks share: how a figure is printed, how times are summed up, and a head office that runs."""

import json
import math
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from tools.postgres import NoServer, server

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "var" / "bench"  # ignored by git
START_S = 30.0


def figure(name: str, value: float, unit: str, reference: str = "", reference_value: float | None = None) -> None:
    """Print one figure beside what it is compared with in the same run; ``ratio`` is value over reference."""
    ratio = round(value / reference_value, 4) if reference_value else None
    line = {
        "name": name,
        "value": _short(value),
        "unit": unit,
        "reference": reference,
        "reference_value": None if reference_value is None else _short(reference_value),
        "ratio": ratio,
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


def note(text: str) -> None:
    """Print a line that is no figure."""
    print(text, flush=True)


def load() -> str:
    """Return the machine's load as a figure is taken: on a busy machine only the ratios mean something."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def seconds(work: Callable[[], object]) -> float:
    """Return how long ``work`` took on the wall clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def wait_until(holds: Callable[[], bool], timeout_s: float, pause_s: float = 0.02) -> bool:
    """Wait until something is true; False when it never was."""
    pause, until = threading.Event(), time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > until:
            return False
        pause.wait(pause_s)
    return True


@contextmanager
def places(folder: Path) -> Iterator[dict[str, str]]:
    """Give the URL of an empty database by its name: SQLite in ``folder``, and PostgreSQL where there is one."""
    with ExitStack() as stack:
        urls = {"SQLite": f"sqlite:///{folder}/head-office.db"}
        try:
            urls["PostgreSQL"] = stack.enter_context(server())
        except NoServer as error:
            note(f"without PostgreSQL: {error}")
        yield urls


@contextmanager
def head_office(database_url: str, folder: Path) -> Iterator[int]:
    """Run ``head-office serve`` as a process of its own while the block runs; give its port on the loopback.

    What it complains of goes to ``head-office.log`` in ``folder``.
    """
    port = free_port()
    command = [sys.executable, "-m", "head_office", "serve", "--db", database_url, "--port", str(port)]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "head-office.log").open("ab") as log:
        process = subprocess.Popen([*command, "--folder", str(folder)], cwd=ROOT, stderr=log)
    try:
        assert wait_until(lambda: _answers(port) or process.poll() is not None, START_S), "head office does not answer"
        assert process.poll() is None, "head office ended"
        yield port
    finally:
        process.terminate()
        process.wait(START_S)


def free_port() -> int:
    """Return a port of the loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/health", timeout=1):
            return True
    except OSError:
        return False


def _short(value: float) -> float:
    return value if isinstance(value, int) else float(f"{value:.5g}")


def sync(file: BinaryIO) -> None:
    """Wait until the disk has a file."""
    os.fsync(file.fileno())


def count_rows(engine: sa.Engine, table: sa.Table) -> int:
    """Return how many rows a table of head office has."""
    with engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
