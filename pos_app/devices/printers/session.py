"""The conversation with an ESC/POS printer over anything that carries bytes: ask, send, be told that it is printed.

1. Before a job the printer is asked, where its profile says that it answers; a problem means that no byte was sent.
2. From the job's first byte on, every trouble makes the job uncertain, never failed.
3. After the job ``GS r`` is asked, which the printer answers only when everything before is through.
4. A printer that never answers is believed when it took every byte and let the connection end in order.
"""

from typing import Protocol

from pos_app.devices.base import Delivery, Link, Outcome
from pos_app.devices.printers.status import (
    ASK_DONE,
    QUESTIONS,
    UNKNOWN_STATUS,
    PrinterStatus,
    Roll,
    read_done,
    read_status,
)
from pos_app.errors import Unavailable

ANSWER_S = 3.0  # a printer answers a status question within milliseconds, over any wire
PRINT_S = 5.0  # how long a long receipt may take to print before its end is doubted


class Wire(Protocol):
    """Carries bytes to a printer and back. Each call raises Unavailable ``printer.cut_off`` when the wire is gone."""

    def send(self, data: bytes) -> None:
        """Hand over all of ``data``; raises Unavailable ``printer.silent`` when the printer takes none for 3 s."""
        ...

    def receive(self, timeout_s: float) -> bytes:
        """Return what came, at least one byte; raises Unavailable ``printer.silent`` after ``timeout_s``."""
        ...

    def finish(self) -> None:
        """Say that nothing more comes, and wait shortly for the other end to agree."""
        ...

    def close(self) -> None:
        """Let go; calling it twice does no harm."""
        ...


class Session:
    """A ``Link`` over a wire; make it with ``open_session``."""

    def __init__(self, wire: Wire, status: PrinterStatus, *, answers: bool, print_s: float) -> None:
        self.status = status
        self._wire = wire
        self._answers = answers
        self._print_s = print_s

    def deliver(self, job: bytes, *, confirm: bool = True) -> Delivery:
        """Send the job; see ``Link.deliver``."""
        try:
            self._wire.send(job)
            if not confirm:
                return Delivery(Outcome.PRINTED)
            if not self._answers:
                self._wire.finish()
                return Delivery(Outcome.PRINTED, "printer.unconfirmed")
            self._wire.send(ASK_DONE)
            roll = read_done(self._wire.receive(self._print_s)[0])
        except Unavailable as error:
            return Delivery(Outcome.UNCERTAIN, error.code)
        return Delivery(Outcome.UNCERTAIN, "printer.paper_out") if roll is Roll.OUT else Delivery(Outcome.PRINTED)

    def close(self) -> None:
        """Let the printer go."""
        self._wire.close()


def open_session(wire: Wire, *, answers: bool, answer_s: float = ANSWER_S, print_s: float = PRINT_S) -> Link:
    """Ask the printer whether it is ready and return the link for one job; the wire is closed on a refusal.

    Raises:
        Unavailable: what the printer says of itself, see ``Transport.open``.
    """
    try:
        status = ask(wire, answer_s) if answers else UNKNOWN_STATUS
        if problem := status.problem():
            raise Unavailable(problem)
    except Unavailable:
        wire.close()
        raise
    return Session(wire, status, answers=answers, print_s=print_s)


def ask(wire: Wire, answer_s: float = ANSWER_S) -> PrinterStatus:
    """Ask the three real-time questions, one after the other."""
    answers: list[int] = []
    for question in QUESTIONS:
        wire.send(question)
        answers.append(wire.receive(answer_s)[0])
    printer, cause, paper = answers
    return read_status(printer, cause, paper)
