"""Build a member's card: balance, what to talk about, what their points can take home."""

from collections.abc import Iterable
from datetime import date, timedelta

from pos_app.domain import care
from pos_app.domain.basket import Basket, BasketLine
from pos_app.domain.care import CarePrompt
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import KnownMember, MemberHit
from pos_app.domain.masking import masked_phone
from pos_app.domain.members import Tier
from pos_app.domain.points import points_for, worth_minor
from pos_app.domain.pricing import price
from pos_app.domain.programme import Programme
from pos_app.services.balances import coupons, punch_cards, require, standing, stored_value
from pos_app.services.member_models import MemberCard, MemberRow, Offer, Reach
from pos_app.services.ports import Unit
from pos_app.services.tiers import standing_of
from pos_app.services.till import TillSession

OFFERS_ON_CARD = 6
READ = 60  # items read on each side of what the points are worth; categories repeat
NEARLY_SHARE = 70  # percent of an item's points that count as nearly there
CALLS_BACK = timedelta(days=60)
MOST_CALLS = 20


class CardMaker:
    """Makes cards; prompts and offers of the last member are kept while nothing they come from has changed."""

    def __init__(self, session: TillSession) -> None:
        self._session = session
        self._key: tuple[object, ...] = ()
        self._extras: tuple[tuple[CarePrompt, ...], tuple[Offer, ...]] = ((), ())

    def card(self, unit: Unit, known: KnownMember) -> MemberCard:
        """Return the card of a member."""
        member = known.member
        today = self._session.business_date(unit)
        programme = unit.published.programme(today)
        points = standing(self._session, unit, known)
        key = (
            member.member_id,
            points.usable_here,
            self._session.care_date(unit),
            unit.log.next_seq(),
            unit.published.stamp(),
        )
        if key != self._key:
            self._extras = (
                _prompts(self._session, unit, known),
                offers(unit, points.usable_here, programme, member.tier, OFFERS_ON_CARD),
            )
            self._key = key
        return MemberCard(
            member=member,
            masked_phone=masked_phone(member.phone),
            usable_here=points.usable_here,
            total=points.total,
            as_of_ms=points.as_of_ms,
            held_elsewhere=points.held_elsewhere,
            worth_minor=worth_minor(points.total, programme),
            last_visit_on=known.last_visit_on,
            prompts=self._extras[0],
            offers=self._extras[1],
            earned_offline_only=known.balance is None,
            standing=standing_of(known, programme, today),
            merged=known.merged,
            value=stored_value(self._session, unit, known),
            coupons=coupons(self._session, unit, known),
            tier_changed=known.facts.changed,
            vesting=points.vesting,
            owed=points.owed,
            cards=punch_cards(self._session, unit, known),
        )


def rows(session: TillSession, unit: Unit, hits: Iterable[MemberHit]) -> tuple[MemberRow, ...]:
    """Return what a look-up found as the list shows it."""
    today = session.business_date(unit)
    return tuple(
        MemberRow(
            hit.member_id,
            hit.name,
            masked_phone(hit.phone),
            hit.tier,
            _points(session, unit, hit, today),
            hit.last_visit_on,
        )
        for hit in hits
    )


def _points(session: TillSession, unit: Unit, hit: MemberHit, today: date) -> int:
    """Return a member's points in all; what head office told is read again only where it is not true any more."""
    if hit.points is not None and (hit.ends_on is None or hit.ends_on >= today):
        return hit.points
    return standing(session, unit, require(unit, hit.member_id)).total


def offers(unit: Unit, usable_points: int, programme: Programme, tier: Tier, limit: int) -> tuple[Offer, ...]:
    """Return what the points take home, dearest first, then what they nearly take, cheapest first.

    Of many, one of each category comes before the second of any: twenty rompers tell a customer little.
    """
    if usable_points <= 0:
        return ()
    worth = worth_minor(usable_points, programme)
    within = _varied(unit.published.redeemables(1, worth, READ))
    above = _varied(reversed(unit.published.redeemables(worth + 1, worth * 100 // NEARLY_SHARE, READ)))
    room = max(limit - len(within), limit // 3)
    nearly = [_nearly(item, usable_points, programme, tier) for item in above[:room]]
    taken = within[: limit - len(nearly)]
    enough = [Offer(item, points_price(item, programme, tier), Reach.ENOUGH) for item in taken]
    enough.sort(key=lambda offer: -offer.points)
    return (*enough, *nearly)


def _varied(items: Iterable[Item]) -> list[Item]:
    """Return the first item of each category, then all others; each part in its order."""
    seen: dict[str, int] = {}
    ranked = [(seen.setdefault(item.category, place) != place, item) for place, item in enumerate(items)]
    return [item for _again, item in sorted(ranked, key=lambda row: row[0])]


def _nearly(item: Item, usable_points: int, programme: Programme, tier: Tier) -> Offer:
    points = points_price(item, programme, tier)
    return Offer(item, points, reach(points, usable_points))


def reach(points: int, usable_points: int) -> Reach:
    """Say whether ``usable_points`` take something home that costs ``points``."""
    if usable_points >= points:
        return Reach.ENOUGH
    return Reach.NEARLY if usable_points * 100 >= points * NEARLY_SHARE else Reach.SHORT


def points_price(item: Item, programme: Programme, tier: Tier | None) -> int:
    """Return what one piece costs in points: its net price for this tier, as a redeemed line is priced."""
    return points_for(net_price(item, programme, tier), programme)


def net_price(item: Item, programme: Programme, tier: Tier | None) -> int:
    """Return what one piece costs in money for this tier, without campaigns."""
    return price(Basket("", (BasketLine(1, item),)), programme, tier).due_minor


def _prompts(session: TillSession, unit: Unit, known: KnownMember) -> tuple[CarePrompt, ...]:
    """Return what to talk about with this member today."""
    today = session.care_date(unit)
    calls = unit.calls.of_member(known.member.member_id, today - CALLS_BACK, MOST_CALLS)
    return care.prompts(known.member, known.purchases, care_items(unit, known, session), calls, today)


def care_items(unit: Unit, known: KnownMember, session: TillSession) -> dict[int, Item]:
    """Return the items that care rules need: those bought, and those that may be suggested."""
    bought_ids = {purchase.item_id for purchase in known.purchases}
    bought = {item_id: unit.published.item(item_id) for item_id in bought_ids}
    items = {item_id: item for item_id, item in bought.items() if item is not None}
    kinds = care.wanted(known.member, known.purchases, items, session.care_date(unit))
    return {item.item_id: item for item in unit.published.advised(kinds)} | items if kinds else items
