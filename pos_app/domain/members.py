"""Members, their children, and what they agreed to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pos_app.domain.ledger import Asset, Move


class Purpose(StrEnum):
    """What a person may agree to, each on its own and each revocable."""

    MEMBERSHIP = "membership"  # the programme itself; without it there is no member
    CHILD = "child"  # keeping the child's birth month; given by the guardian
    CALL = "call"  # follow-up by telephone
    MESSAGE = "message"  # offers by message


class Sex(StrEnum):
    """As told by the parent; unknown when not told."""

    GIRL = "girl"
    BOY = "boy"
    UNKNOWN = "unknown"


class Tier(StrEnum):
    """Member tiers, lowest first."""

    NORMAL = "normal"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"


SOME_YEAR = 2000  # a leap year: 29 February is a birthday


@dataclass(frozen=True, slots=True)
class Consent:
    """One answer to one purpose: which text, when (UTC), asked by whom, and how it was given."""

    purpose: Purpose
    granted: bool
    text_version: str
    at_ms: int
    staff_id: str
    method: str  # "screen" | "signature" | "paper"


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the household. ``born_on`` is the expected date while ``expected`` is true.

    A month without a day is stored as its first day with ``day_known`` false.
    """

    name: str
    born_on: date
    day_known: bool = False
    sex: Sex = Sex.UNKNOWN
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One person in the programme. ``phone`` is E.164 (``+8613800000000``); two members of one phone may be merged.

    ``card_no`` is 12 digits, the last two its check (ISO 7064 MOD 97-10); ``card_version`` grows when a card or
    its dynamic code is revoked; ``code_key`` (hex) makes the dynamic code and never leaves the encrypted databases.
    ``pin_hash`` (argon2id) is of the PIN for spending stored value, empty for none.
    ``birthday`` is the member's own, None if unknown; one told without its year is of ``SOME_YEAR``.
    """

    member_id: str
    card_no: str
    phone: str
    name: str
    initials: str
    tier: Tier
    home_store_id: str
    joined_on: date
    children: tuple[Child, ...] = ()
    consents: tuple[Consent, ...] = ()
    card_version: int = 1
    code_key: str = ""
    pin_hash: str = ""
    birthday: date | None = None

    def agrees_to(self, purpose: Purpose) -> bool:
        """Say whether the newest answer for ``purpose`` is yes; no answer is no."""
        answers = [consent for consent in self.consents if consent.purpose == purpose]
        return bool(answers) and max(answers, key=lambda consent: consent.at_ms).granted

    def known_children(self) -> tuple[Child, ...]:
        """Return the children as far as the guardian agrees that they are kept."""
        return self.children if self.agrees_to(Purpose.CHILD) else ()


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a member bought once, as the directory keeps it: enough for care, not a receipt."""

    item_id: int
    quantity: int
    bought_on: date
    store_id: str


@dataclass(frozen=True, slots=True)
class Month:
    """What a member bought in one ``month`` (its first day), with what came back taken off.

    ``visits`` are the days of which something that was paid for was kept.
    """

    month: date
    spend_minor: int
    visits: int


@dataclass(frozen=True, slots=True)
class TierTerm:
    """A tier for some months from a day, whatever is spent: bought over the counter, or given by head office.

    ``term_id`` names it for ever: the sold line, or head office's own act.
    """

    term_id: str
    tier: Tier
    from_on: date
    months: int
    is_bought: bool = True


@dataclass(frozen=True, slots=True)
class TierChange:
    """Head office's last change of a member's tier: when, from what, and why (a ``tiers.Reason``)."""

    on: date
    was: Tier
    reason: str


@dataclass(frozen=True, slots=True)
class TierFacts:
    """The facts that make a member's tier, as head office has them; months newest first, empty ones left out."""

    months: tuple[Month, ...] = ()
    terms: tuple[TierTerm, ...] = ()
    changed: TierChange | None = None


NO_FACTS = TierFacts()


