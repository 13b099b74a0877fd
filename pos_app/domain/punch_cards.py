"""Punch cards (集点卡): what stamps one, what a full one gives, how long stamps last. Stamps are lots of the ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain.catalogue import Item
from pos_app.domain.ledger import Asset, Grant, Holding, Spend

RULE = "punch_"  # the step of a free piece is called ``punch_{card_id}@{version}``
MARK = "@"  # a lot of stamps is ``{card_id}@{member_id}``: one card of a kind a person


@dataclass(frozen=True, slots=True)
class PunchCard:
    """``needed`` stamps give one piece for nothing.

    A piece of one of ``items``, ``brands`` or ``categories`` that is paid with money gives ``stamps_each``; one sale
    gives at most ``most_a_sale`` (0: any number). Free is one of ``rewards``, where there are none whatever stamps,
    at a list price of at most ``most_minor`` (0: any). A card ends ``valid_days`` after its first stamp. ``card_id``
    is of capital letters and digits.
    """

    card_id: str
    name: str
    name_en: str = ""
    needed: int = 10
    items: tuple[int, ...] = ()
    brands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    rewards: tuple[int, ...] = ()
    most_minor: int = 0
    stamps_each: int = 1
    most_a_sale: int = 0
    valid_days: int = 365

    def is_sound(self) -> bool:
        """Say whether it can be published."""
        named = self.card_id.isascii() and self.card_id.isalnum() and self.card_id == self.card_id.upper()
        meant = bool(self.items or self.brands or self.categories)
        from_one = (self.needed, self.stamps_each, self.valid_days)
        return (
            named and bool(self.name) and meant and min(from_one) >= 1 and min(self.most_minor, self.most_a_sale) >= 0
        )

    def is_stamped_by(self, item: Item) -> bool:
        """Say whether buying an item stamps it."""
        return item.item_id in self.items or item.brand in self.brands or item.category in self.categories

    def gives(self, item: Item, list_minor: int) -> bool:
        """Say whether a piece of an item at its list price may be had for nothing."""
        meant = item.item_id in self.rewards if self.rewards else self.is_stamped_by(item)
        return meant and (not self.most_minor or list_minor <= self.most_minor)


@dataclass(frozen=True, slots=True)
class Stamps:
    """So many stamps of a card."""

    card_id: str
    count: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A priced line as cards see it: what it is, how many pieces, and whether any money is paid for it."""

    item: Item
    quantity: int
    is_paid: bool


@dataclass(frozen=True, slots=True)
class CardMoved:
    """What a paper did to a member's card: stamps ``moved`` onto it (below zero: off it), and those on it ``after``.

    ``owed`` are missing of what had to be taken back; later stamps repay them.
    """

    name: str
    moved: int
    after: int
    needed: int
    owed: int = 0


def lot_of(card_id: str, member_id: str) -> str:
    """Return the lot of a member's stamps on a card."""
    return f"{card_id}{MARK}{member_id}"


def card_of(lot: str) -> str:
    """Return the card that a lot of stamps is of."""
    return lot.partition(MARK)[0]


def stamped(pieces: Sequence[Piece], cards: Iterable[PunchCard]) -> tuple[tuple[Stamps, ...], ...]:
    """Return the stamps that each line gives; a limit of the sale is filled in the order of the lines."""
    found: list[list[Stamps]] = [[] for _ in pieces]
    for card in cards:
        left = card.most_a_sale
        for at, piece in enumerate(pieces):
            count = piece.quantity * card.stamps_each if piece.is_paid and card.is_stamped_by(piece.item) else 0
            if card.most_a_sale:
                count = min(count, left)
                left -= count
            if count:
                found[at].append(Stamps(card.card_id, count))
    return tuple(map(tuple, found))


def in_all(lines: Iterable[Iterable[Stamps]]) -> dict[str, int]:
    """Return by card what lines give together."""
    total = Counter[str]()
    for line in lines:
        for stamps in line:
            total[stamps.card_id] += stamps.count
    return dict(total)


def last_days(have: Mapping[date, int], count: int, card: PunchCard, today: date) -> dict[date, int]:
    """Return the last days of ``count`` new stamps, beside those that the member has (by last day, none expired).

    They fill the card in hand, which ends with the stamps on it; further ones begin a card that ends ``valid_days``
    from today.
    """
    begun = sum(have.values()) % card.needed
    fitting = min(count, card.needed - begun) if begun else 0
    ends = Counter[date]()
    if fitting:
        ends[max(have)] += fitting
    if count > fitting:
        ends[today + timedelta(days=card.valid_days)] += count - fitting
    return dict(ends)


def without(have: Mapping[date, int], used: int) -> dict[date, int]:
    """Return the stamps by last day that are left when ``used`` of them are spent, soonest to end first."""
    left = {}
    for day, count in sorted(have.items()):
        gone = min(count, used)
        used -= gone
        if count > gone:
            left[day] = count - gone
    return left


def on_card(holdings: Iterable[Holding], card_id: str, today: date, now_ms: int) -> list[Holding]:
    """Return the holdings of a card's stamps that can be used here now, soonest to end first."""
    stamps = (each for each in holdings if each.grant.asset is Asset.PUNCH and card_of(each.grant.lot) == card_id)
    usable = (each for each in stamps if each.is_usable(today, now_ms))
    return sorted(usable, key=lambda each: (each.grant.expires_on, each.grant.gid))


def take(holdings: Iterable[Holding], count: int, first: Iterable[str] = ()) -> tuple[Spend, ...]:
    """Take up to ``count`` stamps, those of the grants named ``first`` before any other, else in the order given."""
    own = set(first)
    spends: list[Spend] = []
    for holding in sorted(holdings, key=lambda each: each.grant.gid not in own):
        taken = min(holding.remaining, count)
        if taken > 0:
            spends.append(Spend(holding.grant.gid, taken))
            count -= taken
    return tuple(spends)


def taken_of(spends: Iterable[Spend], grants: Iterable[Grant]) -> dict[str, int]:
    """Return by card how many stamps spends take; ``grants`` are those that they may name."""
    known = {grant.gid: grant for grant in grants if grant.asset is Asset.PUNCH}
    total = Counter[str]()
    for spend in spends:
        if spend.gid in known:
            total[card_of(known[spend.gid].lot)] += spend.amount
    return dict(total)
