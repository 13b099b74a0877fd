"""The demo shop outside the till: head office with its chain, the line to it, the printer, the film for the camera."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pos_app import config
from pos_app.bootstrap.program import Start, enrol_till, run
from pos_app.demo.line import Line
from pos_app.demo.processes import Child, run_to_end
from pos_app.errors import Unavailable
from pos_app.paths import Paths

STORE, LANE = "S01", 1
UP_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Shop:
    """A running demo shop. ``line`` can be cut; ``home`` is the till's folder."""

    database: str
    line: Line
    printer_port: int
    home: Path
    papers: Path

    def report(self) -> dict[str, Any]:
        """Return head office's books as its command line tells them."""
        found: dict[str, Any] = json.loads(run_to_end("head_office", "report", "--json", "--db", self.database))
        return found

    def enrol_code(self) -> str:
        """Return a one-time code for the demo till."""
        said = run_to_end("head_office", "enrol-code", "--store", STORE, "--lane", str(LANE), "--db", self.database)
        return said.strip().splitlines()[-1]


@contextmanager
def open_shop(folder: Path, today: date) -> Iterator[Shop]:
    """Start head office (its chain is made once and kept), a line to it and a printer."""
    folder.mkdir(parents=True, exist_ok=True)
    database = f"sqlite:///{(folder / 'head-office.db').resolve()}"
    run_to_end("head_office", "demo-data", "--db", database, "--today", today.isoformat())
    port, papers = _free_port(), folder / "papers"
    papers.mkdir(exist_ok=True)
    office = Child("head_office", "serve", "--db", database, "--port", str(port), log=folder / "head-office.log")
    printer = Child(
        "pos_app.devices.printers.simulated", "--port", "0", "--out", str(papers), log=folder / "printer.log"
    )
    line: Line | None = None
    try:
        printer_port = int(printer.line(lambda said: said.startswith("port ")).split()[1])
        _wait_for(port)
        line = Line(port)
        yield Shop(database, line, printer_port, folder / "till", papers)
    finally:
        if line is not None:
            line.close()
        office.stop()
        printer.stop()


def furnish(shop: Shop, film: Path | None = None) -> Paths:
    """Write the demo till's settings and return its folder."""
    shop.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = Paths(shop.home)
    settings: dict[str, Any] = {
        "head_office_url": f"http://127.0.0.1:{shop.line.port}",
        "language": "zh_CN",
        "printer.kind": "tcp",
        "printer.port": shop.printer_port,
    }
    if film is not None:
        settings["camera.source"] = str(film.resolve())
    config.save(paths.config, settings)
    return paths


def run_demo_till(folder: Path) -> int:
    """Open the till on a demo chain and keep both for the next time; return the exit status."""
    marker = folder / "day.txt"
    folder.mkdir(parents=True, exist_ok=True)
    if not marker.exists():
        marker.write_text(date.today().isoformat(), encoding="utf-8")  # noqa: DTZ011 - the shop's own calendar
    with open_shop(folder, date.fromisoformat(marker.read_text(encoding="utf-8").strip())) as shop:
        paths = furnish(shop)
        start = Start(paths)
        if not paths.till_db.exists():
            enrol_till(start, f"http://127.0.0.1:{shop.line.port}", shop.enrol_code())
        return run(start)


def clear(folder: Path) -> None:
    """Remove what an earlier demo left in its own folder."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    """Wait until somebody listens on ``port``; raises Unavailable ``demo.process``."""
    pause, until_s = threading.Event(), time.monotonic() + UP_TIMEOUT_S
    while time.monotonic() < until_s:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            pause.wait(0.1)
        else:
            return
    raise Unavailable("demo.process", module="head_office", status=None, said="")
