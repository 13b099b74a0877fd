"""One contract for every way to a printer: TCP to the simulator, the simulator in this process, and a folder."""

import threading
import time
from dataclasses import dataclass, field

import pytest

from pos_app.devices.base import Delivery, Outcome, Transport
from pos_app.devices.printers.file import FileTransport
from pos_app.devices.printers.interpreter import Interpreter
from pos_app.devices.printers.mechanism import Mechanism
from pos_app.devices.printers.printed import DrawerPulse, PaperCut, PrintedBarcode, PrintedQr, PrintedText
from pos_app.devices.printers.render import PROFILES, drawer_pulse, render
from pos_app.devices.printers.simulated import PrinterServer, SimulatedTransport
from pos_app.devices.printers.tcp import TcpTransport
from pos_app.domain.paper import Barcode, Cut, Line, Pair, Paper, QrCode, Text, lay_out
from pos_app.errors import Unavailable

PROFILE = PROFILES["80mm"]
SHORT_S = 0.8
PAPER = Paper(
    "receipt",
    "收银小票",
    (
        Text("星宝贝母婴", align="center", bold=True, size=2),
        Pair("爱他美卓萃 3段", "￥796.00"),
        QrCode("HTTPS://EXAMPLE/R/17", "扫码"),
        Barcode("6901234567892", "EAN13"),
        Text("谢谢惠顾"),
        Cut(),
    ),
)


@dataclass
class Counter:
    """A transport, and what came out at its other end."""

    transport: Transport
    mechanism: Mechanism
    server: PrinterServer | None = None
    folder: object = None
    read: list = field(default_factory=list)

    def parts(self):
        if self.folder is None:
            return [part for paper in self.mechanism.papers for part in paper.parts]
        files = sorted(self.folder.glob("*.bin"))
        return [part for path in files for part in Interpreter(PROFILE.dots).feed(path.read_bytes())]

    def pulses(self):
        if self.folder is None:
            return self.mechanism.pulses
        return [part.pin for part in self.parts() if isinstance(part, DrawerPulse)]

    def unplug(self):
        if self.server is not None:
            self.server.stop()
        if self.folder is not None:
            self.folder.rename(self.folder.with_name("gone"))
        self.mechanism.faults.unplugged = True

    def send(self, job, *, confirm=True) -> Delivery:
        link = self.transport.open()
        try:
            return link.deliver(job, confirm=confirm)
        finally:
            link.close()


@pytest.fixture
def tcp():
    mechanism = Mechanism(PROFILE.dots)
    with PrinterServer(mechanism) as server:
        yield Counter(TcpTransport("127.0.0.1", server.port, timeout_s=SHORT_S, print_s=SHORT_S), mechanism, server)


@pytest.fixture
def simulated():
    mechanism = Mechanism(PROFILE.dots)
    return Counter(SimulatedTransport(mechanism), mechanism)


@pytest.fixture
def folder(tmp_path):
    target = tmp_path / "printed"
    target.mkdir()
    return Counter(FileTransport(target), Mechanism(PROFILE.dots), folder=target)


@pytest.fixture(params=["tcp", "simulated", "folder"])
def counter(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["tcp", "simulated"])
def telling(request):
    """Those that say how they are."""
    return request.getfixturevalue(request.param)


def texts(counter):
    return [part.text for part in counter.parts() if isinstance(part, PrintedText)]


def test_a_job_is_printed_once_and_as_it_was_laid_out(counter):
    delivery = counter.send(render(PAPER, PROFILE))

    assert delivery.outcome is Outcome.PRINTED
    assert texts(counter) == [part.text for part in lay_out(PAPER, PROFILE.columns) if isinstance(part, Line)]


def test_codes_reach_the_paper_with_their_data(counter):
    counter.send(render(PAPER, PROFILE))

    codes = [part.data for part in counter.parts() if isinstance(part, PrintedQr | PrintedBarcode)]
    assert codes == ["HTTPS://EXAMPLE/R/17", b"6901234567892"]


def test_every_paper_is_cut_once_at_its_end(counter):
    counter.send(render(PAPER, PROFILE))
    counter.send(render(PAPER, PROFILE))

    cuts = [at for at, part in enumerate(counter.parts()) if isinstance(part, PaperCut)]
    assert len(cuts) == 2
    assert cuts[-1] == len(counter.parts()) - 1


def test_jobs_come_out_in_the_order_they_were_sent(counter):
    for number in range(5):
        counter.send(render(Paper("test", "test", (Text(f"第 {number} 张"),)), PROFILE))

    assert texts(counter) == [f"第 {number} 张" for number in range(5)]


def test_a_drawer_pulse_opens_the_drawer_and_moves_no_paper(counter):
    delivery = counter.send(drawer_pulse(PROFILE), confirm=False)

    assert delivery.outcome is Outcome.PRINTED
    assert counter_settles(lambda: counter.pulses() == [2])
    assert texts(counter) == []


