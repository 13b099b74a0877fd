"""What the screens show: frozen values without Qt, made by presenters and bound by views.

Money is minor units, points are whole, instants are UTC epoch milliseconds. A ``str`` is either data of the
shop (a name, a product, a question that head office wrote) or already said in the language in
force: after a language change the presenter shows its values again.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Section(StrEnum):
    """The places of the rail, in its order."""

    SELL = "sell"
    MEMBERS = "members"
    CALLS = "calls"
    TODAY = "today"
    ORDERS = "orders"
    CLOSE = "close"
    REPORTS = "reports"
    SETTINGS = "settings"
    AUDIT = "audit"


class SyncState(StrEnum):
    """The four states of the sync chip, and work under way."""

    SYNCED = "synced"
    SYNCING = "syncing"
    WAITING = "waiting"
    OFFLINE = "offline"
    ATTENTION = "attention"


class Device(StrEnum):
    """The devices that have a chip in the status bar."""

    PRINTER = "printer"
    SCANNER = "scanner"
    CAMERA = "camera"
    DISPLAY = "display"


class DeviceState(StrEnum):
    """How a device is. OFF is wanted and calm; the last three stand out."""

    READY = "ready"
    OFF = "off"
    BUSY = "busy"
    PAPER_OUT = "paper_out"
    MISSING = "missing"
    FAULT = "fault"


class CareKind(StrEnum):
    """Why a care prompt is shown; decides icon and colour."""

    RUN_OUT = "run_out"
    FOLLOW_UP = "follow_up"
    MONTH_AGE = "month_age"
    STAGE_SWITCH = "stage_switch"
    BIRTHDAY = "birthday"
    POINTS_EXPIRING = "points_expiring"
    CASE = "case"
    CAMPAIGN = "campaign"


class CareAct(StrEnum):
    """The one act of a care prompt. DONE is shown as a calm word, not as a button."""

    RECORD = "record"
    ADD = "add"
    DONE = "done"
    OPEN = "open"


class Way(StrEnum):
    """The ways to pay that have a button; WeChat and Alipay share one, and so do both parts of stored value."""

    SCAN_PAY = "scan_pay"
    CASH = "cash"
    CARD = "card"
    VALUE = "value"
    POINTS = "points"


class Tender(StrEnum):
    """What a payment line is: the domain's kinds of money, and points against the basket."""

    CASH = "cash"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    CARD = "card"
    VALUE = "value"
    FOREIGN = "foreign"
    EXCHANGE = "exchange"
    POINTS = "points"


class Reach(StrEnum):
    """Whether the points suffice for an item."""

    ENOUGH = "enough"
    NEARLY = "nearly"
    NOT = "not"


class PointsChoice(StrEnum):
    """How many points go against the basket."""

    NONE = "none"
    ALL = "all"
    CUSTOM = "custom"


class PrintState(StrEnum):
    """What became of the receipt."""

    PRINTING = "printing"
    PRINTED = "printed"
    WAITING = "waiting"
    UNCERTAIN = "uncertain"
    NONE = "none"


class NoticeKind(StrEnum):
    """How a notice looks: done (dark, with Undo), info, warn, bad."""

    DONE = "done"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class NoticeAct:
    """One button of a notice: ``code`` comes back by ``notice_acted(code)``."""

    code: str
    word: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One line that says what was done or what went wrong, what is safe, and up to two acts."""

    kind: NoticeKind
    text: str
    detail: str = ""
    acts: tuple[NoticeAct, ...] = ()


@dataclass(frozen=True, slots=True)
class TillFace:
    """What the top bar says of the place."""

    store: str
    till: str
    receipt_no: str


@dataclass(frozen=True, slots=True)
class StaffFace:
    """Who is signed in; ``role`` and ``shift`` are words to show, ``sections`` what the rail offers this person."""

    name: str
    role: str
    shift: str
    sections: tuple[Section, ...] = tuple(Section)


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The sync chip: state, what waits here, what needs a person, and the last success (None: never).

    ``code`` is the error behind the state, empty for none.
    """

    state: SyncState
    unsent: int = 0
    conflicts: int = 0
    last_at_ms: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class DeviceChip:
    """One device of the status bar; ``waiting`` counts print jobs."""

    device: Device
    state: DeviceState
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class ChildLine:
    """A child: completed months and days of age (negative months: days until the expected birth).

    ``stage`` names the stage, ``stage_share`` is how much of it is gone, 0 to 1; ``sex`` is a word or empty.
    """

    name: str
    months: int
    days: int
    stage: str = ""
    stage_share: float = 0.0
    sex: str = ""


