"""What the lanes of one terminal share."""

from collections.abc import Callable
from dataclasses import dataclass

from pos_app.sync.endpoints import HeadOffice
from pos_app.sync.link import Link
from pos_app.sync.status import Clock, StatusBoard
from pos_app.sync.till_port import TillPort


@dataclass(frozen=True, slots=True)
class Station:
    """One terminal at one head office. ``stopped`` says whether the program is ending: rounds then end early."""

    office: HeadOffice
    link: Link
    till: TillPort
    board: StatusBoard
    clock: Clock
    stopped: Callable[[], bool]
