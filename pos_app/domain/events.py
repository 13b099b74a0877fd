"""The facts that a terminal says: stored in its log, sent to head office, never changed."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from pos_app.domain.basket import Reduction
from pos_app.domain.calls import Call, Outcome
from pos_app.domain.cash import CashKind
from pos_app.domain.explaining import RuleName
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.members import Child, Consent, Member, Tier, TierTerm
from pos_app.domain.price_steps import CampaignUse, PointStep, PriceStep
from pos_app.domain.punch_cards import Stamps
from pos_app.domain.stored_value import GiftPart
from pos_app.domain.tax import TaxTotal
from pos_app.domain.tenders import Tender

SCHEMA_VERSION = 2


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When, where and by whom a fact was said. Clocks are advisory: no safety rule reads them.

    ``wall_utc_ms`` and ``mono_ms`` are milliseconds; ``boot_id`` names one run of the machine; ``ho_offset_ms`` is
    head office's clock minus ours when last heard, None if never.
    """

    business_date: date
    staff_id: str
    wall_utc_ms: int
    mono_ms: int
    boot_id: str
    ho_offset_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DayOpened:
    """A person opened the business day (and its first shift) with ``float_minor`` cash in the drawer.

    ``kept_minor`` is what the close before had left in it; the rest came from the cash office, or went there.
    """

    shift_no: int
    float_minor: int
    kept_minor: int = 0


@dataclass(frozen=True, slots=True)
class StaffSignedIn:
    """Somebody signed in at this till."""

    name: str


@dataclass(frozen=True, slots=True)
class StaffHandedOver:
    """Somebody took the locked till over from ``before_id``; ``sale_id`` is the open sale that came along, if any."""

    name: str
    before_id: str
    before: str
    sale_id: str = ""


@dataclass(frozen=True, slots=True)
class StaffSignedOut:
    """Whoever was signed in left this till; ``unsent`` is how many facts head office had not accepted then."""

    name: str
    unsent: int


@dataclass(frozen=True, slots=True)
class StaffPinWrong:
    """A wrong PIN was typed for ``staff_id``, the ``wrong``-th in a row; the one that locks is ``StaffLockedOut``."""

    staff_id: str
    name: str
    wrong: int


@dataclass(frozen=True, slots=True)
class StaffLockedOut:
    """Too many wrong PINs in a row were typed for ``staff_id``; nobody may try it for a while."""

    staff_id: str
    name: str


@dataclass(frozen=True, slots=True)
class SaleLine:
    """A sold line; the fields mean what they mean in ``pricing.PricedLine``. One sold before them has no steps.

    Weighed goods have ``weight_g`` and what a kg of them cost, ``kg_minor``. ``by_hand`` is ``BasketLine.by_hand``.
    ``net_minor`` holds the tax, ``tax_minor`` at the rate ``tax_bp``, whether the list price did or not.
    ``stamps`` are what the line gave on punch cards; ``reward`` is what a full card was stamped with that gave it.
    """

    line_no: int
    item_id: int
    barcode: str
    name: str
    quantity: int
    list_minor: int
    net_minor: int
    redeemed_points: int
    redeemed_minor: int
    basket_points: int
    basket_points_minor: int
    paid_minor: int
    earned_points: int
    rules: tuple[str, ...]
    steps: tuple[PriceStep, ...] = ()
    gains: tuple[PointStep, ...] = ()
    term: TierTerm | None = None  # what a paid membership grants
    term_until: date | None = None  # its last day, as this till knows the terms before it
    weight_g: int = 0
    kg_minor: int = 0
    by_hand: Reduction | None = None
    note: str = ""
    tax_bp: int = 0
    tax_minor: int = 0
    stamps: tuple[Stamps, ...] = ()
    reward: Stamps | None = None


@dataclass(frozen=True, slots=True)
class AtRisk:
    """``amount`` uses of a coupon or punch card that were accepted without holding it, at the merchant's risk."""

    asset: Asset
    lot: str
    amount: int


