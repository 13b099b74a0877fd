"""A terminal as a process of its own: the real store on a lane, the real worker on real sockets; can be killed -9.

Reads orders from standard input, one JSON object a line, and answers each with one line:
``{"do": "sell", "member": …, "points": …, "earn": …}``, ``{"do": "drained"}``, ``{"do": "stop"}`` and so on.
With ``--kill-before NAME:N`` it sends itself SIGKILL before the N-th call of that name.
"""

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pos_app.errors import PosError
from pos_app.sync.client import RequestsWire
from pos_app.sync.endpoints import HeadOffice
from pos_app.sync.enrol import enrol
from pos_app.sync.keystore import FileKeys, device_key
from pos_app.sync.status import SyncStatus
from pos_app.sync.till_port import TillPort
from pos_app.sync.worker import Surroundings, SyncWorker
from tests.head_office.rig import member
from tests.sync.db_lane import DbLane, LaneTill, RealChance, RealClock
from tests.sync.shop import Terminal

DRAIN_S = 60.0


class Doomed:
    """Kills the process before the n-th call of one name."""

    def __init__(self, inner: object, doom: str, counts: Counter[str]) -> None:
        self._inner = inner
        self._name, _, number = doom.partition(":")
        self._number = int(number or 0)
        self._counts = counts

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name != self._name:
            return method

        def call(*args: Any, **kwargs: Any) -> Any:
            self._counts[name] += 1
            if self._counts[name] == self._number:
                os.kill(os.getpid(), signal.SIGKILL)
            return method(*args, **kwargs)

        return call


def business_date() -> date:
    """Return today: head office runs on the real clock here."""
    return datetime.now(UTC).date()


def _ignore(_status: SyncStatus) -> None:
    """Nobody looks at the status bar."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("url")
    parser.add_argument("--code", default="")
    parser.add_argument("--authority", type=Path)
    parser.add_argument("--kill-before", default="")
    parser.add_argument("--log", type=Path)
    asked = parser.parse_args()
    if asked.log:
        logging.basicConfig(filename=asked.log, level=logging.INFO, format="%(asctime)s %(threadName)s %(message)s")
    opened = LaneTill(asked.home, durable=True)
    device = device_key(FileKeys(asked.home / "keys"), os.urandom)
    while opened.identity.identity() is None:
        try:
            enrol(HeadOffice(RequestsWire(asked.url, asked.authority)), asked.code, device, opened.identity)
        except PosError as error:
            if error.code == "enrol.code":
                raise
    identity = opened.identity.identity()
    assert identity is not None
    counts: Counter[str] = Counter()
    doom = asked.kill_before
    worker = SyncWorker(
        Surroundings(
            wire=Doomed(RequestsWire(asked.url, asked.authority), doom, counts),  # type: ignore[arg-type]
            till=TillPort(
                Doomed(opened.ports.log, doom, counts),  # type: ignore[arg-type]
                Doomed(opened.ports.holdings, doom, counts),  # type: ignore[arg-type]
                Doomed(opened.ports.directory, doom, counts),  # type: ignore[arg-type]
            ),
            identity=identity,
            device=device,
            downloads=asked.home / "downloads",
            clock=RealClock(),
            chance=RealChance(),
            client_version="test",
        ),
        _ignore,
    )
    worker.start()
    Desk(Terminal(asked.home, device, opened.till, identity, business_date()), opened.lane, worker).serve()
    opened.close()


class Desk:
    """Does what it is told, line by line."""

    def __init__(self, terminal: Terminal, lane: DbLane, worker: SyncWorker) -> None:
        self._terminal = terminal
        self._lane = lane
        self._worker = worker

    def serve(self) -> None:
        self._say({"ready": self._terminal.name})
        for line in sys.stdin:
            order = json.loads(line)
            try:
                said = getattr(self, "_" + order.pop("do"))(**order)
            except PosError as error:
                said = {"error": error.code}
            self._say(said or {})
            if said == {"stopped": True}:
                return

    def _sell(self, count: int = 1, **sale: Any) -> dict[str, Any]:
        for _ in range(count):
            self._lane.call(lambda: self._terminal.sell(sale.get("member"), **_without_member(sale)))
            self._worker.wake()
        return {}

    def _open_day(self) -> None:
        self._lane.call(self._terminal.open_day)
        self._worker.wake()

    def _register(self, n: int) -> None:
        self._lane.call(lambda: self._terminal.register(member(n)))
        self._worker.wake()

    def _release(self, member: str) -> None:
        self._lane.call(lambda: self._terminal.release(member))
        self._worker.wake()

    def _ask(self, member: str, amount: int, request_no: int) -> dict[str, Any]:
        return {"granted": self._worker.request_rights(member, amount, request_no)}

    def _usable(self, member: str) -> dict[str, Any]:
        return {"usable": self._lane.call(lambda: self._terminal.usable(member))}

    def _log_length(self) -> dict[str, Any]:
        return {"length": self._lane.call(lambda: len(self._terminal.log()))}

    def _status(self) -> dict[str, Any]:
        return asdict(self._worker.status())

    def _sync_now(self) -> None:
        self._worker.sync_now()

    def _drained(self) -> dict[str, Any]:
        """Wait until nothing is unsent and the lanes are online."""
        until = time.monotonic() + DRAIN_S
        pause = threading.Event()
        while time.monotonic() < until:
            unsent = self._lane.call(self._terminal.till.log.unsent)
            if unsent == 0 and self._worker.status().state == "online":
                return {"drained": True}
            self._worker.sync_now()
            pause.wait(0.1)
        return {"drained": False, "status": asdict(self._worker.status())}

    def _stop(self) -> dict[str, Any]:
        began = time.perf_counter()
        self._worker.stop()
        self._say({"stop_ms": (time.perf_counter() - began) * 1000})
        return {"stopped": True}

    def _say(self, said: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def _without_member(sale: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sale.items() if name != "member"}


if __name__ == "__main__":
    main()
