"""Rights to spend: what to ask head office for, installing what it grants, handing back what has ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.directory import KnownMember
from pos_app.domain.events import GrantsInstalled
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.stored_value import ValueParts
from pos_app.errors import Refused
from pos_app.services.balances import require, standing, stored_value
from pos_app.services.handing_back import due, hand_back
from pos_app.services.ports import Unit
from pos_app.services.redeeming import check_life
from pos_app.services.stored_value import short_of
from pos_app.services.till import TillSession


@dataclass(frozen=True, slots=True)
class RightsNeed:
    """What to ask head office for. ``request_no`` makes the request idempotent: it is durable and never reused."""

    member_id: str
    amount: int
    request_no: int
    asset: Asset = Asset.POINTS
    lot: str = ""


class Rights:
    """Brings rights to this terminal and hands back what it may no longer spend."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def sale_in_hand(self) -> str:
        """Return the number of the sale in hand, empty where nothing is rung up."""
        with self._session.store.view() as unit:
            current = unit.basket.current()
            return "" if current is None else current[0].basket.sale_id

    def short_for(self, points: int) -> RightsNeed:
        """Return what the attached member lacks here to spend ``points`` in all.

        Raises Refused ``redeem.needs_member``, ``redeem.life_ended``, ``rights.not_needed``, ``rights.not_held`` where
        the total lacks them.
        """

        def need(unit: Unit) -> RightsNeed:
            known = _served(unit)
            points_standing = standing(self._session, unit, known)
            amount = points - points_standing.usable_here
            if amount <= 0:
                raise Refused("rights.not_needed", usable=points_standing.usable_here)
            if points > points_standing.spendable:
                raise Refused("rights.not_held", total=points_standing.spendable, wanted=points)
            return RightsNeed(known.member.member_id, amount, unit.till.next_number("request"))

        return self._session.run(need)

    def short_of_lot(self, asset: Asset, lot: str, amount: int) -> RightsNeed:
        """Return what to ask for so that ``amount`` of a coupon or punch card can be used here.

        Raises Refused ``redeem.needs_member``, ``redeem.life_ended``.
        """
        return self._session.run(
            lambda unit: RightsNeed(
                _served(unit).member.member_id, amount, unit.till.next_number("request"), asset, lot
            )
        )

    def short_of_value(self, amount_minor: int) -> tuple[RightsNeed, ...]:
        """Return what the attached member lacks here to pay ``amount_minor`` from stored value: bought, given, or both.

        Raises Refused ``redeem.needs_member``, ``redeem.life_ended``, ``rights.not_needed``, ``value.short``.
        """

        def needs(unit: Unit) -> tuple[RightsNeed, ...]:
            known = _served(unit)
            have = stored_value(self._session, unit, known)
            if amount_minor <= have.usable_here:
                raise Refused("rights.not_needed", usable=have.usable_here)
            if amount_minor > have.total:
                raise Refused("value.short", total_minor=have.total)
            rules = unit.published.programme(self._session.business_date(unit))
            parts = short_of(have, amount_minor, rules)
            return tuple(
                RightsNeed(known.member.member_id, amount, unit.till.next_number("request"), asset)
                for asset, amount in ((Asset.VALUE, parts.value), (Asset.GIFT, parts.gift))
                if amount
            )

        return self._session.run(needs)

    def short_of_parts(self, member_id: str, parts: ValueParts) -> tuple[RightsNeed, ...]:
        """Return what to ask for so that so much bought and given stored value of a member is here as well.

        Raises Refused ``redeem.life_ended``, ``member.unknown``.
        """

        def needs(unit: Unit) -> tuple[RightsNeed, ...]:
            check_life(unit)
            require(unit, member_id)
            return tuple(
                RightsNeed(member_id, amount, unit.till.next_number("request"), asset)
                for asset, amount in ((Asset.VALUE, parts.value), (Asset.GIFT, parts.gift))
                if amount
            )

        return self._session.run(needs)

    def install(self, grants: Sequence[Grant]) -> int:
        """Make unknown grants holdings here, with one GrantsInstalled fact; return how many were new."""

        def install(unit: Unit) -> int:
            new = unit.holdings.install(grants, at_ms=self._session.clock.now_ms())
            if new:
                self._session.say(unit, GrantsInstalled(new))
            return len(new)

        return self._session.run(install)

    def hand_back(self) -> int:
        """Hand back whatever this terminal should hold no longer; return how many holdings went.

        Cheap where nothing is due: it only looks.
        """
        gone = 0
        while self._is_due():
            gone += self._session.run(lambda unit: hand_back(self._session, unit))
        return gone

    def _is_due(self) -> bool:
        with self._session.store.view() as unit:
            return bool(due(self._session, unit))


def _served(unit: Unit) -> KnownMember:
    """Return the member of the sale in hand; raises Refused ``redeem.needs_member``, ``redeem.life_ended``."""
    current = unit.basket.current()
    if current is None or current[0].basket.member_id is None:
        raise Refused("redeem.needs_member")
    check_life(unit)
    return require(unit, current[0].basket.member_id)
