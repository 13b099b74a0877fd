"""The parts of the demo: a line that can be cut, child processes that never stay behind, a film, a cast, the books."""

import signal
import socket
import threading
from pathlib import Path

import pytest

from pos_app.demo import books, cast
from pos_app.demo.books import TillBooks
from pos_app.demo.cast import Cast, Player
from pos_app.demo.film import shoot
from pos_app.demo.line import Line
from pos_app.demo.processes import Child, run_to_end
from pos_app.demo.shift import Report
from pos_app.demo.shop import clear
from pos_app.devices.scanners.decode import ChainDecoder
from pos_app.devices.scanners.pictures import grey_frame, open_pictures
from pos_app.domain.codes import gtin_ok, make_card_no, member_code
from pos_app.errors import Unavailable

CODE = member_code(make_card_no(1))


class Echo:
    """A server that sends back what it gets."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(peer,), daemon=True)
            thread.start()
            self._threads.append(thread)

    @staticmethod
    def _serve(peer: socket.socket) -> None:
        with peer:
            try:
                while data := peer.recv(1024):
                    peer.sendall(data)
            except OSError:
                return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(2)
        for thread in self._threads:
            thread.join(2)


@pytest.fixture
def echo():
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def line(echo: Echo):
    made = Line(echo.port)
    yield made
    made.close()


def call(line: Line) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", line.port), 2)
    peer.settimeout(2)
    return peer


def answers(peer: socket.socket, said: bytes) -> bytes:
    try:
        peer.sendall(said)
        return peer.recv(1024)
    except OSError:
        return b""


def test_a_whole_line_carries_both_ways(line: Line):
    with call(line) as peer:
        assert answers(peer, b"hello") == b"hello"


def test_a_cut_line_drops_the_call_and_takes_no_other(line: Line):
    with call(line) as peer:
        answers(peer, b"hello")
        line.cut()
        assert peer.recv(1024) == b""
        with call(line) as other:
            assert answers(other, b"hello") == b""


def test_a_mended_line_carries_again(line: Line):
    line.cut()
    line.mend()

    with call(line) as peer:
        assert answers(peer, b"again") == b"again"


def test_a_line_to_nobody_hangs_up(unused_port: int):
    line = Line(unused_port)

    with call(line) as peer:
        assert answers(peer, b"hello") == b""
    line.close()


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def parrot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that greets, repeats what it is told, and fails when told to."""
    (tmp_path / "parrot.py").write_text(
        "import sys\n"
        "if 'fail' in sys.argv: sys.exit('parrot is ill')\n"
        "print('noise')\nprint('ready ' + ' '.join(sys.argv[1:]), flush=True)\n"
        "if 'once' in sys.argv: sys.exit(0)\n"
        "for line in sys.stdin: print('heard ' + line.strip(), flush=True)\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "parrot"


def test_a_module_runs_to_its_end_and_says_what_it_printed(parrot: str):
    assert run_to_end(parrot, "once").splitlines() == ["noise", "ready once"]


def test_a_module_that_fails_is_unavailable_with_its_complaint(parrot: str):
    with pytest.raises(Unavailable) as failed:
        run_to_end(parrot, "fail")

    assert (failed.value.code, failed.value.facts["status"]) == ("demo.process", 1)
    assert "parrot is ill" in failed.value.facts["said"]


def test_a_child_is_spoken_with_line_by_line_and_stopped(parrot: str, tmp_path: Path):
    child = Child(parrot, log=tmp_path / "log")
    greeting = child.line(lambda said: said.startswith("ready"))

    child.say({"n": 1})
    heard = child.line(lambda said: said.startswith("heard"))
    status = child.stop()

    assert (greeting.strip(), heard, status) == ("ready", 'heard {"n": 1}', -signal.SIGTERM)


def test_a_killed_child_is_gone(parrot: str, tmp_path: Path):
    child = Child(parrot, log=tmp_path / "log")
    child.line(lambda said: said.startswith("ready"))

    child.kill()

    assert child.stop() == -signal.SIGKILL


def test_a_child_that_ends_is_not_waited_for(parrot: str, tmp_path: Path):
    child = Child(parrot, "once", log=tmp_path / "log")

    with pytest.raises(Unavailable):
        child.line(lambda said: said == "never", timeout_s=10)

    assert child.wait(10) == 0


def test_the_film_shows_the_members_code_to_the_camera(tmp_path: Path):
    film = tmp_path / "film.avi"

    shoot(film, CODE, blank_s=0.08, shown_s=0.2)

    assert first_code(film) == CODE


def first_code(film: Path) -> str | None:
    pictures, decoder = open_pictures(str(film), lambda: 0.0), ChainDecoder()
    while (picture := pictures.read(threading.Event())) is not None:
        for code in decoder.decode(grey_frame(picture)):
            return code.text
    return None


def test_the_cast_of_one_act_is_read_by_the_next(tmp_path: Path):
    star = Player("m1", "陈雨婷", CODE, "+8613800006627", 5_000, 7_000)
    whole = Cast(star, (Player("m2", "林小芳", CODE, "+8613800000002", 1, 2),))

    cast.save(tmp_path / "cast.json", whole)

    assert cast.load(tmp_path / "cast.json") == whole


def test_the_demos_barcodes_are_valid_and_all_different():
    codes = [cast.barcode(n) for n in range(1, 200)]

    assert all(gtin_ok(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_clearing_empties_the_folder_and_makes_a_missing_one(tmp_path: Path):
    folder = tmp_path / "demo"
    clear(folder)
    (folder / "old.txt").write_text("x", encoding="utf-8")

    clear(folder)

    assert list(folder.iterdir()) == []


def test_a_report_without_checks_or_with_a_failed_one_is_not_good(tmp_path: Path):
    report = Report()
    empty = report.is_good()
    report.check("books agree", True)
    good = report.is_good()
    report.check("no flag was raised", False, "one")
    report.write(tmp_path / "report.json")

    assert (empty, good, report.is_good()) == (False, True, False)
    assert '"no flag was raised"' in (tmp_path / "report.json").read_text(encoding="utf-8")


BOOKS = TillBooks("T1/1", 12, "abcd", (), {"m1": 500, "m2": 0})
HEAD_OFFICE = {
    "terminals": [{"terminal_id": "T1", "epoch": "1", "last_seq": 12, "last_hash": "abcd"}],
    "members": {"m1": {"escrow": {"T1/1": 500}}, "m2": {"escrow": {}}},
}


def checks(compare, report: dict, *figures: dict) -> dict[str, bool]:
    found: dict[str, bool] = {}
    compare(BOOKS, report, lambda name, ok, _detail: found.update({name: ok}), *figures)
    return found


def test_books_that_agree_pass_every_check():
    found = checks(books._compare_log, HEAD_OFFICE) | checks(books._compare_points, HEAD_OFFICE, {})

    assert set(found.values()) == {True}
    assert len(found) == 5


@pytest.mark.parametrize("wrong", [{"last_seq": 11}, {"last_hash": "ffff"}, {"epoch": 2}])
def test_a_log_that_differs_fails(wrong: dict):
    terminal = HEAD_OFFICE["terminals"][0] | wrong

    assert False in checks(books._compare_log, HEAD_OFFICE | {"terminals": [terminal]}).values()


@pytest.mark.parametrize("escrow", [{"T1/1": 499}, {"T9/1": 500}, {}])
def test_points_that_differ_fail(escrow: dict):
    members = HEAD_OFFICE["members"] | {"m1": {"escrow": escrow}}

    assert False in checks(books._compare_points, HEAD_OFFICE | {"members": members}, {}).values()


def test_points_swapped_between_two_members_fail_although_the_sum_agrees():
    members = {"m1": {"escrow": {}}, "m2": {"escrow": {"T1/1": 500}}}

    found = checks(books._compare_points, HEAD_OFFICE | {"members": members}, {})

    assert found == {"every holding is equal at both ends": False, "the holdings' sum is equal at both ends": True}
