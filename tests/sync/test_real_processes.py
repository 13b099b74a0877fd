"""Head office, terminals and a hostile line as processes and sockets of their own, on SQLite and on PostgreSQL."""

import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from head_office.enrolment import new_code
from head_office.office import Office, open_office
from tests.head_office.rig import found_chain, member
from tests.sync.books import assert_equal_books
from tests.sync.proxy import HostileProxy
from tests.sync.shop import Terminal
from tests.till_kit import open_kit

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
START_S = 30.0
WHO = member(1).member_id


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class OfficeProcess:
    """``head-office serve`` on a database."""

    def __init__(self, url: str, folder: Path, port: int) -> None:
        self.port = port
        command = [sys.executable, "-m", "head_office", "serve", "--db", url, "--port", str(port)]
        self._process = subprocess.Popen([*command, "--folder", str(folder)], cwd=ROOT)
        self._wait()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def _wait(self) -> None:
        pause = threading.Event()
        for _ in range(int(START_S / 0.05)):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v1/health", timeout=1):
                    return
            except OSError:
                assert self._process.poll() is None, "head office ended"
                pause.wait(0.05)
        raise AssertionError("head office does not answer")


@dataclass
class TillProcess:
    """One run of a terminal."""

    home: Path
    url: str
    code: str = ""
    kill_before: str = ""
    name: str = ""
    _process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "tests.sync.terminal_process", str(self.home), self.url]
        command += ["--log", str(self.home.parent / f"{self.home.name}.log")]
        if self.code:
            command += ["--code", self.code]
        if self.kill_before:
            command += ["--kill-before", self.kill_before]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ready(self) -> "TillProcess":
        self.name = self._read()["ready"]
        return self

    def tell(self, do: str, **more: Any) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def stop(self) -> float:
        """Stop it properly and return how long the worker took, in milliseconds."""
        stopped = self.tell("stop")["stop_ms"]
        self._process.communicate(timeout=15)
        assert self._process.returncode == 0
        return stopped

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self.reap()

    def reap(self) -> int:
        self._process.communicate(timeout=30)
        return self._process.returncode

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise ProcessLookupError(f"the terminal has ended: {self._process.wait(10)}")
        return json.loads(line)


@dataclass
class Chain:
    """A head office that runs, and the books behind it to look into."""

    url: str
    folder: Path
    office: Office
    process: OfficeProcess
    proxy: HostileProxy
    tills: list[TillProcess] = field(default_factory=list)

    def open_till(self, home: Path, lane: int, **how: str) -> TillProcess:
        home.mkdir(parents=True, exist_ok=True)
        code = "" if (home / "till.db").exists() else new_code(self.office, "S01", lane)
        till = TillProcess(home, self.proxy.url, code, **how)
        self.tills.append(till)
        return till

    def restart_office(self) -> None:
        self.process.kill()
        self.process = OfficeProcess(self.url, self.folder, free_port())
        self.proxy.retarget(self.process.port)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Chain]:
    postgres = request.param == "postgres"
    url = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}/head-office.db"
    office = open_office(url, folder=tmp_path / "snapshots")
    found_chain(office)
    process = OfficeProcess(url, tmp_path / "snapshots", free_port())
    proxy = HostileProxy(process.port, seed=7)
    chain = Chain(url, tmp_path / "snapshots", office, process, proxy)
    yield chain
    for till in chain.tills:
        if till._process.poll() is None:
            till.kill()
    proxy.close()
    chain.process.kill()
    office.database.close()


def books_are_equal(chain: Chain, homes: list[Path], points: dict[str, int]) -> None:
    """Compare the files that the processes left behind with head office's books."""
    terminals = []
    for home in homes:
        till = open_kit(home)
        identity = till.log.identity()
        assert identity is not None
        terminals.append(Terminal(home, None, till, identity))  # type: ignore[arg-type]
    try:
        assert_equal_books(chain.office, terminals, points)
    finally:
        for terminal in terminals:
            terminal.till.close()