def test_a_printer_that_is_gone_says_so_before_any_byte_is_sent(counter):
    counter.unplug()

    with pytest.raises(Unavailable) as refusal:
        counter.transport.open()

    assert refusal.value.code == "printer.unreachable"


def test_closing_a_link_twice_does_no_harm(counter):
    link = counter.transport.open()

    link.close()
    link.close()

    assert texts(counter) == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("paper_out", "printer.paper_out"),
        ("cover_open", "printer.cover_open"),
        ("offline", "printer.offline"),
        ("jammed", "printer.fault"),
        ("mute", "printer.silent"),
        ("nonsense", "printer.nonsense"),
    ],
)
def test_a_printer_that_is_not_ready_gets_no_byte_of_the_job(telling, fault, code):
    telling.mechanism.set_fault(fault)

    with pytest.raises(Unavailable) as refusal:
        telling.transport.open()

    assert refusal.value.code == code
    telling.mechanism.repair()
    assert texts(telling) == []


def test_low_paper_still_prints(telling):
    telling.mechanism.set_fault("paper_low")

    assert telling.send(render(PAPER, PROFILE)).outcome is Outcome.PRINTED


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("reset_after", "printer.cut_off"),
        ("cut_after", "printer.cut_off"),
        ("paper_ends_after", "printer.silent"),
    ],
)
def test_trouble_in_the_middle_of_a_job_makes_it_uncertain(telling, fault, code):
    telling.mechanism.set_fault(fault, after=60)

    assert telling.send(render(PAPER, PROFILE)) == Delivery(Outcome.UNCERTAIN, code)


@pytest.mark.parametrize(("fault", "code"), [("mute", "printer.silent"), ("nonsense", "printer.nonsense")])
def test_a_printer_that_falls_silent_after_the_job_leaves_it_uncertain(telling, fault, code):
    link = telling.transport.open()
    telling.mechanism.set_fault(fault)

    delivery = link.deliver(render(PAPER, PROFILE))

    link.close()
    assert delivery == Delivery(Outcome.UNCERTAIN, code)


def test_what_waits_in_a_printer_without_paper_comes_out_when_paper_is_back(telling):
    telling.mechanism.set_fault("paper_ends_after", after=60)
    telling.send(render(PAPER, PROFILE))

    telling.mechanism.repair()
    telling.send(render(Paper("test", "test", (Text("next"),)), PROFILE))

    assert "谢谢惠顾" in texts(telling)


def test_a_stalled_printer_is_found_out_before_the_job(tcp):
    tcp.mechanism.set_fault("stall")

    with pytest.raises(Unavailable) as refusal:
        tcp.transport.open()

    assert refusal.value.code == "printer.silent"


def test_a_printer_that_stalls_under_a_big_job_leaves_it_uncertain(tcp):
    link = tcp.transport.open()
    tcp.mechanism.set_fault("stall")

    delivery = link.deliver(render(PAPER, PROFILE) * 20_000)

    link.close()
    assert delivery == Delivery(Outcome.UNCERTAIN, "printer.silent")


def test_a_printer_that_never_answers_is_believed_when_it_took_everything():
    mechanism = Mechanism(PROFILE.dots)
    mechanism.set_fault("mute")
    with PrinterServer(mechanism) as server:
        quiet = Counter(TcpTransport("127.0.0.1", server.port, answers_status=False, timeout_s=SHORT_S), mechanism)
        delivery = quiet.send(render(PAPER, PROFILE))

    assert delivery == Delivery(Outcome.PRINTED, "printer.unconfirmed")
    assert texts(quiet)[-1] == "谢谢惠顾"


def test_a_printer_that_never_answers_and_resets_leaves_the_job_uncertain():
    mechanism = Mechanism(PROFILE.dots)
    mechanism.set_fault("reset_after", after=60)
    with PrinterServer(mechanism) as server:
        quiet = Counter(TcpTransport("127.0.0.1", server.port, answers_status=False, timeout_s=SHORT_S), mechanism)
        delivery = quiet.send(render(PAPER, PROFILE))

    assert delivery == Delivery(Outcome.UNCERTAIN, "printer.cut_off")


def test_a_folder_keeps_each_job_whole_under_its_number(folder):
    job = render(PAPER, PROFILE)

    folder.send(job)
    folder.send(job)

    assert {path.name: path.read_bytes() for path in folder.folder.iterdir()} == {"000001.bin": job, "000002.bin": job}


def test_a_device_file_takes_the_bytes_as_they_are(tmp_path):
    device = tmp_path / "lp0"
    device.touch()
    job = render(PAPER, PROFILE)

    delivery = Counter(FileTransport(device), Mechanism(PROFILE.dots)).send(job)

    assert delivery == Delivery(Outcome.PRINTED, "printer.unconfirmed")
    assert device.read_bytes() == job


def counter_settles(claim, seconds=2.0):
    """Wait until a claim about the other end of a socket holds."""
    ends = time.monotonic() + seconds
    pause = threading.Event()
    while not claim() and time.monotonic() < ends:
        pause.wait(0.005)
    return claim()
