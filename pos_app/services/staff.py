"""Who is at the till: tiles, PIN, lock-out, sign-out."""

from dataclasses import dataclass

from pos_app.domain.staff import Role
from pos_app.services.ports import PinHasher
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
        self._hasher = hasher

    def tiles(self) -> tuple[StaffTile, ...]:
        """Return the people of this store."""
        raise NotImplementedError

    def sign_in(self, staff_id: str, pin: str) -> SignedIn:
        """Sign in. Raises Refused ``pin.wrong {left}``, ``pin.locked {wait_s}``, ``staff.unknown``."""
        raise NotImplementedError

    def sign_out(self) -> None:
        """Sign out; an open basket stays open for the next person."""
        raise NotImplementedError