def test_two_terminals_over_a_hostile_line_lose_and_double_nothing(chain, tmp_path):
    homes = [tmp_path / "till1", tmp_path / "till2"]
    chain.proxy.badness = 0.25
    first, second = (chain.open_till(home, lane).ready() for lane, home in enumerate(homes, 1))
    for till in (first, second):
        till.tell("open_day")
    first.tell("register", n=1)

    points = 0
    for n in range(12):
        for till in (first, second):
            till.tell("sell", count=5, member=WHO, earn=3)
            points += 15
        if n == 4:
            chain.proxy.cut()
        if n == 6:
            chain.restart_office()
        if n == 8:
            chain.proxy.mend()
    chain.proxy.badness = 0.0
    drained = first.tell("drained")
    assert drained["drained"], drained["status"]["detail"]
    drained = second.tell("drained")
    assert drained["drained"], drained["status"]["detail"]
    stopped_ms = [till.stop() for till in (first, second)]

    books_are_equal(chain, homes, {WHO: points})
    assert sum(chain.proxy.faults.values()) > 5, chain.proxy.faults
    assert max(stopped_ms) < 10_000  # in the midst of a long poll, which is held for longer


KILLS = ["mark_accepted:2", "send:4", "apply_page:1", "install_page:1"]


def test_a_terminal_killed_anywhere_in_its_sync_loses_and_doubles_nothing(chain, tmp_path):
    """SIGKILL between push and mark, in the middle of a handshake, before a page is applied, before grants are."""
    home = tmp_path / "till1"
    till = chain.open_till(home, 1).ready()
    till.tell("open_day")
    till.tell("register", n=1)
    till.tell("sell", member=WHO, earn=100)
    till.kill()
    died = 0

    for kill in KILLS:
        till = chain.open_till(home, 1, kill_before=kill)
        try:
            till.ready()
            till.tell("sell", count=3, member=WHO, earn=1)
            till.tell("release", member=WHO)
            till.tell("drained")
            till.tell("sell", count=3, member=WHO, earn=1)
            till.tell("drained")
            till.kill()
        except (ProcessLookupError, BrokenPipeError):
            died += till.reap() == -signal.SIGKILL
    till = chain.open_till(home, 1).ready()
    assert till.tell("drained")["drained"]
    till.stop()

    earned = total_earned(home)
    books_are_equal(chain, [home], {WHO: earned})
    assert died >= 3, died


def total_earned(home: Path) -> int:
    """Add up what the till's own log says was earned, less what it says was spent."""
    till = open_kit(home)
    total = 0
    try:
        with till.store.view() as unit:
            for _seq, fact, _at in unit.log.facts(1, unit.log.next_seq() - 1):
                if type(fact).__name__ == "Sale":
                    total += fact.earned.amount if fact.earned else 0
                    total -= sum(spend.amount for spend in fact.spends)
    finally:
        till.close()
    return total


def test_points_asked_for_at_the_till_are_usable_there_each_time(chain, tmp_path):
    chain.proxy.retarget(chain.process.port)
    till = chain.open_till(tmp_path / "till1", 1).ready()
    till.tell("open_day")
    till.tell("register", n=1)
    till.tell("sell", member=WHO, earn=100_000)
    till.tell("release", member=WHO)
    assert till.tell("drained")["drained"]

    for n in range(1, 41):
        before = till.tell("usable", member=WHO)["usable"]
        till.tell("ask", member=WHO, amount=10, request_no=n)
        assert till.tell("usable", member=WHO)["usable"] == before + 10
    till.stop()


def test_the_till_knows_when_it_is_offline_and_comes_back_by_itself(chain, tmp_path):
    till = chain.open_till(tmp_path / "till1", 1).ready()
    till.tell("open_day")
    assert till.tell("drained")["drained"]
    chain.proxy.cut()
    till.tell("sell", count=3)
    offline = wait_for(till, "offline")

    chain.proxy.mend()
    online = wait_for(till, "online")

    assert offline["unsent"] > 0
    assert offline["detail"] == "head_office.unreachable"
    assert (online["unsent"], online["detail"]) == (0, "")
    till.stop()


def wait_for(till: TillProcess, state: str) -> dict[str, Any]:
    pause = threading.Event()
    for _ in range(600):
        status = till.tell("status")
        if status["state"] == state and (state == "offline" or status["unsent"] == 0):
            return status
        pause.wait(0.05)
    raise AssertionError(status)
