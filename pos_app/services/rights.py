"""Rights to spend: what to ask head office for, and installing what it grants."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.ledger import Grant
from pos_app.services.till import TillSession


@dataclass(frozen=True, slots=True)
class RightsNeed:
    """What to ask head office for. ``request_no`` makes the request idempotent: it is durable and never reused."""

    member_id: str
    amount: int
    request_no: int


class Rights:
    """Brings rights to this terminal and hands back what it may no longer spend."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def short_for(self, points: int) -> RightsNeed:
        """Return what the attached member lacks here to spend ``points`` in all.

        Raises Refused ``redeem.needs_member``, ``rights.not_needed``, ``rights.not_held`` where the total lacks them.
        """
        raise NotImplementedError

    def install(self, grants: Sequence[Grant]) -> int:
        """Make unknown grants holdings here, with one GrantsInstalled fact; return how many were new."""
        raise NotImplementedError

    def release(self, reason: str, member_id: str | None = None) -> int:
        """Hand back ended holdings (or all of one member's) and return the points that went."""
        raise NotImplementedError
