"""The people at the till and what each may do."""

from dataclasses import dataclass
from enum import StrEnum

WHOLE_BP = 10_000


class Role(StrEnum):
    """Roles, least first; what each may do is in ``MAY``."""

    CASHIER = "cashier"
    ASSISTANT = "assistant"
    MANAGER = "manager"
    AUDITOR = "auditor"


class Act(StrEnum):
    """What a role can be allowed to do: the first by its role (``MAY``), the rest as far as its ``RoleLimit`` goes."""

    SELL = "sell"
    CALL = "call"
    CLOSE_DAY = "close_day"
    HAND_OVER = "hand_over"
    READ_X = "read_x"
    APPROVE = "approve"
    AUDIT = "audit"
    DISCOUNT_LINE = "discount_line"
    DISCOUNT_ORDER = "discount_order"
    SET_PRICE = "set_price"
    REFUND = "refund"
    VOID = "void"
    OPEN_DRAWER = "open_drawer"
    REPRINT = "reprint"
    MOVE_CASH = "move_cash"
    UNLOCK = "unlock"
    SETTLE_CHARGE = "settle_charge"
    VOUCH = "vouch"
    RENEW_PROOF = "renew_proof"


MAY: dict[Role, frozenset[Act]] = {
    Role.CASHIER: frozenset({Act.SELL, Act.CALL, Act.READ_X, Act.HAND_OVER}),
    Role.ASSISTANT: frozenset({Act.SELL, Act.CALL}),
    Role.MANAGER: frozenset({Act.SELL, Act.CALL, Act.CLOSE_DAY, Act.HAND_OVER, Act.READ_X, Act.APPROVE, Act.AUDIT}),
    Role.AUDITOR: frozenset({Act.AUDIT, Act.READ_X}),
}


@dataclass(frozen=True, slots=True)
class RoleLimit:
    """How far a role may go alone; beyond it somebody whose limit reaches further approves, for that one act.

    Discounts in basis points of the price before them; ``refund_minor`` is one refund, ``cash_minor`` one movement of
    cash in or out. ``drawer_openings`` counts openings without a sale in a shift, ``reprints`` those of one receipt.
    ``history_days``: how far back the role sees what a member bought and said; 0 is today only.
    A price may be set by hand (``may_set_price``) as far below the list price as ``line_discount_bp`` allows.
    """

    role: Role
    line_discount_bp: int = 0
    order_discount_bp: int = 0
    may_set_price: bool = False
    refund_minor: int = 0
    may_void: bool = False
    drawer_openings: int = 0
    reprints: int = 0
    cash_minor: int = 0
    history_days: int = 0

    def allows(self, act: Act, amount: int = 0) -> bool:
        """Say whether the role may do ``act`` alone.

        Args:
            amount: what the act comes to, in the unit of its limit: basis points, minor units, or the how-maniest
                time (the first is 1). Not read for ``VOID``.
        """
        most = {
            Act.DISCOUNT_LINE: self.line_discount_bp,
            Act.DISCOUNT_ORDER: self.order_discount_bp,
            Act.SET_PRICE: self.line_discount_bp if self.may_set_price else -1,
            Act.REFUND: self.refund_minor,
            Act.VOID: amount if self.may_void else amount - 1,
            Act.OPEN_DRAWER: self.drawer_openings,
            Act.REPRINT: self.reprints,
            Act.MOVE_CASH: self.cash_minor,
        }
        return act in most and amount <= most[act]

    def is_sound(self) -> bool:
        """Say whether every limit is one that can be meant: no share above the whole, nothing below zero."""
        shares = (self.line_discount_bp, self.order_discount_bp)
        counts = (self.refund_minor, self.drawer_openings, self.reprints, self.cash_minor, self.history_days)
        return all(0 <= share <= WHOLE_BP for share in shares) and min(counts) >= 0


LIMITS = (
    RoleLimit(Role.CASHIER, 1_000, 500, refund_minor=0, drawer_openings=3, reprints=2),
    RoleLimit(Role.ASSISTANT, 500, 0, refund_minor=0, drawer_openings=0, reprints=1, history_days=730),
    RoleLimit(
        Role.MANAGER,
        line_discount_bp=5_000,
        order_discount_bp=3_000,
        may_set_price=True,
        refund_minor=1_000_000,
        may_void=True,
        drawer_openings=100,
        reprints=100,
        cash_minor=1_000_000,
        history_days=3_650,
    ),
)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person as head office publishes them; ``pin_hash`` is an argon2id string.

    ``card`` is what their staff card holds (``codes.staff_code``), empty for none: it names them, the PIN proves them.
    """

    staff_id: str
    store_id: str
    name: str
    role: Role
    pin_hash: str
    version: int = 1
    card: str = ""

    def may(self, act: Act) -> bool:
        """Say whether this person's role allows ``act``."""
        return act in MAY[self.role]
