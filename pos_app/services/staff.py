"""Who is at the till: tiles, PIN, lock-out, sign-out."""

from dataclasses import dataclass

from pos_app.domain.events import StaffSignedIn
from pos_app.domain.staff import MAY, Act, Role, StaffMember
from pos_app.services.handing_back import hand_back
from pos_app.services.pins import PinGate
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.till import TillSession


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

    def tiles(self) -> tuple[StaffTile, ...]:
        """Return the people of this store, cashiers first.

        Raises Refused ``till.not_enrolled``, Unavailable ``directory.missing``.
        """
        with self._session.store.view() as unit:
            people = unit.published.staff(self._session.identity(unit).store_id)
        ranked = sorted(people, key=lambda person: (list(Role).index(person.role), person.name))
        return tuple(StaffTile(person.staff_id, person.name, person.role) for person in ranked)

    def approvers(self) -> tuple[StaffTile, ...]:
        """Return who could approve what goes beyond the limit of who is signed in: other people of this store."""
        own = "" if self._session.staff is None else self._session.staff.staff_id
        return tuple(tile for tile in self.tiles() if Act.APPROVE in MAY[tile.role] and tile.staff_id != own)

    def sign_in(self, staff_id: str, pin: str) -> SignedIn:
        """Sign in. Raises Refused ``pin.wrong {left}``, ``pin.locked {wait_s}``, ``staff.unknown``."""
        person = self._gate.check(staff_id, pin)
        before = self._session.staff
        self._session.staff = person
        try:
            self._session.run(lambda unit: self._begin(unit, person))
        except BaseException:
            self._session.staff = before
            raise
        return SignedIn(person.staff_id, person.name, person.role)

    def _begin(self, unit: Unit, person: StaffMember) -> None:
        self._session.say(unit, StaffSignedIn(person.name))
        hand_back(self._session, unit)

    def sign_out(self) -> None:
        """Sign out; an open basket stays open for the next person."""
        self._session.staff = None
