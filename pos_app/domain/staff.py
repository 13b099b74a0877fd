"""The people at the till and what each may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles, least first; what each may do is in ``MAY``."""

    CASHIER = "cashier"
    ASSISTANT = "assistant"
    MANAGER = "manager"
    AUDITOR = "auditor"


class Act(StrEnum):
    """What a role can be allowed to do."""

    SELL = "sell"
    CALL = "call"
    CLOSE_DAY = "close_day"
    READ_X = "read_x"
    APPROVE = "approve"
    AUDIT = "audit"


MAY: dict[Role, frozenset[Act]] = {
    Role.CASHIER: frozenset({Act.SELL, Act.CALL, Act.READ_X}),
    Role.ASSISTANT: frozenset({Act.SELL, Act.CALL}),
    Role.MANAGER: frozenset(set(Act) - {Act.AUDIT}),
    Role.AUDITOR: frozenset({Act.AUDIT, Act.READ_X}),
}


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person as head office publishes them; ``pin_hash`` is an argon2id string."""

    staff_id: str
    store_id: str
    name: str
    role: Role
    pin_hash: str
    version: int = 1

    def may(self, act: Act) -> bool:
        """Say whether this person's role allows ``act``."""
        return act in MAY[self.role]
