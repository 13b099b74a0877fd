"""Our bytes and our transport against emupos, a printer simulator that nobody here wrote.

It needs Python 3.13 or newer, so it lives in an environment of its own::

    python3.13 -m venv ~/emupos && ~/emupos/bin/pip install emupos==0.4.0
    EMUPOS=~/emupos/bin/emupos pytest tests/contract/test_emupos.py
"""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest
import zxingcpp
from PIL import Image

from pos_app.devices.base import Delivery, Outcome
from pos_app.devices.printers.fonts import Pen
from pos_app.devices.printers.raster import draw_line
from pos_app.devices.printers.render import PROFILES, drawer_pulse, render
from pos_app.devices.printers.tcp import TcpTransport
from pos_app.domain.paper import (
    Barcode,
    Cell,
    Columns,
    Line,
    Notice,
    Pair,
    Paper,
    QrCode,
    Rule,
    Text,
    TickBoxes,
    lay_out,
)
from pos_app.errors import Unavailable

PROGRAM = os.environ.get("EMUPOS") or shutil.which("emupos")
PROFILE = PROFILES["80mm"]
# A code page of one character a byte: its text dump turned back to bytes is what we sent.
PRINTER = """type: printer
name: Chinese 80 mm
dpi: 203
width_dots: 576
font_a: { width: 12, height: 24 }
font_b: { width: 9, height: 17 }
code_pages: { 0: latin_1 }
default_code_page: 0
drawer_sensor_open_level: high
"""
PAPERS = [
    Paper(
        "receipt",
        "收银小票",
        (
            Text("星宝贝母婴", align="center", bold=True, size=2),
            Rule("solid"),
            Columns((Cell("品名", 4), Cell("数量", 1, "right"), Cell("金额", 2, "right")), bold=True),
            Columns((Cell("爱他美卓萃幼儿配方奶粉", 4), Cell("2", 1, "right"), Cell("￥796.00", 2, "right"))),
            Pair("应付 ¥ · “引号” ①℃№×±—…", "￥968.00", bold=True),
            Notice("补打 1"),
        ),
    ),
    Paper("slip", "回访小票", (Text("豆豆 3 月龄"), TickBoxes(("已接通", "没接", "别再打")))),
    Paper("z", "Z", (Text("Z 第 0231 号", size=2), Pair("现金", "12,345.67"), Rule("double"))),
]

pytestmark = pytest.mark.skipif(not PROGRAM, reason="emupos is not here: name it with EMUPOS=/path/to/emupos")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Emupos:
    """The simulator in a process of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.port, self.api = free_port(), free_port()
        (folder / "printer.yaml").write_text(PRINTER, encoding="utf-8")
        (folder / "emupos.yaml").write_text(
            f"schema: 1\napi: {{ host: 127.0.0.1, port: {self.api} }}\ndevices:\n  - id: front\n    type: printer\n"
            f"    profile: ./printer.yaml\n    connections:\n      - tcp: {{ port: {self.port} }}\n"
            "    receipts_dir: ./receipts\n",
            encoding="utf-8",
        )
        self.log = (folder / "run.log").open("w", encoding="utf-8")
        self.process = subprocess.Popen([PROGRAM, "run"], cwd=folder, stdout=self.log, stderr=subprocess.STDOUT)
        wait_for(self._listens)

    def _listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 0.2).close()
        except OSError:
            return False
        return True

    def fault(self, *words):
        command = [PROGRAM, "--api", f"http://127.0.0.1:{self.api}", "fault", *words]
        subprocess.run(command, check=True, capture_output=True, timeout=20)

    def print(self, paper):
        """Print and return the newest receipt: its text as we meant it, and its picture."""
        before = set(self.folder.glob("receipts/*.txt"))
        link = TcpTransport("127.0.0.1", self.port).open()
        delivery = link.deliver(render(paper, PROFILE))
        link.close()
        assert delivery == Delivery(Outcome.PRINTED)
        wait_for(lambda: set(self.folder.glob("receipts/*.txt")) - before)
        (text,) = set(self.folder.glob("receipts/*.txt")) - before
        wait_for(text.with_suffix(".json").exists)
        lines = text.read_text(encoding="utf-8").encode("latin-1").decode("gbk").splitlines()
        with Image.open(text.with_suffix(".png")) as picture:
            return [line.rstrip() for line in lines], picture.convert("L")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        self.log.close()


def wait_for(claim, seconds=15.0):
    ends, pause = time.monotonic() + seconds, threading.Event()
    while not claim():
        assert time.monotonic() < ends
        pause.wait(0.02)


@pytest.fixture(scope="module")
def emupos(tmp_path_factory):
    program = Emupos(tmp_path_factory.mktemp("emupos"))
    yield program
    program.end()


def bare(paper):
    """Sides are padded by centring at size 2 and by wrapping; the words and their order are what counts here."""
    return [part.text.strip() for part in lay_out(paper, PROFILE.columns) if isinstance(part, Line) and part.text]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.kind)
def test_it_reads_every_line_as_we_laid_it_out(emupos, paper):
    lines, _ = emupos.print(paper)

    assert [line.strip() for line in lines if line] == bare(paper)


def test_it_reads_our_codes_and_they_scan_from_its_picture(emupos):
    lines, picture = emupos.print(
        Paper("slip", "slip", (QrCode("TEL:+8613800138000"), Barcode("F0421300093"), Barcode("6901234567892", "EAN13")))
    )

    assert [line.strip() for line in lines if line.strip()] == [
        "[qr TEL:+8613800138000]",
        "[barcode CODE128 F0421300093]",
        "[barcode EAN-13 6901234567892]",
    ]
    assert {code.text for code in zxingcpp.read_barcodes(picture)} == {
        "TEL:+8613800138000",
        "F0421300093",
        "6901234567892",
    }


def test_a_drawn_line_reaches_its_paper_without_a_differing_dot(emupos):
    text = "小鹿𠮷祥 öko 😀"
    _, picture = emupos.print(Paper("t", "t", (Text(text),)))

    expected = draw_line(Pen(), Line(text), PROFILE.dots).convert("L")
    assert picture.crop((0, 0, PROFILE.dots, 30)).tobytes() == expected.tobytes()


def test_its_drawer_opens_once(emupos):
    link = TcpTransport("127.0.0.1", emupos.port).open()
    link.deliver(drawer_pulse(PROFILE), confirm=False)
    link.close()

    log = emupos.folder / "run.log"
    wait_for(lambda: "drawer.opened" in log.read_text(encoding="utf-8"))
    assert log.read_text(encoding="utf-8").count("drawer.opened") == 1


@pytest.mark.parametrize(("fault", "code"), [("paper-out", "printer.paper_out"), ("cover-open", "printer.cover_open")])
def test_its_faults_are_told_by_their_names(emupos, fault, code):
    emupos.fault("set", "front", fault)
    try:
        with pytest.raises(Unavailable) as refusal:
            TcpTransport("127.0.0.1", emupos.port).open()
    finally:
        emupos.fault("clear", "front", fault)

    assert refusal.value.code == code
    TcpTransport("127.0.0.1", emupos.port).open().close()