@dataclass(frozen=True, slots=True)
class HeldElsewhere:
    """Points (or other rights) that a terminal holds for the member, and since when it has been silent (UTC).

    ``holder`` names the terminal life, as accounts do: a store is told of all its lanes, and each leaves itself out.
    """

    store_name: str
    points: int
    silent_since_ms: int | None
    lane: int = 0  # 0: not said
    store_name_en: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Vesting:
    """Points that may be spent from ``usable_from`` on; ``holder`` as in ``HeldElsewhere``, empty for head office."""

    points: int
    usable_from: date
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """Points, or minor units of value that was given, to be spent up to ``last_day``, whoever holds them."""

    points: int
    last_day: date


@dataclass(frozen=True, slots=True)
class MemberLot:
    """A coupon or punch card of the member: ``amount`` uses or punches in all; ``expires_on`` is the last day of it."""

    asset: Asset
    lot: str
    amount: int
    expires_on: date
    held_elsewhere: tuple[HeldElsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """Head office's view of what one member has at ``as_of_ms``.

    ``applied`` maps each terminal of the reading store to ``(epoch, seq)`` of its last event inside the figures;
    the terminal adds its own later events. ``held_elsewhere`` is of points, ``value_elsewhere`` of stored value: bought
    (``value_minor``) and given (``gift_minor``) together. ``lots`` are the coupons and punch cards, soonest to expire
    first, at most ``MAX_LOTS``. ``vesting`` is the part of ``points`` that could not be spent yet, and not in
    ``held_elsewhere``. ``ending`` are all ``points`` by last day, the soonest first, ``gift_ending`` so all
    ``gift_minor``. ``owed_points`` are owed for goods that came back, and not in ``points``.
    """

    points: int
    as_of_ms: int
    applied: dict[str, tuple[str, int]]
    held_elsewhere: tuple[HeldElsewhere, ...] = ()
    value_minor: int = 0
    gift_minor: int = 0
    value_elsewhere: tuple[HeldElsewhere, ...] = ()
    lots: tuple[MemberLot, ...] = ()
    vesting: tuple[Vesting, ...] = ()
    ending: tuple[Ending, ...] = ()
    owed_points: int = 0
    gift_ending: tuple[Ending, ...] = ()

    @property
    def at_office(self) -> int:
        """Return the points that no terminal holds."""
        held = sum(each.points for each in self.held_elsewhere)
        return max(0, self.points - held - sum(each.points for each in self.vesting if each.holder))


def ended(told: Iterable[Ending], moves: Iterable[Move], today: date, asset: Asset = Asset.POINTS) -> Counter[date]:
    """Return by last day what of an asset ended before ``today``: of ``told``, and of what was done after it.

    What was taken of a lot that is not in ``told`` any more counts below zero: it is in no figure.
    """
    over = Counter[date]()
    for lot in told:
        over[lot.last_day] += lot.points
    for move in moves:
        if move.asset is asset:
            over[move.expires_on] += move.amount
    return Counter({day: amount for day, amount in over.items() if day < today and amount})


def owed_now(balance: Balance | None, since: int) -> int:
    """Return the points that a member owes beyond what head office holds, and will repay them with.

    Args:
        balance: head office's figures, None where it has none yet.
        since: what became owed after them, less what was repaid.
    """
    return max(0, since if balance is None else balance.owed_points + since - balance.at_office)


@dataclass(frozen=True, slots=True)
class CampaignUsed:
    """How often a member used a campaign with a cap, at any till; ``until`` is the campaign's last day."""

    campaign_id: str
    times: int
    until: date


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member as head office publishes it to a store; ``version`` grows with every change.

    ``uses`` counts the sales that ``balance`` has in it.
    """

    member: Member
    balance: Balance
    last_visit_on: date | None
    purchases: tuple[Purchase, ...]  # newest first, at most MAX_PURCHASES
    version: int
    facts: TierFacts = NO_FACTS
    uses: tuple[CampaignUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberAlias:
    """``loser`` is the same person as ``survivor``, under whose name both are known; ``version`` grows."""

    loser: str
    survivor: str
    version: int


MAX_PURCHASES = 20
MAX_LOTS = 50
