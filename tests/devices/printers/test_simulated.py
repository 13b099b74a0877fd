"""The simulator's paper: painted so that other programs can read it, and its life as a program of its own."""

import subprocess
import sys
import threading
import time

import pytest
import zxingcpp
from PIL import Image

from pos_app.devices.base import Outcome
from pos_app.devices.printers.fonts import Pen
from pos_app.devices.printers.interpreter import Interpreter
from pos_app.devices.printers.mechanism import Mechanism
from pos_app.devices.printers.render import PROFILES, profile_for, render
from pos_app.devices.printers.simulated import PaperFolder, SimulatedTransport, obey
from pos_app.devices.printers.tcp import TcpTransport
from pos_app.devices.printers.thermal import paint, photograph
from pos_app.domain.paper import Barcode, Cut, Line, Paper, QrCode, Text, lay_out
from pos_app.errors import Unavailable

PAPER = Paper("slip", "回访小票", (Text("回访 豆豆 3 月龄"), QrCode("TEL:+8613800138000"), Barcode("F0421300093")))


def picture(paper, profile):
    return paint(Interpreter(profile.dots).feed(render(paper, profile)), profile.dots, Pen())


@pytest.mark.parametrize(("columns", "dots", "paper_dots"), [(32, 384, 464), (42, 512, 640), (48, 576, 640)])
def test_paper_has_the_width_of_its_roll(columns, dots, paper_dots):
    printed = picture(PAPER, profile_for(columns))

    assert printed.width == dots
    assert photograph(printed).width == paper_dots


@pytest.mark.parametrize("name", ["58mm", "80mm", "80mm-raster"])
def test_codes_on_the_photographed_paper_are_read_by_a_scanner(name):
    read = zxingcpp.read_barcodes(photograph(picture(PAPER, PROFILES[name])))

    texts = {code.text for code in read}
    assert "TEL:+8613800138000" in texts
    assert "F0421300093" in texts


@pytest.mark.parametrize(
    ("data", "symbology"), [("6901234567892", "EAN13"), ("96385074", "EAN8"), ("042130", "CODE128")]
)
def test_every_kind_of_barcode_is_read_from_the_paper(data, symbology):
    paper = Paper("label", "label", (Barcode(data, symbology),))

    (code,) = zxingcpp.read_barcodes(photograph(picture(paper, PROFILES["80mm"])))

    assert code.text == data


def test_each_paper_leaves_its_picture_bytes_and_text(tmp_path):
    mechanism = Mechanism(576, PaperFolder(tmp_path, 576).keep)
    job = render(Paper("two", "two", (Text("第一张"), Cut(), Text("第二张"))), PROFILES["80mm"])
    link = SimulatedTransport(mechanism).open()

    link.deliver(job)
    link.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"00{number}.{kind}" for number in (1, 2) for kind in ("bin", "png", "txt")
    ]
    assert (tmp_path / "002.txt").read_text(encoding="utf-8") == "第二张\n"
    assert (tmp_path / "001.bin").read_bytes() + (tmp_path / "002.bin").read_bytes() == job


def test_paper_without_a_blade_is_torn_off_when_the_computer_lets_go(tmp_path):
    mechanism = Mechanism(384)
    link = SimulatedTransport(mechanism).open()

    link.deliver(render(PAPER, PROFILES["58mm"]))
    before = len(mechanism.papers)
    link.close()

    assert (before, len(mechanism.papers)) == (0, 1)


@pytest.mark.parametrize("order", ["", "paper_out_of on", "reset_after soon", "papers"])
def test_an_order_that_means_nothing_is_refused(order):
    assert not obey(Mechanism(), order)


class Program:
    """The simulator in a process of its own."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pos_app.devices.printers.simulated", "--port", "0", "--out", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self.process.stdout.readline().removeprefix("port "))

    def tell(self, order):
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(10)


@pytest.fixture
def program(tmp_path):
    started = Program(tmp_path)
    yield started
    if started.process.poll() is None:
        started.end()


def test_the_program_prints_to_files_and_ends_with_its_input(program, tmp_path):
    link = TcpTransport("127.0.0.1", program.port).open()
    delivery = link.deliver(render(PAPER, PROFILES["80mm"]))
    link.close()

    ends = time.monotonic() + 10
    while not (tmp_path / "001.png").exists() and time.monotonic() < ends:
        threading.Event().wait(0.01)

    assert delivery.outcome is Outcome.PRINTED
    with Image.open(tmp_path / "001.png") as photo:
        assert photo.width == 640
    expected = [part.text for part in lay_out(PAPER, 48) if isinstance(part, Line)]
    assert set(expected) <= set((tmp_path / "001.txt").read_text(encoding="utf-8").splitlines())
    assert program.end() == 0


def test_the_program_takes_faults_on_its_input(program):
    answer = program.tell("paper_out on")
    with pytest.raises(Unavailable) as refusal:
        TcpTransport("127.0.0.1", program.port).open()

    assert (answer, refusal.value.code) == ("ok", "printer.paper_out")
    assert program.tell("paper_out off") == "ok"
    TcpTransport("127.0.0.1", program.port).open().close()