@dataclass(frozen=True, slots=True)
class CarePrompt:
    """One thing to say to this customer: what, why, and one act. ``short`` is the title for narrow screens."""

    prompt_id: str
    kind: CareKind
    title: str
    reason: str
    act: CareAct
    short: str = ""


@dataclass(frozen=True, slots=True)
class OfferChip:
    """An item that points can take home; ``taken`` in this sale already, or ``short_points`` missing."""

    offer_id: str
    name: str
    points: int
    taken: bool = False
    short_points: int = 0


@dataclass(frozen=True, slots=True)
class MemberCard:
    """The customer of this sale.

    ``points_here`` is what this till may spend now; ``points_total`` the balance of the programme as of
    ``as_of_ms``; ``elsewhere`` says in words which other tills hold some of it, ``vesting`` how many of them may be
    spent from which day on, ``owed`` how many are owed (all empty for none). ``worth_minor`` is the worth of
    ``points_here``. ``redeeming`` and ``earning`` are what this sale does. ``stale`` is set when the balance is older
    than 15 minutes. ``merged`` names the records that were found to be the same person. ``assets`` says in words what
    stored value, coupons and punch cards there are, empty for none; ``value_minor`` is the stored value in all.
    ``tier_note`` says what the next tier takes, of which ``tier_share`` (0 to 1) is done; None for nothing to reach.
    """

    member_id: str
    name: str
    masked_phone: str
    tier: str
    points_here: int
    points_total: int
    elsewhere: str
    worth_minor: int
    as_of_ms: int | None
    stale: bool = False
    redeeming: int = 0
    earning: int = 0
    children: tuple[ChildLine, ...] = ()
    care: tuple[CarePrompt, ...] = ()
    offers: tuple[OfferChip, ...] = ()
    merged: tuple[str, ...] = ()
    assets: str = ""
    tier_note: str = ""
    tier_share: float | None = None
    value_minor: int = 0
    vesting: str = ""
    owed: str = ""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Today's three numbers, shown while nobody is served."""

    visits: int
    sign_ups: int
    calls_due: int


@dataclass(frozen=True, slots=True)
class LastSale:
    """The sale before, shown while the basket is empty."""

    receipt_no: str
    at_ms: int
    pieces: int
    total_minor: int
    customer: str = ""


@dataclass(frozen=True, slots=True)
class BasketRow:
    """One line of the basket.

    ``list_minor`` is struck out when it differs from ``price_minor``. ``redeemed_points`` > 0 marks a line taken
    wholly in points. ``tag`` is a short word such as a campaign's name. ``weight`` says how much and what a kg costs
    (empty for pieces); ``is_piece`` is one weighed or labelled piece for ever. ``note`` was written beside the line.
    """

    line_id: str
    name: str
    spec: str
    code: str
    list_minor: int
    price_minor: int
    quantity: int
    amount_minor: int
    redeemed_points: int = 0
    tag: str = ""
    weight: str = ""
    is_piece: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """The due card: what the basket would cost, what the member saves, what points pay, what is due.

    ``added_tax_minor`` is put on top of prices that do not hold it.
    """

    pieces: int
    lines: int
    gross_minor: int
    saved_minor: int
    redeemed_minor: int
    due_minor: int
    earning: int = 0
    quick_cash_minor: tuple[int, ...] = ()
    scan_pay_offline: bool = False
    added_tax_minor: int = 0


@dataclass(frozen=True, slots=True)
class TenderLine:
    """One payment taken: ``detail`` is a reference or number of points in words; ``removable`` while unpaid.

    ``is_pending``: it is to be confirmed, and does not count yet.
    """

    tender_id: str
    tender: Tender
    amount_minor: int
    detail: str = ""
    removable: bool = True
    is_pending: bool = False


