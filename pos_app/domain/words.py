"""The words that papers need, in one language: given to the builders as an argument, so that no rule knows gettext.

Fields ending in ``_f`` hold ``{placeholders}`` that the builder named in the comment fills.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pos_app.domain.explaining import PriceWords
from pos_app.domain.members import Tier


@dataclass(frozen=True, slots=True)
class CardWords:
    """What papers say of punch cards, the first beside the card's name."""

    moved_f: str  # {count}, {after}, {needed}
    owed_f: str  # {count}


@dataclass(frozen=True, slots=True)
class ReceiptWords:
    """Labels of a receipt. ``tenders`` names each ``TenderKind``, ``tiers`` each tier."""

    title: str
    number: str
    date: str
    till: str
    staff: str
    pieces_f: str  # {pieces}, {lines}
    list_price_f: str  # {price}
    comes_back_f: str  # {amount}
    subtotal: str
    note_f: str  # {note}
    prices: PriceWords
    redeemed_mark_f: str  # {points}
    list_total: str
    member_saving: str
    campaign_saving: str
    by_hand: str
    redeemed_items: str
    basket_points_f: str  # {points}
    added_tax: str
    due: str
    tenders: Mapping[str, str]
    given: str
    change: str
    rounding: str
    member: str
    points_used: str
    points_earned: str
    points_repaid: str
    usable_from_f: str  # {date}
    points_balance: str
    as_of_f: str  # {time}
    cards: CardWords
    call_due_f: str  # {date}
    tiers: Mapping[Tier, str]
    raised_f: str  # {tier}
    raised_by: Mapping[str, str]  # by ``tiers.Reason``: {months}, {amount}, {visits}, {years}
    term_until_f: str  # {tier}, {date}
    scan_hint: str
    thanks: str
    reprint_f: str  # {count}
    taxes: str
    tax_f: str  # {rate}, {goods}


@dataclass(frozen=True, slots=True)
class RefundWords:
    """Labels of a refund slip. ``tenders`` names each ``TenderKind``."""

    refund: str
    void: str
    exchange: str
    number: str
    date: str
    till: str
    staff: str
    original: str
    sold_on: str
    new_sale: str
    on_gift_f: str  # {amount}
    worth: str
    deducted_f: str  # {points}
    rounding: str
    tenders: Mapping[str, str]
    to_original_f: str  # {tender}
    given: str
    member: str
    points_before: str
    points_returned: str
    points_taken: str
    points_after: str
    points_owed: str
    coupons: str
    cards: CardWords
    reason: str
    reasons: Mapping[str, str]  # by the code of the reason
    customer: str
    signature: str
    original_hint: str
    taxes: str
    tax_f: str  # {rate}, {goods}


@dataclass(frozen=True, slots=True)
class AdviceWords:
    """What to ask about one kind of item, and what to advise."""

    ask: str
    advise: str


@dataclass(frozen=True, slots=True)
class SlipWords:
    """Labels of a call slip (回访小票). ``outcomes`` are the six in ``Outcome`` order, without their numbers.

    ``advice`` maps ``Item.advice`` to what to say, ``""`` for every other; ``nodes`` names each care node.
    """

    title: str
    running_f: str  # {number}, {count}
    due: str
    overdue_f: str  # {days}
    attempt_f: str  # {number}
    nameless: str
    parent_f: str  # {child}
    age_days_f: str  # {days}
    age_months_f: str  # {months}
    age_months_days_f: str  # {months}, {days}
    age_years_f: str  # {years}, {months}
    age_expected_f: str  # {months}, {days}
    girl: str
    boy: str
    bought_f: str  # {date}
    ask: str
    advise: str
    coming: str
    run_out_f: str  # {date}, {spread}, {item}
    node_ahead_f: str  # {date}, {months}, {care}
    dial: str
    outcome: str
    outcomes: tuple[str, ...]
    note: str
    scan_back: str
    printed_f: str  # {staff}, {time}
    privacy: str
    advice: Mapping[str, AdviceWords]
    nodes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HoldWords:
    """Labels of the slip of a held sale."""

    title: str
    no_receipt: str
    date: str
    till: str
    staff: str
    member: str
    pieces_f: str  # {pieces}
    due: str
    note: str
    scan_back: str
    in_chinese: bool
    weight_f: str  # {weight}


@dataclass(frozen=True, slots=True)
class CouponWords:
    """Labels of a coupon on paper; ``terms`` say what it is worth."""

    title: str
    terms: str
    member: str
    until: str
    once: str
    scan: str
    printed: str
    in_chinese: bool


@dataclass(frozen=True, slots=True)
class TopUpWords:
    """Labels of a top-up slip. ``tenders`` names each ``TenderKind``."""

    title: str
    number: str
    date: str
    till: str
    staff: str
    member: str
    paid: str
    gift: str
    gift_until: str
    later_f: str  # {due_on}
    tenders: Mapping[str, str]
    change: str
    after: str
    after_bought: str
    after_given: str
    note: str
    customer: str


@dataclass(frozen=True, slots=True)
class TopUpRefundWords:
    """Labels of the slip of a refunded top-up. ``tenders`` names each ``TenderKind``."""

    refund: str
    undo: str
    number: str
    date: str
    till: str
    staff: str
    member: str
    original: str
    sold_on: str
    principal: str
    deducted: str
    gift: str
    cancelled_f: str  # {due_on}
    tenders: Mapping[str, str]
    to_original_f: str  # {tender}
    given: str
    after: str
    after_bought: str
    after_given: str
    reason: str
    reasons: Mapping[str, str]
    customer: str
    signature: str


@dataclass(frozen=True, slots=True)
class DayWords:
    """Labels of the X and Z papers."""

    x_title_f: str  # {number}
    x_note: str
    x_note_blind: str
    z_title_f: str  # {number}
    shift_title_f: str  # {shift_no}
    copy_f: str  # {count}
    business_date: str
    shift: str
    till: str
    staff: str
    printed: str
    sales: str
    due: str
    rounding: str
    tenders: Mapping[str, str]
    tender_f: str  # {tender}, {count}
    tender_back_f: str  # {tender}, {count}
    tender_total: str
    refunds_f: str  # {count}
    topups_f: str  # {count}
    topup_gift: str
    topup_refunds_f: str  # {count}
    topup_deducted: str
    tender_topup_f: str  # {tender}, {count}
    tender_topup_back_f: str  # {tender}, {count}
    checked_f: str  # {tender}
    cash_moves: Mapping[str, str]
    discounts: Mapping[str, str]
    taxes: str
    tax_f: str  # {rate}, {goods}
    tax_back_f: str  # likewise, of goods that came back
    cash_into: str
    cash_out_of: str
    slip_no: str
    why: str
    hidden: str
    points_earned: str
    points_redeemed: str
    members_joined: str
    calls_recorded: str
    baskets_voided: str
    drawer_openings: str
    overrides: str
    reprints: str
    points_returned: str
    points_taken_back: str
    proof: str
    proofs: Mapping[str, str]
    equal: str
    differs_f: str  # {amount}
    receipts: str
    float_cash: str
    expected_cash: str
    counted_cash: str
    first_count: str
    over: str
    short: str
    exact: str
    reason: str
    approved_by: str
    pieces_f: str  # {value}, {pieces}
    kept_cash: str
    handed_in: str
    shift_line_f: str  # {shift_no}, {staff}, {sales}
    records: str
    unsent: str
    uncertain: str
    charges: Mapping[str, str]  # {tender}
    held: str
    log_hash: str
    signature: str
    handed_by: str
    taken_by: str
