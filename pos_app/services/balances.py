"""What a member can spend here now, and what they have in all."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pos_app.domain import members
from pos_app.domain.directory import KnownMember
from pos_app.domain.ledger import Asset, Holding, Move
from pos_app.domain.members import HeldElsewhere, Vesting, owed_now
from pos_app.domain.posting import holder_name
from pos_app.domain.punch_cards import PunchCard, card_of
from pos_app.errors import Refused
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's points: ``usable_here`` now, ``total`` anywhere, head office's figure being of ``as_of_ms``.

    ``held_elsewhere`` are the other terminals that hold some, most first. ``vesting`` is the part of ``total`` that
    may not be spent yet, by day, the soonest first. ``owed`` is not taken off ``total``: it is what the member owes for
    goods that came back, beyond what head office holds for them, and the next earnings repay it.
    """

    usable_here: int
    total: int
    as_of_ms: int | None
    held_elsewhere: tuple[HeldElsewhere, ...]
    vesting: tuple[Vesting, ...] = ()
    owed: int = 0

    @property
    def spendable(self) -> int:
        """Return what could be spent now if all of it were here."""
        return max(self.usable_here, self.total - sum(each.points for each in self.vesting))

    @property
    def elsewhere(self) -> int:
        """Return what could be spent now, but is not here."""
        return self.spendable - self.usable_here


@dataclass(frozen=True, slots=True)
class ValueStanding:
    """A member's stored value in minor units: what was bought and what was given, here and in all; see ``Standing``."""

    value_here: int = 0
    gift_here: int = 0
    value: int = 0
    gift: int = 0
    held_elsewhere: tuple[HeldElsewhere, ...] = ()

    @property
    def usable_here(self) -> int:
        """Return what can be paid with here now."""
        return self.value_here + self.gift_here

    @property
    def total(self) -> int:
        """Return what there is in all."""
        return self.value + self.gift


NO_VALUE = ValueStanding()


