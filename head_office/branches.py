"""Branches: other histories of a terminal life, read from a disk that was rolled back or copied.

A branch never had rights. It shares the beginning of its log with the lives that it grew from, and has in the books a
life of its own, whose epoch is that of the terminal with a mark and a name of the branch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.ids import Origin

MARK = "~"  # between the epoch that a terminal used and the name of its branch
MAX_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Stem:
    """A life that a branch grew from: its events up to ``upto`` are the branch's too.

    ``suffix`` is what the books put behind the names of its own grants.
    """

    life_no: int
    suffix: str
    upto: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch: ``stems`` oldest first, the terminal's own life at the head; ``suffix`` as in ``Stem``."""

    stems: Sequence[Stem]
    suffix: str

    def life_of(self, seq: int, own: int) -> int:
        """Return the life that has event ``seq`` of this history; ``own`` is the branch's number."""
        return next((stem.life_no for stem in self.stems if seq <= stem.upto), own)


def said_epoch(epoch: str) -> str:
    """Return the epoch that the terminal itself used: that of a branch without the branch's name."""
    return epoch.partition(MARK)[0]


def maker_of(gid: str, holder: str) -> int | None:
    """Return which event of ``holder`` made a grant; None for another's or head office's."""
    made_by, _, seq = gid.rpartition("/")[0].rpartition("/")
    is_own = made_by == holder and seq.isascii() and seq.isdecimal() and len(seq) <= MAX_DIGITS
    return int(seq) if is_own else None


def said_as(terminal_id: str, epoch: str, seq: int) -> Origin:
    """Return the origin that the terminal itself gave an event of this life."""
    return Origin(terminal_id, said_epoch(epoch), seq)