@dataclass(frozen=True, slots=True)
class TierRaised:
    """The member is in a higher tier from the next sale on, and why: a ``tiers.Reason`` and the figures behind it.

    ``spend_minor`` and ``visits`` are those of the rule's ``window_months``, this sale included; ``years`` whole ones
    of membership. ``kept_until`` is the last day if nothing more is bought, None for no end. As the till knew it: head
    office works it out again, and its word counts.
    """

    tier: Tier
    was: Tier
    reason: str
    spend_minor: int
    visits: int
    years: int
    window_months: int
    kept_until: date | None
    rule: str


@dataclass(frozen=True, slots=True)
class Sale:
    """A paid sale. ``sum(paid_minor) == due_minor == sum(tender.amount_minor) - rounding_minor``.

    ``rounding_minor`` is what cash rounding added (negative: 抹零 took it off). ``spends`` debit this terminal's
    holdings: those of points sum to all points of the lines, those of stored value to its tenders. Of the points that
    the lines earned ``repaid_points`` are set off against what the member owed; ``earned`` is the self-grant of the
    rest, None if there is none or (``earn_only``) the card is not in the directory.
    ``calls`` are the follow-ups that the sale made due. ``at_risk`` are coupons accepted without holding them.
    ``raised`` is the tier that the sale earned its member; it was priced in the tier before.
    ``keeps_coupon``: its coupon does not come back with the goods, as its rule said then.
    ``uses`` are the campaigns that were applied, ``names`` what they are called; ``by_hand`` was taken off the whole
    order. ``note`` and the notes of the lines are on the receipt if ``prints_notes``. ``stamped`` are self-grants of
    the stamps of its lines; ``spends`` have those of its rewards.
    A tender ``exchange`` is goods that came back in the same step: ``behind`` is what those had been paid with,
    ``behind_spends`` the stored value of it by grant, ``bought_on`` the day from which the days of return count.
    """

    sale_id: str
    receipt_no: str
    member_id: str | None
    lines: tuple[SaleLine, ...]
    tenders: tuple[Tender, ...]
    due_minor: int
    rounding_minor: int
    spends: tuple[Spend, ...]
    earned: Grant | None
    calls: tuple[Call, ...]
    programme_version: str
    at_risk: tuple[AtRisk, ...] = ()
    raised: TierRaised | None = None
    names: tuple[RuleName, ...] = ()
    by_hand: Reduction | None = None
    note: str = ""
    prints_notes: bool = False
    uses: tuple[CampaignUse, ...] = ()
    keeps_coupon: bool = False
    stamped: tuple[Grant, ...] = ()
    behind: tuple[Tender, ...] = ()
    behind_spends: tuple[Spend, ...] = ()
    bought_on: date | None = None
    repaid_points: int = 0


@dataclass(frozen=True, slots=True)
class RefundedLine:
    """Pieces of one sold line that came back, and their share (``refunds.share``) of what the line was worth.

    ``points`` had been spent on them and were worth ``points_minor``; ``earned_points`` had been earned by them.
    ``tax_minor`` at the rate ``tax_bp`` is inside. ``before`` counts the pieces of the line that had come back before,
    None where that was not known. ``stamps`` are those that they had given.
    """

    line_no: int
    quantity: int
    paid_minor: int
    points: int
    points_minor: int
    earned_points: int
    before: int | None = None
    tax_bp: int = 0
    tax_minor: int = 0
    stamps: tuple[Stamps, ...] = ()


