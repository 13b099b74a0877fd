"""What a terminal remembers between its facts: who it is, the open sale, held sales, shifts, sold sales."""

from dataclasses import dataclass
from datetime import date

from pos_app.domain.basket import Basket
from pos_app.domain.events import Sale, SaleRefunded, ToppedUp


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this terminal is, as head office enrolled it: one identity for the whole life of ``till.db``.

    ``epoch`` is ``"{incarnation}.{n}"``; ``certificate`` is head office's signature over it, ``head_office_key`` the
    key to check that signature with. ``store_no`` and ``lane`` are printed in receipt numbers.
    """

    terminal_id: str
    epoch: str
    certificate: bytes
    head_office_key: bytes
    store_id: str
    store_no: int
    store_name: str
    store_name_en: str
    lane: int


@dataclass(frozen=True, slots=True)
class Countersigned:
    """Head office's word, signed, that it held this terminal's log up to ``seq``, whose chain hash is ``hash``."""

    incarnation: str
    seq: int
    hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Undo:
    """What the last change of the basket was, for the words on the undo toast.

    ``code`` is one of ``item_added item_removed quantity_set member_attached member_detached line_redeemed
    line_unredeemed points_chosen sale_cancelled price_set line_reduced order_reduced hand_price_off noted``;
    ``subject`` is the item's or member's name, ``amount`` a quantity, points, the lines of a cancelled sale, a price
    set by hand, or what was taken off.
    """

    code: str
    subject: str = ""
    amount: int = 0


@dataclass(frozen=True, slots=True)
class OpenSale:
    """The basket in hand, and how its member was recognised.

    ``proof`` is how the member showed who they are: ``card`` | ``code`` | ``phone`` | ``last4`` | ``manager``; empty
    when they were picked from a list, which is not enough for a large redemption.
    """

    basket: Basket
    proof: str = ""


@dataclass(frozen=True, slots=True)
class HeldSale:
    """A basket put aside (挂单). ``due_minor`` and ``pieces`` are what it showed when it was put aside."""

    hold_id: int
    held_at_ms: int
    staff_id: str
    note: str
    member_name: str
    pieces: int
    due_minor: int
    sale: OpenSale


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's time at the till, inside a business date.

    ``opened_seq`` is where the day was opened or the shift before was handed over; ``closed_seq`` where this one was
    handed over or the day closed with Z number ``z_no``; None while open.
    """

    shift_no: int
    business_date: date
    opened_seq: int
    opened_at_ms: int
    staff_id: str
    float_minor: int
    closed_seq: int | None = None
    z_no: int | None = None


@dataclass(frozen=True, slots=True)
class NewDayPaper:
    """An X, shift or Z paper before it is kept: ``kind`` as the paper has it, ``number`` as it is printed on it."""

    kind: str
    number: int
    business_date: date
    printed_at_ms: int
    paper_job: int


@dataclass(frozen=True, slots=True)
class DayPaper:
    """An X, shift or Z paper that can be printed again; ``reprints`` copies were."""

    paper_no: int
    paper: NewDayPaper
    reprints: int


@dataclass(frozen=True, slots=True)
class SoldSale:
    """A paid sale as stored here. ``seq`` is its place in the log; ``paper_job`` its receipt in the print queue."""

    seq: int
    sale: Sale
    sold_at_ms: int
    business_date: date
    staff_id: str
    paper_job: int
    reprints: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A refund as stored here. ``seq`` is its place in the log."""

    seq: int
    fact: SaleRefunded
    at_ms: int


@dataclass(frozen=True, slots=True)
class SoldTopUp:
    """Stored value as it was sold here. ``seq`` is its place in the log."""

    seq: int
    fact: ToppedUp
    sold_at_ms: int
    business_date: date


@dataclass(frozen=True, slots=True)
class PinTries:
    """Wrong PINs in a row, and until when nobody may try; 0 when not locked.

    The lock-out counts on the monotonic clock of one run of the machine, ``boot_id``: no wall clock ends it.
    """

    wrong: int = 0
    locked_until_ms: int = 0
    boot_id: str = ""
