"""Ask an ESC/POS printer how it is and read its answers, as pure functions on bytes.

Source: Epson ESC/POS command reference, DLE EOT n (real-time status) and GS r n (status after all before is printed).
"""

from dataclasses import dataclass
from enum import StrEnum

from pos_app.errors import Unavailable

ASK_PRINTER = b"\x10\x04\x01"
ASK_OFFLINE_CAUSE = b"\x10\x04\x02"
ASK_PAPER = b"\x10\x04\x04"
QUESTIONS = (ASK_PRINTER, ASK_OFFLINE_CAUSE, ASK_PAPER)
ASK_DONE = b"\x1dr\x01"  # answered in turn: only when everything sent before is through


class Roll(StrEnum):
    """What a printer says of its paper."""

    UNKNOWN = "unknown"
    OK = "ok"
    LOW = "low"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """How a printer says it is; a printer that cannot say is ``UNKNOWN_STATUS``."""

    online: bool
    cover_open: bool
    fault: bool
    roll: Roll

    def problem(self) -> str:
        """Return the code of what keeps this printer from printing, or an empty string."""
        if self.cover_open:
            return "printer.cover_open"
        if self.roll is Roll.OUT:
            return "printer.paper_out"
        if self.fault:
            return "printer.fault"
        return "" if self.online else "printer.offline"


UNKNOWN_STATUS = PrinterStatus(online=True, cover_open=False, fault=False, roll=Roll.UNKNOWN)


def read_status(printer: int, cause: int, paper: int) -> PrinterStatus:
    """Combine the answers to the three ``QUESTIONS``.

    Raises:
        Unavailable: ``printer.nonsense`` when a byte cannot be such an answer (its fixed bits are wrong).
    """
    for answer in (printer, cause, paper):
        if answer & 0b1001_0011 != 0b0001_0010:
            raise Unavailable("printer.nonsense", answer=answer)
    paper_out = bool(paper & 0b0110_0000) or bool(cause & 0b0010_0000)
    low = bool(paper & 0b0000_1100)
    return PrinterStatus(
        online=not printer & 0b0000_1000,
        cover_open=bool(cause & 0b0000_0100),
        fault=bool(cause & 0b0100_0000),
        roll=Roll.OUT if paper_out else Roll.LOW if low else Roll.OK,
    )


def read_done(answer: int) -> Roll:
    """Read the answer to ``ASK_DONE``.

    Raises:
        Unavailable: ``printer.nonsense`` when the byte cannot be such an answer.
    """
    if answer & 0b1001_0000:
        raise Unavailable("printer.nonsense", answer=answer)
    if answer & 0b0000_1100:
        return Roll.OUT
    return Roll.LOW if answer & 0b0000_0011 else Roll.OK