@dataclass(frozen=True, slots=True)
class SaleRefunded:
    """Goods of a paid sale came back (退货).

    ``sum(tender.amount_minor) == refund_minor + rounding_minor - deducted_minor``.
    ``sold_as`` is the identity of the sale's event, ``refund_no`` the number of the refund's own paper. ``tenders``
    give money back (amounts are positive); ``by_tender`` says of each of ``money_back.paid_with`` how much of it came
    back, in whatever form. ``lots`` are the self-grants of the points given back, one for each lot that they had come
    from, none where they go to head office's holding; facts of before had at most one, ``returned``. Earned points are
    ``taken_back`` from holdings here; of the rest ``deducted_points`` were paid for with ``deducted_minor`` of the
    money, and ``owed_points`` head office takes from its holding or remembers. ``spends`` are the refund rights; none
    while this till still has the right itself, because it sold and has not closed that day. ``is_whole``: nothing of
    the sale is kept any more, so that its coupons return to head office; ``is_void``: all at once, on its own day and
    till. ``exchange_sale_id`` is the sale that a tender ``exchange`` pays for in part.
    The stamps of the lines are ``unstamped`` from holdings here; ``owed_stamps`` are missing, and whatever head office
    comes to have of the card pays them. What full cards gave in the lines goes back to head office's holding.
    """

    refund_id: str
    refund_no: str
    sale_id: str
    sold_as: Origin
    member_id: str | None
    lines: tuple[RefundedLine, ...]
    tenders: tuple[Tender, ...]
    refund_minor: int
    rounding_minor: int
    returned: Grant | None
    taken_back: tuple[Spend, ...]
    owed_points: int
    spends: tuple[Spend, ...]
    reason: str
    deducted_points: int = 0
    deducted_minor: int = 0
    is_whole: bool = False
    is_void: bool = False
    exchange_sale_id: str = ""
    unstamped: tuple[Spend, ...] = ()
    owed_stamps: tuple[Stamps, ...] = ()
    by_tender: tuple[int, ...] = ()
    lots: tuple[Grant, ...] = ()

    @property
    def given_back(self) -> tuple[Grant, ...]:
        """Return the self-grants of the points given back."""
        return self.lots if self.returned is None else (self.returned, *self.lots)


@dataclass(frozen=True, slots=True)
class MemberRegistered:
    """Somebody joined at this till, with consents. ``referrer`` is the id of the member who brought them, or empty."""

    member: Member
    referrer: str = ""


@dataclass(frozen=True, slots=True)
class ConsentChanged:
    """A member answered a purpose anew, for example withdrew the consent to be called."""

    member_id: str
    consent: Consent


@dataclass(frozen=True, slots=True)
class MemberAmended:
    """What is kept of a member was put right: how to address them, their children, their phone; None is as it was.

    ``initials`` go with ``name``. ``phone`` is E.164.
    """

    member_id: str
    name: str | None = None
    initials: str | None = None
    children: tuple[Child, ...] | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class CardReplaced:
    """A lost card was replaced: from here on ``lost_card_no`` and every dynamic code of its key count for nothing."""

    member_id: str
    lost_card_no: str
    card_no: str
    card_version: int
    code_key: str


@dataclass(frozen=True, slots=True)
class MergeAsked:
    """The shop says that two members are one person; head office puts it before somebody who decides."""

    member_id: str
    other_id: str


@dataclass(frozen=True, slots=True)
class ProfileOpened:
    """Somebody looked at all that is known of a member (会员全知道); for the audit."""

    member_id: str


@dataclass(frozen=True, slots=True)
class PhoneRevealed:
    """Somebody had a member's whole phone number shown; for the audit."""

    member_id: str


@dataclass(frozen=True, slots=True)
class MemberPinSet:
    """A member chose the PIN for spending stored value, or another one; ``pin_hash`` is argon2id."""

    member_id: str
    pin_hash: str


@dataclass(frozen=True, slots=True)
class ToppedUp:
    """A member bought stored value (充值): no revenue, no points. ``sum(tender.amount_minor) == paid_minor``.

    ``granted`` are the self-grants: what was bought, and the gift that is theirs at once. Head office gives ``later``
    when it falls due. ``rule`` is ``name@version``, empty where nothing is given.
    """

    topup_id: str
    topup_no: str
    member_id: str
    rule: str
    tenders: tuple[Tender, ...]
    paid_minor: int
    granted: tuple[Grant, ...]
    later: tuple[GiftPart, ...] = ()