@dataclass(frozen=True, slots=True)
class PaymentFace:
    """The state of paying.

    ``rounding_minor`` is 抹零 on the cash part (negative takes away). ``change_minor`` is what cash gives back.
    ``value_usable_minor`` is what stored value can pay still; ``value_proven`` that the member showed who they are.
    ``currencies`` are taken in cash besides the shop's own. ``can_finish`` is set when nothing is owed. ``problem`` is
    one line that says why something cannot be. ``added_tax_minor`` of what is due is tax on top of the prices.
    ``by_gateway``: cards and wallets are charged, and need no reference; ``gateway_down``: they would be, if it could
    be reached.
    """

    due_minor: int
    taken: tuple[TenderLine, ...]
    owed_minor: int
    rounding_minor: int = 0
    change_minor: int = 0
    quick_minor: tuple[int, ...] = ()
    points_usable: int = 0
    value_usable_minor: int = 0
    value_proven: bool = False
    currencies: tuple[str, ...] = ()
    can_finish: bool = False
    online: bool = True
    problem: str = ""
    added_tax_minor: int = 0
    by_gateway: bool = False
    gateway_down: bool = False


@dataclass(frozen=True, slots=True)
class DoneFace:
    """What the finished sale left: how it was paid, change, points, the paper, the call that was scheduled.

    ``customer`` is who paid, None for a guest.
    """

    receipt_no: str
    settled: PaymentFace
    paid_minor: int
    change_minor: int
    print_state: PrintState
    customer: MemberCard | None = None
    points_earned: int = 0
    points_balance: int = 0
    call_on: date | None = None
    call_topic: str = ""
    raised: str = ""
    raised_why: str = ""


@dataclass(frozen=True, slots=True)
class RedeemRow:
    """One item of the redeem sheet.

    ``mix_points`` and ``mix_minor`` are the split offered when the points nearly suffice (0 and 0: none).
    """

    key: str
    name: str
    spec: str
    price_minor: int
    points: int
    reach: Reach
    taken: int = 0
    most: int = 1
    mix_points: int = 0
    mix_minor: int = 0
    short_points: int = 0


@dataclass(frozen=True, slots=True)
class RedeemFace:
    """The redeem sheet: the balance, the rows of the tab in view, points against the basket, before and after.

    ``cap_points`` and ``cap_minor`` are the most that the rules allow against the basket. ``used`` and ``left`` count
    everything in this sale. ``elsewhere`` says in words which other tills hold points. ``note`` is one line such as
    the offline limit; ``problem`` blocks confirming, and ``may_vouch`` says that a manager can lift it. ``proof_hint``
    says what may be typed as proof that it is the member, empty where none is asked for.
    """

    points_here: int
    points_total: int
    worth_minor: int
    as_of_ms: int | None
    stale: bool
    tab: str
    rows: tuple[RedeemRow, ...]
    choice: PointsChoice
    custom_points: int
    cap_points: int
    cap_minor: int
    used: int
    left: int
    due_before_minor: int
    due_after_minor: int
    note: str = ""
    problem: str = ""
    elsewhere: str = ""
    may_vouch: bool = False
    proof_hint: str = ""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One held sale: who (masked) or empty, how much, since when; ``number`` is the digit that takes it."""

    held_id: str
    number: int
    held_at_ms: int
    minutes: int
    customer: str
    pieces: int
    total_minor: int
    summary: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CouponRow:
    """One coupon of the member: what it takes off this sale, or in ``refusal`` why it cannot be used in it.

    ``terms`` say what it is worth anywhere, ``until`` is its last day, ``number`` the digit that uses it.
    """

    coupon_id: str
    number: int
    name: str
    terms: str
    until: date
    off_minor: int
    refusal: str = ""
    is_chosen: bool = False


class FinderKind(StrEnum):
    """What the finder looks for: a member to serve, a member to know all about, an item."""

    MEMBER = "member"
    PROFILE = "profile"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One hit of the finder: a title with a detail below, and a figure on the right with a remark below."""

    key: str
    title: str
    detail: str
    figure: str
    remark: str = ""