@dataclass(frozen=True, slots=True)
class CouponStanding:
    """A coupon of a member by its lot: uses here and in all; ``expires_on`` is its last day."""

    lot: str
    expires_on: date
    usable_here: int
    total: int
    held_elsewhere: tuple[HeldElsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class CardStanding:
    """A member's stamps on a punch card: ``usable_here``, and in all by last day, the soonest first."""

    card: PunchCard
    usable_here: int
    stamps: Mapping[date, int]
    held_elsewhere: tuple[HeldElsewhere, ...] = ()

    @property
    def total(self) -> int:
        """Return the stamps in all."""
        return sum(self.stamps.values())

    @property
    def is_full(self) -> bool:
        """Say whether it gives something."""
        return self.total >= self.card.needed

    @property
    def until(self) -> date:
        """Return the last day of the stamps that end first."""
        return min(self.stamps)


def standing(session: TillSession, unit: Unit, known: KnownMember) -> Standing:
    """Return head office's figure (0 before it has one) with this terminal's later facts over it, less what has ended.

    What is held here is there in any case: head office may have granted more than its older figure tells.
    """
    balance = known.balance
    held = held_here(session, unit, known)
    here = sum(holding.remaining for holding in held)
    vesting = _vesting(session, unit, known, held)
    usable = here - sum(each.remaining for each in held if each.is_vesting(session.business_date(unit)))
    since = unit.sales.points_since(known.member.member_id, applied(unit, known)) - ended(session, unit, known).total()
    owed = owed_points(unit, known)
    beyond = since + owed  # debts apart
    if balance is None:
        return Standing(usable, max(here, beyond), None, (), vesting, owed)
    others = _others(session, unit, balance.held_elsewhere)
    total = balance.points - balance.owed_points + beyond
    return Standing(usable, max(here, total), balance.as_of_ms, others, vesting, owed)


def owed_points(unit: Unit, known: KnownMember) -> int:
    """Return the points that a member owes, as known here, beyond what head office holds and will repay them with."""
    return owed_now(known.balance, unit.sales.owed_since(known.member.member_id, applied(unit, known)))


def ended(session: TillSession, unit: Unit, known: KnownMember, asset: Asset = Asset.POINTS) -> Counter[date]:
    """Return by last day what a member's points or gifts lost by today's business date; see ``members.ended``."""
    told: tuple[members.Ending, ...] = ()
    if known.balance is not None:
        told = known.balance.ending if asset is Asset.POINTS else known.balance.gift_ending
    return members.ended(told, _moves(unit, known), session.business_date(unit), asset)


def _vesting(session: TillSession, unit: Unit, known: KnownMember, held: Iterable[Holding]) -> tuple[Vesting, ...]:
    """Return what may not be spent yet by day: what is held here, and what head office says of others."""
    own, today = _own_name(session, unit), session.business_date(unit)
    by_day = Counter[date]()
    for holding in held:
        if holding.is_vesting(today) and holding.grant.usable_from is not None:
            by_day[holding.grant.usable_from] += holding.remaining
    for told in () if known.balance is None else known.balance.vesting:
        if told.usable_from > today and told.holder != own:
            by_day[told.usable_from] += told.points
    return tuple(Vesting(points, day) for day, points in sorted(by_day.items()))


def stored_value(session: TillSession, unit: Unit, known: KnownMember) -> ValueStanding:
    """Return a member's stored value, as ``standing`` does their points; what was bought never ends."""
    value_here, gift_here = (
        sum(holding.remaining for holding in usable_here(session, unit, known, asset))
        for asset in (Asset.VALUE, Asset.GIFT)
    )
    since = Counter[Asset]()
    for move in _moves(unit, known):
        since[move.asset] += move.amount
    balance = known.balance
    value, gift = (0, 0) if balance is None else (balance.value_minor, balance.gift_minor)
    return ValueStanding(
        value_here,
        gift_here,
        max(value_here, value + since[Asset.VALUE]),
        max(gift_here, gift + since[Asset.GIFT] - ended(session, unit, known, Asset.GIFT).total()),
        () if balance is None else _others(session, unit, balance.value_elsewhere),
    )


def coupons(session: TillSession, unit: Unit, known: KnownMember) -> tuple[CouponStanding, ...]:
    """Return the coupons of which a use is left, soonest to end first."""
    told = () if known.balance is None else known.balance.lots
    published = [lot for lot in told if lot.asset is Asset.COUPON]
    here, total = Counter[str](), Counter[str]()
    days: dict[str, list[date]] = defaultdict(list)
    for lot in published:
        total[lot.lot] += lot.amount
        days[lot.lot].append(lot.expires_on)
    for holding in usable_here(session, unit, known, Asset.COUPON):
        here[holding.grant.lot] += holding.remaining
        days[holding.grant.lot].append(holding.grant.expires_on)
    for move in _moves(unit, known):
        if move.asset is Asset.COUPON:
            total[move.lot] += move.amount
            days[move.lot].append(move.expires_on)
    elsewhere = {lot.lot: _others(session, unit, lot.held_elsewhere) for lot in published}
    today = session.business_date(unit)
    found = [
        CouponStanding(lot, max(last), here[lot], max(here[lot], total[lot]), elsewhere.get(lot, ()))
        for lot, last in days.items()
        if max(here[lot], total[lot]) > 0 and max(last) >= today
    ]
    return tuple(sorted(found, key=lambda each: (each.expires_on, each.lot)))


def usable_here(session: TillSession, unit: Unit, known: KnownMember, asset: Asset = Asset.POINTS) -> list[Holding]:
    """Return what of an asset can be spent here now; none in a life that head office has ended, whatever is held."""
    today = session.business_date(unit)
    return [holding for holding in held_here(session, unit, known, asset) if not holding.is_vesting(today)]


def held_here(session: TillSession, unit: Unit, known: KnownMember, asset: Asset = Asset.POINTS) -> list[Holding]:
    """Return what of an asset can be spent here now or later; none in an ended life."""
    if unit.till.ended():
        return []
    today, now = session.business_date(unit), session.latest_ms(unit)
    held = unit.holdings.of(known.member.member_id)
    return [holding for holding in held if holding.grant.asset is asset and holding.is_live(today, now)]


def punch_cards(session: TillSession, unit: Unit, known: KnownMember) -> tuple[CardStanding, ...]:
    """Return the published punch cards on which the member has stamps, the fullest first."""
    today = session.business_date(unit)
    published = () if known.balance is None else known.balance.lots
    here, office = defaultdict[str, Counter[date]](Counter), defaultdict[str, Counter[date]](Counter)
    elsewhere: dict[str, list[HeldElsewhere]] = defaultdict(list)
    for holding in usable_here(session, unit, known, Asset.PUNCH):
        here[card_of(holding.grant.lot)][holding.grant.expires_on] += holding.remaining
    for lot in published:
        if lot.asset is Asset.PUNCH:
            office[card_of(lot.lot)][lot.expires_on] += lot.amount
            elsewhere[card_of(lot.lot)] += _others(session, unit, lot.held_elsewhere)
    for move in _moves(unit, known):
        if move.asset is Asset.PUNCH:
            office[card_of(move.lot)][move.expires_on] += move.amount
    found = []
    for card in unit.published.programme(today).punch_cards:
        held, told = here[card.card_id], office[card.card_id]
        days = {day: max(held[day], told[day]) for day in {*held, *told} if day >= today}
        stamps = {day: count for day, count in sorted(days.items()) if count > 0}
        if stamps:
            found.append(CardStanding(card, held.total(), stamps, tuple(elsewhere[card.card_id])))
    return tuple(sorted(found, key=lambda each: -each.total))


def _moves(unit: Unit, known: KnownMember) -> list[Move]:
    """Return what was given and taken here since head office's figures."""
    return unit.holdings.moves_since(known.member.member_id, applied(unit, known))


def _others(session: TillSession, unit: Unit, held: Iterable[HeldElsewhere]) -> tuple[HeldElsewhere, ...]:
    """Return the holders that are not this terminal, most first."""
    own = _own_name(session, unit)
    return tuple(sorted((one for one in held if one.holder != own), key=lambda one: -one.points))


def _own_name(session: TillSession, unit: Unit) -> str:
    """Return this terminal life's name as a holder of rights."""
    identity = session.identity(unit)
    return holder_name(identity.terminal_id, identity.epoch)


def applied(unit: Unit, known: KnownMember) -> int:
    """Return the last event of this terminal's life that head office's figure has in it, 0 if none."""
    return 0 if known.balance is None else unit.members.applied(known.balance)


def require(unit: Unit, member_id: str) -> KnownMember:
    """Return a member; raises Refused ``member.unknown``."""
    known = unit.members.known(member_id)
    if known is None:
        raise Refused("member.unknown", member_id=member_id)
    return known