@dataclass(frozen=True, slots=True)
class TopUpRefunded:
    """Bought stored value that was not spent came back for money (退储值), at the till that sold it and nowhere else.

    ``sum(tender.amount_minor) == principal_minor - deducted_minor``.
    ``sold_as`` is the identity of the top-up's event. ``spends`` take the principal, and the gift that goes with it,
    from holdings here; ``cancelled`` is what will not fall due of ``ToppedUp.later``; gift that was spent already costs
    ``deducted_minor``. ``is_undo``: all of it, on its own day, as if it had not been sold.
    """

    refund_id: str
    refund_no: str
    topup_id: str
    sold_as: Origin
    member_id: str
    tenders: tuple[Tender, ...]
    principal_minor: int
    spends: tuple[Spend, ...]
    cancelled: tuple[GiftPart, ...]
    reason: str
    deducted_minor: int = 0
    is_undo: bool = False


@dataclass(frozen=True, slots=True)
class GrantsInstalled:
    """Grants of head office became holdings here. Whole grants, so that a restored head office can re-book them."""

    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class RightsReleased:
    """Rights handed back: ``amount`` of each grant leaves this terminal's holdings."""

    member_id: str
    releases: tuple[Spend, ...]
    reason: str  # a ``releases.Reason``


@dataclass(frozen=True, slots=True)
class SlipsPrinted:
    """A run of call slips was printed, by the member of staff in the circumstances."""

    run_id: str
    call_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallRecorded:
    """What came of a call. ``next_due_on`` is when to call again, None when the call is done."""

    call_id: str
    member_id: str
    outcome: Outcome
    note: str
    problem: str
    next_due_on: date | None


@dataclass(frozen=True, slots=True)
class BasketVoided:
    """An open basket was cancelled before it was paid; for the audit."""

    sale_id: str
    line_count: int
    list_minor: int


@dataclass(frozen=True, slots=True)
class DrawerOpened:
    """The drawer was opened without a sale, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Overridden:
    """Somebody approved what went beyond the limit of the person in the circumstances; for one act, said before it.

    ``act`` is a ``staff.Act``; ``subject`` names what it was done to (receipt, item, person); ``amount_minor`` is the
    money it was about, 0 for none. ``approved_by`` is the staff id, ``approver`` the name.
    """

    act: str
    subject: str
    reason: str
    approved_by: str
    amount_minor: int = 0
    approver: str = ""


@dataclass(frozen=True, slots=True)
class CashMoved:
    """Cash was put into the drawer or taken out without a sale: ``amount_minor`` (1 or more) in the kind's direction.

    ``slip_no`` is the number on its slip.
    """

    kind: CashKind
    amount_minor: int
    reason: str
    slip_no: int


@dataclass(frozen=True, slots=True)
class ReceiptReprinted:
    """A receipt was printed again (补打), for the ``count``-th time."""

    receipt_no: str
    count: int


@dataclass(frozen=True, slots=True)
class DayPaperReprinted:
    """An X, a shift's or a Z paper was printed again (副本), for the ``count``-th time; ``number`` as on the paper."""

    kind: str
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """The wall clock stands before the newest fact; both instants in UTC milliseconds."""

    newest_ms: int
    wall_utc_ms: int


@dataclass(frozen=True, slots=True)
class TenderTotal:
    """What one kind of tender, cash movement or discount came to: how many there were and their sum."""

    kind: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ForeignTotal:
    """The notes of one currency: how many payments, ``foreign_minor`` of it, their worth, and the change given."""

    currency: str
    count: int
    foreign_minor: int
    worth_minor: int
    change_minor: int


