"""The inside of a simulated receipt printer: memory, paper, sensors, faults; no wire and no clock."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from pos_app.devices.printers.interpreter import Interpreter
from pos_app.devices.printers.printed import (
    Asked,
    DrawerPulse,
    Fed,
    PaperCut,
    Part,
    PrintedBarcode,
    PrintedQr,
    PrintedText,
)

NEVER = -1
DLE_EOT = b"\x10\x04"
COUNTED = ("reset_after", "cut_after", "paper_ends_after")


@dataclass(slots=True)
class Faults:
    """What is wrong with the printer. The ``*_after`` faults count bytes of the next job and then clear themselves."""

    unplugged: bool = False  # nothing listens
    paper_out: bool = False
    paper_low: bool = False
    cover_open: bool = False
    offline: bool = False
    jammed: bool = False  # the cutter is blocked
    mute: bool = False  # prints, never answers
    stall: bool = False  # takes bytes, does nothing, answers nothing
    nonsense: bool = False  # answers, but rubbish
    reset_after: int = NEVER  # the connection breaks
    cut_after: int = NEVER  # the power fails
    paper_ends_after: int = NEVER

    @property
    def blocked(self) -> bool:
        """Say whether bytes wait in the printer's memory instead of reaching paper."""
        return self.paper_out or self.cover_open or self.offline or self.jammed or self.stall


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """One piece of paper as it fell from the blade."""

    number: int
    parts: tuple[Part, ...]
    raw: bytes

    def lines(self) -> list[str]:
        """Return the text lines; codes appear as ``[QR …]`` and ``[BARCODE …]``."""
        return [line for part in self.parts if (line := _as_text(part)) is not None]


class PowerCut(Exception):
    """The simulated printer lost its power, or its connection, in the middle of a job."""


@dataclass(slots=True)
class Mechanism:
    """The printer behind its plug: takes bytes, answers questions, prints, fails. Safe to use from several threads."""

    dots: int = 576
    on_paper: Callable[[PrintedPaper], None] | None = None
    faults: Faults = field(default_factory=Faults)
    papers: list[PrintedPaper] = field(default_factory=list)
    pulses: list[int] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _interpreter: Interpreter = field(default_factory=Interpreter)
    _waiting: bytearray = field(default_factory=bytearray)
    _parts: list[Part] = field(default_factory=list)
    _raw: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._interpreter = Interpreter(self.dots)

    def feed(self, data: bytes) -> bytes:
        """Take bytes as they come over the wire and return the answers.

        Raises:
            PowerCut: when a fault breaks the connection here.
        """
        with self._lock:
            self.received += data
            for name in COUNTED:
                left = getattr(self.faults, name)
                if left == NEVER or data.startswith(DLE_EOT):
                    continue
                if left < len(data):
                    setattr(self.faults, name, NEVER)
                    return self._spoken(self._break(name, data[:left], data[left:]))
                setattr(self.faults, name, left - len(data))
            return self._spoken(self._print(data))

    def set_fault(self, name: str, *, on: bool = True, after: int = NEVER) -> None:
        """Set one fault by its name; ``after`` for those that count bytes."""
        with self._lock:
            setattr(self.faults, name, after if name in COUNTED else on)
            self._go_on()

    def repair(self) -> None:
        """Clear every fault; what waits in the printer's memory is printed now, as on a real one."""
        with self._lock:
            self.faults = Faults()
            self._go_on()

    def hang_up(self) -> None:
        """The computer let go: a half-sent command is forgotten, a printer without a blade has its paper torn off."""
        with self._lock:
            if not self.faults.blocked:
                self._tear_off()
                self._interpreter = Interpreter(self.dots)

    def _break(self, name: str, before: bytes, rest: bytes) -> bytes:
        """Let a counted fault happen between two bytes."""
        answers = self._print(before)
        if name == "paper_ends_after":
            self.faults.paper_out = True
            return answers + self._print(rest)
        self.hang_up()
        raise PowerCut

    def _go_on(self) -> None:
        if not self.faults.blocked:
            waiting, self._waiting = bytes(self._waiting), bytearray()
            self._print(waiting)

    def _print(self, data: bytes) -> bytes:
        if self.faults.blocked:
            if data.startswith(DLE_EOT):  # answered at once, whatever waits
                return b"".join(self._answer(data[at : at + 3]) for at in range(0, len(data), 3))
            self._waiting += data
            return b""
        answers = b""
        for raw, parts in self._interpreter.commands(data):
            if not any(isinstance(part, Asked) for part in parts):
                self._raw += raw
            for part in parts:
                answers += self._happen(part)
        return answers

    def _happen(self, part: Part) -> bytes:
        match part:
            case Asked(question):
                return self._answer(question)
            case DrawerPulse(pin):
                self.pulses.append(pin)
            case PaperCut():
                self._parts.append(part)
                self._tear_off()
            case _:
                self._parts.append(part)
        return b""

    def _tear_off(self) -> None:
        parts, raw = tuple(self._parts), bytes(self._raw)
        self._parts, self._raw = [], bytearray()
        if any(not isinstance(part, Fed | PaperCut) for part in parts):
            paper = PrintedPaper(len(self.papers) + 1, parts, raw)
            self.papers.append(paper)
            if self.on_paper is not None:
                self.on_paper(paper)

    def _answer(self, question: bytes) -> bytes:
        faults = self.faults
        if question[:2] == b"\x1dr":
            return bytes([(0b1100 if faults.paper_out else 0) | (0b0011 if faults.paper_low else 0)])
        status = 0b0001_0010
        if question[2:] == b"\x01":
            status |= 0b1000 if faults.blocked else 0
        elif question[2:] == b"\x02":
            status |= (0b100 if faults.cover_open else 0) | (0b10_0000 if faults.paper_out else 0)
            status |= 0b100_0000 if faults.jammed else 0
        elif question[2:] == b"\x03":
            status |= 0b1000 if faults.jammed else 0
        elif question[2:] == b"\x04":
            status |= (0b110_0000 if faults.paper_out else 0) | (0b1100 if faults.paper_low else 0)
        return bytes([status])

    def _spoken(self, answers: bytes) -> bytes:
        if self.faults.mute or self.faults.stall:
            return b""
        return bytes(0xFF for _ in answers) if self.faults.nonsense else answers


def _as_text(part: Part) -> str | None:
    match part:
        case PrintedText():
            return part.text
        case PrintedQr(data):
            return f"[QR {data}]"
        case PrintedBarcode(data):
            return f"[BARCODE {data.decode('latin-1')}]"
        case Fed() | PaperCut():
            return None
        case _:
            return f"[{type(part).__name__}]"
