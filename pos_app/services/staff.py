"""Who is at the till: tiles, PIN, hand-over, lock-out, sign-out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pos_app.domain.events import StaffHandedOver, StaffSignedIn, StaffSignedOut
from pos_app.domain.staff import MAY, Act, Role, StaffMember
from pos_app.domain.till import PinTries
from pos_app.errors import Refused
from pos_app.services.handing_back import hand_back
from pos_app.services.overrides import Override, Overrides
from pos_app.services.pins import PinGate
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.till import TillSession
from pos_app.services.voiding import settle_given_up


@dataclass(frozen=True, slots=True)
class StaffTile:
    """One person who may sign in here."""

    staff_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in now."""

    staff_id: str
    name: str
    role: Role


class SignIn:
    """Signs people in by PIN, offline."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._gate = PinGate(session, hasher)
        self._overrides = Overrides(session, hasher)

    def tiles(self) -> tuple[StaffTile, ...]:
        """Return the people of this store, cashiers first.

        Raises Refused ``till.not_enrolled``, Unavailable ``directory.missing``.
        """
        with self._session.store.view() as unit:
            people = unit.published.staff(self._session.identity(unit).store_id)
        ranked = sorted(people, key=lambda person: (list(Role).index(person.role), person.name))
        return tuple(StaffTile(person.staff_id, person.name, person.role) for person in ranked)

    def with_card(self, card: str) -> StaffTile:
        """Return the person of this store whose staff card this is; raises Refused ``staff.card``."""
        with self._session.store.view() as unit:
            people = unit.published.staff(self._session.identity(unit).store_id)
        for person in people:
            if person.card and person.card == card:
                return StaffTile(person.staff_id, person.name, person.role)
        raise Refused("staff.card")

    def approvers(self) -> tuple[StaffTile, ...]:
        """Return who could approve what goes beyond the limit of who is signed in: other people of this store."""
        own = "" if self._session.staff is None else self._session.staff.staff_id
        return tuple(tile for tile in self.tiles() if Act.APPROVE in MAY[tile.role] and tile.staff_id != own)

    def sign_in(self, staff_id: str, pin: str) -> SignedIn:
        """Sign in, unlock one's own till, or take it over from somebody else together with the open sale.

        Raises Refused ``pin.wrong {left}``, ``pin.locked {wait_s}``, ``staff.unknown``.
        """
        person = self._gate.check(staff_id, pin)
        before = self._session.staff
        self._session.staff = person
        try:
            self._session.run(lambda unit: self._begin(unit, person, before))
        except BaseException:
            self._session.staff = before
            raise
        return SignedIn(person.staff_id, person.name, person.role)

    def end_lock_out(self, staff_id: str, override: Override | None = None) -> None:
        """Let somebody who typed too many wrong PINs try again; somebody else approves it.

        Raises:
            Refused: ``staff.unknown``, ``override.needed``, and what ``Overrides.check`` raises.
        """
        person = next((tile for tile in self.tiles() if tile.staff_id == staff_id), None)
        if person is None:
            raise Refused("staff.unknown", staff_id=staff_id)
        approval = self._overrides.check(Act.UNLOCK, override)

        def end(unit: Unit) -> None:
            self._overrides.insist(unit, Act.UNLOCK, approval, subject=person.name)
            unit.guards.set_pin_tries(staff_id, PinTries())

        self._session.run(end)

    def unsent(self) -> int:
        """Return how many facts head office has not accepted yet."""
        with self._session.store.view() as unit:
            return unit.log.unsent_count()

    def sign_out(self) -> None:
        """Sign out, whatever waits to be sent or is open: an open basket stays for the next person."""
        staff, self._session.staff = self._session.staff, None
        if staff is not None:
            self._session.run(lambda unit: self._leave(unit, staff))

    def _begin(self, unit: Unit, person: StaffMember, before: StaffMember | None) -> None:
        if before is None:
            self._session.say(unit, StaffSignedIn(person.name))
        elif before.staff_id != person.staff_id:
            with self._as(before):
                settle_given_up(self._session, unit)
            current = unit.basket.current()
            sale_id = "" if current is None else current[0].basket.sale_id
            self._session.say(unit, StaffHandedOver(person.name, before.staff_id, before.name, sale_id))
        hand_back(self._session, unit)

    def _leave(self, unit: Unit, staff: StaffMember) -> None:
        with self._as(staff):
            settle_given_up(self._session, unit)
            self._session.say(unit, StaffSignedOut(staff.name, unit.log.unsent_count()))

    @contextmanager
    def _as(self, staff: StaffMember) -> Iterator[None]:
        """Let facts be those of somebody who goes."""
        now, self._session.staff = self._session.staff, staff
        try:
            yield
        finally:
            self._session.staff = now
