"""What the member desk answers with: rows, the card, offers, and the sign-up form."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pos_app.domain.care import CarePrompt as Prompt
from pos_app.domain.catalogue import Item
from pos_app.domain.members import Child, HeldElsewhere, Member, Purpose, Tier, TierChange, Vesting
from pos_app.domain.tiers import Standing
from pos_app.services.balances import NO_VALUE, CardStanding, CouponStanding, ValueStanding

__all__ = ["MemberCard", "MemberRow", "Offer", "PhoneStanding", "PhoneState", "Prompt", "Reach", "SignUp"]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One found member. ``masked_phone`` is ``138****6627``; ``points`` the total as known here."""

    member_id: str
    name: str
    masked_phone: str
    tier: Tier
    points: int
    last_visit_on: date | None


class Reach(StrEnum):
    """Whether the points usable here take an item home."""

    ENOUGH = "enough"
    NEARLY = "nearly"  # at least 70 % of its price
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Offer:
    """An item the member may take for points, each costing ``points``."""

    item: Item
    points: int
    state: Reach


@dataclass(frozen=True, slots=True)
class MemberCard:
    """The member attached to a sale, or looked at.

    ``usable_here`` can be spent now at this till; ``total`` is head office's figure of ``as_of_ms`` (None if it has
    not confirmed the member yet) with what was done here since. ``worth_minor`` is the worth of ``total``.
    ``earned_offline_only`` marks somebody who joined here and is not confirmed yet; ``merged`` are the records that
    head office found to be the same person. ``value`` is stored value, ``lots`` are coupons and punch cards,
    ``cards`` the punch cards that head office publishes with the stamps on them.
    ``vesting`` is the part of ``total`` that may not be spent yet, ``spendable`` what is left of it without that.
    ``owed`` are points that the next earnings repay; they are not taken off ``total``.
    ``standing`` is their tier and what makes it, ``tier_changed`` head office's last change of it.
    """

    member: Member
    masked_phone: str
    usable_here: int
    total: int
    as_of_ms: int | None
    held_elsewhere: tuple[HeldElsewhere, ...]
    worth_minor: int
    last_visit_on: date | None
    prompts: tuple[Prompt, ...]
    offers: tuple[Offer, ...]
    earned_offline_only: bool
    standing: Standing
    merged: tuple[Member, ...] = ()
    value: ValueStanding = NO_VALUE
    coupons: tuple[CouponStanding, ...] = ()
    tier_changed: TierChange | None = None
    vesting: tuple[Vesting, ...] = ()
    cards: tuple[CardStanding, ...] = ()
    owed: int = 0

    @property
    def spendable(self) -> int:
        """Return what could be spent now if all of it were here."""
        return max(self.usable_here, self.total - sum(each.points for each in self.vesting))


class PhoneStanding(StrEnum):
    """What is known about a phone."""

    FREE = "free"
    REGISTERED = "registered"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class PhoneState:
    """A phone looked up. ``phone`` is E.164, empty when invalid; ``member`` who has it."""

    standing: PhoneStanding
    phone: str = ""
    member: MemberRow | None = None


@dataclass(frozen=True, slots=True)
class SignUp:
    """The filled-in form. ``agreed`` are the purposes answered yes; all others are answered no.

    Without ``Purpose.CHILD`` the children are dropped. ``method`` is ``screen`` | ``signature`` | ``paper``;
    ``referrer`` is the referring member's id, empty for none.
    ``birthday`` is the member's own; only month and day matter.
    """

    phone: str
    name: str
    children: tuple[Child, ...] = ()
    agreed: frozenset[Purpose] = frozenset()
    method: str = "screen"
    referrer: str = ""
    birthday: date | None = None