@dataclass(frozen=True, slots=True)
class DayTotals:
    """What head office must be able to recompute from the log, to the cent and to the point; of a day or of a shift.

    ``facts`` counts the facts by kind; a close of before it was declared has none. ``cash_moved`` is by ``CashKind``.
    ``handed_over_short_minor`` is what hand-overs inside the day were counted over (positive) or short.
    ``discounts`` are the steps of sold lines by ``price_steps.Discount``: what they took off. Top-ups are no sales:
    what was paid for them and given with them at once, and the tenders, stand apart; so do their refunds, of which
    ``topup_refunded_minor`` is the principal and ``topup_deducted_minor`` what of it paid for gifts that were spent.
    ``taxes`` are of sold goods by rate, the highest first, those without tax left out; ``refund_taxes`` of those that
    came back.
    """

    seq_from: int
    seq_to: int
    sales: int
    due_minor: int
    rounding_minor: int
    tenders: tuple[TenderTotal, ...]
    points_earned: int
    points_redeemed: int
    members_joined: int
    calls_recorded: int
    baskets_voided: int
    drawer_openings: int
    first_receipt_no: str
    last_receipt_no: str
    refunds: int = 0
    refunded_minor: int = 0
    refund_tenders: tuple[TenderTotal, ...] = ()
    points_returned: int = 0
    points_taken_back: int = 0
    facts: tuple[tuple[str, int], ...] = ()
    cash_moved: tuple[TenderTotal, ...] = ()
    handed_over_short_minor: int = 0
    discounts: tuple[TenderTotal, ...] = ()
    topups: int = 0
    topped_up_minor: int = 0
    topup_gift_minor: int = 0
    topup_tenders: tuple[TenderTotal, ...] = ()
    foreign: tuple[ForeignTotal, ...] = ()
    topup_refunds: int = 0
    topup_refunded_minor: int = 0
    topup_deducted_minor: int = 0
    topup_refund_tenders: tuple[TenderTotal, ...] = ()
    taxes: tuple[TaxTotal, ...] = ()
    refund_taxes: tuple[TaxTotal, ...] = ()


@dataclass(frozen=True, slots=True)
class ProofLine:
    """Two ways to one figure of a close, which are the same where nothing is wrong; ``code`` names the figure."""

    code: str
    stated: int
    found: int

    @property
    def difference(self) -> int:
        """Return by how much the second way came out above the first."""
        return self.found - self.stated


@dataclass(frozen=True, slots=True)
class TenderCheck:
    """What the till booked for a kind of tender, and what the card terminal or the wallet says it took."""

    kind: str
    booked_minor: int
    terminal_minor: int

    @property
    def difference_minor(self) -> int:
        """Return what the terminal says beyond the books: a finding, never a reason to refuse."""
        return self.terminal_minor - self.booked_minor


@dataclass(frozen=True, slots=True)
class ChargeFound:
    """A charge through a payment gateway that somebody has to look at; ``finding`` is a ``charges.Finding``."""

    charge_id: str
    sale_id: str
    kind: str
    amount_minor: int
    finding: str


@dataclass(frozen=True, slots=True)
class ShiftHandedOver:
    """A shift ended inside the business day, and the next began with the counted cash as its float (交班).

    ``totals`` are of the facts from the shift's opening (the day's, or the hand-over before) to the one before this;
    counting and ``over_short_minor`` are as in ``DayClosed``.
    """

    shift_no: int
    totals: DayTotals
    float_minor: int
    expected_cash_minor: int
    counted_cash_minor: int
    counted: tuple[tuple[int, int], ...]
    over_short_minor: int
    over_short_reason: str
    approved_by: str
    approver: str = ""
    first_over_short_minor: int | None = None


