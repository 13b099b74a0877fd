"""What checkout answers with: the state of the sale in hand, what a scan did, and what a payment did."""

from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.basket import Basket
from pos_app.domain.calls import Call
from pos_app.domain.catalogue import Item
from pos_app.domain.events import TierRaised
from pos_app.domain.explaining import Goal, RuleName
from pos_app.domain.pricing import PricedBasket
from pos_app.domain.punch_cards import PunchCard
from pos_app.domain.tenders import TenderKind
from pos_app.domain.till import Undo
from pos_app.services.member_models import MemberCard, MemberRow


@dataclass(frozen=True, slots=True)
class GiftToFetch:
    """So many pieces of an item that the customer may have for nothing, and that nobody has scanned yet."""

    item: Item
    count: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """What explains a basket: the names of campaigns, and the thresholds that it nearly reaches."""

    names: tuple[RuleName, ...] = ()
    goals: tuple[Goal, ...] = ()


@dataclass(frozen=True, slots=True)
class SaleState:
    """Everything the sale screen shows. An empty ``basket.sale_id`` means that no sale is open.

    ``priced`` is None while nothing is rung up. ``proven`` says that the member showed card, code or phone,
    ``value_proven`` that it is enough to spend stored value;
    ``clock_behind`` that redeeming is locked because the clock cannot be trusted. ``points_dropped`` counts chosen
    points that this change took back because the rules no longer allowed them; ``reduction_dropped`` says that it took
    back what was off the order, because that is too much for the smaller order. ``earning_if_joined`` is what the
    sale would earn if this guest joined now (0 with a member); ``raising`` the tier that paying it earns the member.
    ``full_card`` is a punch card that can give a piece of what is rung up.
    ``gifts`` are what campaigns give beyond what is rung up; ``reasons`` explain what is priced. ``repriced`` names
    what has another list price than when the sale was put aside.
    """

    basket: Basket
    priced: PricedBasket | None
    member: MemberCard | None
    undo: Undo | None
    held_count: int
    next_receipt_no: str
    proven: bool = False
    clock_behind: bool = False
    points_dropped: int = 0
    earning_if_joined: int = 0
    raising: TierRaised | None = None
    reduction_dropped: bool = False
    reasons: Reasons = Reasons()
    value_proven: bool = False
    gifts: tuple[GiftToFetch, ...] = ()
    full_card: PunchCard | None = None
    repriced: tuple[str, ...] = ()

    @property
    def can_undo(self) -> bool:
        """Say whether the last change can be taken back."""
        return self.undo is not None


class ScanKind(StrEnum):
    """What the scan line's text turned out to be."""

    ADDED = "added"
    MEMBER_ATTACHED = "member_attached"
    PAYMENT_CODE = "payment_code"
    CALL_SLIP = "call_slip"
    RECEIPT = "receipt"
    RECALLED = "recalled"
    COUPON = "coupon"
    CHOOSE = "choose"
    NEW_PHONE = "new_phone"  # a valid phone that nobody has: offer to sign up
    UNKNOWN = "unknown"  # words that found nothing


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan did, and the sale after it.

    ``item`` when added; ``payment`` the kind of a payment code (its digits are never kept); ``call_id``,
    ``receipt_no``; ``phone`` (E.164) when nobody has it; ``members`` and ``items`` to choose from.
    """

    kind: ScanKind
    state: SaleState
    item: Item | None = None
    payment: TenderKind | None = None
    call_id: str = ""
    receipt_no: str = ""
    phone: str = ""
    members: tuple[MemberRow, ...] = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class SaleDone:
    """A paid sale. The same one for every further ``pay`` of its ``sale_id``.

    ``points_after`` is the member's total, None without a member; ``raised`` the tier that the sale earned them.
    """

    sale_id: str
    receipt_no: str
    due_minor: int
    change_minor: int
    rounding_minor: int
    earned_points: int
    spent_points: int
    points_after: int | None
    calls: tuple[Call, ...]
    member_name: str
    raised: TierRaised | None = None
