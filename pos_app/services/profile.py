"""The profile desk (会员全知道): what is known of one member, told to whom it may be told; every opening is a fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain import profile
from pos_app.domain.calls import Call
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import KnownMember
from pos_app.domain.events import PhoneRevealed, ProfileOpened
from pos_app.domain.in_force import Open
from pos_app.domain.lifecycle import Life, life_of
from pos_app.domain.profile import Glance, Moment, PointsLedger, Said, Usual
from pos_app.domain.programme import Programme
from pos_app.services.balances import applied, ended, held_here, owed_points, require
from pos_app.services.campaigns import open_today
from pos_app.services.cards import CardMaker
from pos_app.services.member_models import MemberCard
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession

MOST_TOLD = 200  # facts of one member; what a balance needs is told whatever the number
MOST_CALLS = 20
LONGEST_MEMORY = timedelta(days=365 * 20)


@dataclass(frozen=True, slots=True)
class Profile:
    """A member as one person may see them.

    ``since`` is the first day that this person's role sees; ``glance`` is None where that is less than 90 days.
    ``life`` is their stage and kind, ``campaigns`` what they may have today.
    ``items`` are those that purchases name, ``staff`` the names of the people of this store.
    """

    card: MemberCard
    programme: Programme
    today: date
    since: date
    glance: Glance | None
    life: Life
    campaigns: tuple[Open, ...]
    usual: tuple[Usual, ...]
    moments: tuple[Moment, ...]
    points: PointsLedger
    calls: tuple[Call, ...]
    items: Mapping[int, Item]
    staff: Mapping[str, str]
    store_id: str

    @property
    def sees_all(self) -> bool:
        """Say whether more than today may be seen."""
        return self.since < self.today


class ProfileDesk:
    """Opens profiles. Looking needs no line to head office; its figures carry their time."""

    def __init__(self, session: TillSession, cards: CardMaker | None = None) -> None:
        self._session = session
        self._cards = cards or CardMaker(session)

    def open(self, member_id: str) -> Profile:
        """Say that the profile was opened, and return it.

        Raises Refused ``member.unknown``, ``staff.nobody``, ``staff.not_allowed``.
        """

        def open_profile(unit: Unit) -> Profile:
            self._session.cashier()
            known = require(unit, member_id)
            self._session.say(unit, ProfileOpened(known.member.member_id))
            return self._profile(unit, known)

        return self._session.run(open_profile)

    def again(self, member_id: str) -> Profile:
        """Return a profile that is open as it is now, after a change that was made on it."""
        with self._session.store.view() as unit:
            return self._profile(unit, require(unit, member_id))

    def reveal(self, member_id: str) -> str:
        """Say that the whole phone number was shown, and return it (E.164).

        Raises Refused ``member.unknown``, ``staff.nobody``, ``staff.not_allowed``.
        """
        return self._session.run(lambda unit: reveal_phone(self._session, unit, member_id))

    def _profile(self, unit: Unit, known: KnownMember) -> Profile:
        staff = self._session.cashier()
        today = self._session.business_date(unit)
        programme = unit.published.programme(today)
        since = today - min(timedelta(days=programme.limit(staff.role).history_days), LONGEST_MEMORY)
        done = applied(unit, known)
        said = unit.histories.of(known.member.member_id, done, MOST_TOLD)
        calls = unit.calls.of_member(known.member.member_id, since, MOST_CALLS)
        held = held_here(self._session, unit, known)
        items = self._items(unit, known)
        may_see = since <= today - profile.REPURCHASE_WITHIN
        identity = self._session.identity(unit)
        seen = [purchase for purchase in known.purchases if purchase.bought_on >= since]
        return Profile(
            card=self._cards.card(unit, known),
            programme=programme,
            today=today,
            since=since,
            glance=profile.glance(known, said, today) if may_see else None,
            life=life_of(
                known.facts, known.member.joined_on, known.last_visit_on, programme.life, today, programme.version
            ),
            campaigns=open_today(self._session, unit, known),
            usual=profile.usual(seen, items, today) if may_see else (),
            moments=self._moments(known, said, calls, since),
            points=profile.points_ledger(
                known, said, done, held, since, ended(self._session, unit, known), owed_points(unit, known)
            ),
            calls=tuple(calls),
            items=items,
            staff={one.staff_id: one.name for one in unit.published.staff(identity.store_id)},
            store_id=identity.store_id,
        )

    def _moments(
        self, known: KnownMember, said: tuple[Said, ...], calls: list[Call], since: date
    ) -> tuple[Moment, ...]:
        day_of = {consent.at_ms: self._session.local(consent.at_ms).date() for consent in known.member.consents}
        return profile.timeline(known, said, calls, since, day_of)

    def _items(self, unit: Unit, known: KnownMember) -> dict[int, Item]:
        bought = {purchase.item_id for purchase in known.purchases}
        found = {item_id: unit.published.item(item_id) for item_id in bought}
        return {item_id: item for item_id, item in found.items() if item is not None}


def reveal_phone(session: TillSession, unit: Unit, member_id: str) -> str:
    """Say that a member's whole phone number was shown, and return it (E.164)."""
    session.cashier()
    member = require(unit, member_id).member
    session.say(unit, PhoneRevealed(member.member_id))
    return member.phone
