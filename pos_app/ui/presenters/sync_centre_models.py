"""What the sync centre shows: the state in words, what waits, what ran."""

from dataclasses import dataclass
from enum import Enum


class Link(Enum):
    """How head office stands to this till."""

    SYNCED = "synced"  # reached, nothing waits
    WAITING = "waiting"  # reached, something is still to be sent
    SENDING = "sending"  # a run is going on
    OFFLINE = "offline"  # not reached; selling goes on
    ATTENTION = "attention"  # a person must look: locked, enrolment, damaged stream
    UNENROLLED = "unenrolled"  # this till has never been connected


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many facts of one kind wait; ``kind`` is the stable name of the event."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Run:
    """One finished attempt. ``code`` is empty when it went well, else the error's code."""

    at_ms: int
    sent: int
    received: int
    took_ms: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """One stream from head office: ``members``, ``catalogue``, ``programme``, ``points``; None is never."""

    kind: str
    as_of_ms: int | None


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """How the sync lane stands. Times are UTC milliseconds; None is never or not planned.

    ``since_ms`` is when ``link`` became what it is. ``runs`` are the last ones, newest first. ``code`` names the
    error that stands behind ATTENTION or OFFLINE, empty when there is none to tell. ``put_aside`` names what came from
    head office and cannot be read or carried out: kind and id.
    """

    link: Link = Link.OFFLINE
    since_ms: int | None = None
    last_ok_ms: int | None = None
    next_try_ms: int | None = None
    downloads: tuple[Download, ...] = ()
    runs: tuple[Run, ...] = ()
    code: str = ""
    put_aside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncBoard:
    """Everything that the screen shows: the link, and what waits, by kind, most first."""

    status: LinkStatus
    waiting: tuple[KindCount, ...] = ()

    def unsent(self) -> int:
        """Return how many facts wait."""
        return sum(kind.count for kind in self.waiting)