@dataclass(frozen=True, slots=True)
class DayClosed:
    """The Z: a signed statement over all facts of the business date, from its opening to the one before this.

    ``counted`` maps denomination (minor) to pieces, as counted blind; ``over_short_minor`` is counted minus expected
    cash and is booked, never refused. ``first_over_short_minor`` is what the first count differed by, where it was
    counted again to another difference: whoever has seen what should be there counts blind no more. ``log_hash`` (hex)
    is the hash of the event ``seq_to``. ``shift_no`` is the last shift; the count is its count. ``kept_minor`` of the
    counted cash stayed in the drawer for the next day, the rest went to the cash office. ``approved_by`` and
    ``approver`` are id and name of who stands for a large difference, or for a close by who may not close alone.
    ``checked`` compares other tenders with their terminals. A close of before the day proved itself has no ``proof``.
    ``held`` sales stay on hold for the next day, as who closes decided. ``charges`` are the day's that somebody has to
    look at, and every older one of which nobody knows yet.
    """

    z_no: int
    shift_no: int
    totals: DayTotals
    float_minor: int
    expected_cash_minor: int
    counted_cash_minor: int
    counted: tuple[tuple[int, int], ...]
    over_short_minor: int
    over_short_reason: str
    approved_by: str
    log_hash: str
    kept_minor: int = 0
    checked: tuple[TenderCheck, ...] = ()
    proof: tuple[ProofLine, ...] = ()
    held: int = 0
    charges: tuple[ChargeFound, ...] = ()
    approver: str = ""
    first_over_short_minor: int | None = None


Fact: TypeAlias = (
    DayOpened
    | StaffSignedIn
    | StaffHandedOver
    | StaffSignedOut
    | StaffPinWrong
    | StaffLockedOut
    | Sale
    | SaleRefunded
    | MemberRegistered
    | ConsentChanged
    | MemberPinSet
    | MemberAmended
    | CardReplaced
    | MergeAsked
    | ToppedUp
    | TopUpRefunded
    | ProfileOpened
    | PhoneRevealed
    | GrantsInstalled
    | RightsReleased
    | SlipsPrinted
    | CallRecorded
    | BasketVoided
    | DrawerOpened
    | Overridden
    | CashMoved
    | ReceiptReprinted
    | DayPaperReprinted
    | ClockStepped
    | ShiftHandedOver
    | DayClosed
)

KINDS: dict[str, type[Fact]] = {
    "day_opened": DayOpened,
    "staff_signed_in": StaffSignedIn,
    "staff_handed_over": StaffHandedOver,
    "staff_signed_out": StaffSignedOut,
    "staff_pin_wrong": StaffPinWrong,
    "staff_locked_out": StaffLockedOut,
    "sale": Sale,
    "sale_refunded": SaleRefunded,
    "member_registered": MemberRegistered,
    "consent_changed": ConsentChanged,
    "member_pin_set": MemberPinSet,
    "member_amended": MemberAmended,
    "card_replaced": CardReplaced,
    "merge_asked": MergeAsked,
    "topped_up": ToppedUp,
    "topup_refunded": TopUpRefunded,
    "profile_opened": ProfileOpened,
    "phone_revealed": PhoneRevealed,
    "grants_installed": GrantsInstalled,
    "rights_released": RightsReleased,
    "slips_printed": SlipsPrinted,
    "call_recorded": CallRecorded,
    "basket_voided": BasketVoided,
    "drawer_opened": DrawerOpened,
    "overridden": Overridden,
    "cash_moved": CashMoved,
    "receipt_reprinted": ReceiptReprinted,
    "day_paper_reprinted": DayPaperReprinted,
    "clock_stepped": ClockStepped,
    "shift_handed_over": ShiftHandedOver,
    "day_closed": DayClosed,
}
KIND_OF: dict[type[Fact], str] = {fact: kind for kind, fact in KINDS.items()}

_NO_HISTORY = (Sale, RightsReleased, ProfileOpened, PhoneRevealed)


def whose_history(fact: Fact) -> str:
    """Return the member whose history a fact is part of, empty for none; sales are found by a table of their own."""
    if isinstance(fact, MemberRegistered):
        return fact.member.member_id
    member_id: str | None = None if isinstance(fact, _NO_HISTORY) else getattr(fact, "member_id", None)
    return member_id or ""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One row of a terminal's log as it is hashed, stored and sent; ``body`` is never re-serialised."""

    seq: int
    kind: str
    schema_version: int
    body: bytes
    prev_hash: bytes
    hash: bytes
