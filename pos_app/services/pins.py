"""Check a PIN: argon2id hashes from head office; five wrong in a row lock for a minute, whatever the clock does."""

import logging

import argon2

from pos_app.domain.events import Fact, StaffLockedOut, StaffPinWrong
from pos_app.domain.members import Member
from pos_app.domain.staff import StaffMember
from pos_app.domain.till import PinTries
from pos_app.errors import Damaged, Refused
from pos_app.services.ports import PinHasher
from pos_app.services.till import TillSession

MAX_WRONG = 5
LOCK_MS = 60_000

log = logging.getLogger(__name__)


class Argon2Pins:
    """``PinHasher`` over argon2id; a check takes about 50 ms, on purpose."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher()

    def hashed(self, pin: str) -> str:
        """Return what is kept of a new PIN."""
        return self._hasher.hash(pin)

    def matches(self, pin_hash: str, pin: str) -> bool:
        """Say whether ``pin`` belongs to ``pin_hash``; raises Damaged ``staff.pin_hash``."""
        try:
            return self._hasher.verify(pin_hash, pin)
        except argon2.exceptions.VerifyMismatchError:
            return False
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError) as error:
            raise Damaged("staff.pin_hash") from error


class PinGate:
    """Lets people of this store, and members, through by PIN."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._hasher = hasher

    def check(self, staff_id: str, pin: str) -> StaffMember:
        """Return whose PIN it is. Two transactions, so that a wrong PIN is counted whatever happens next.

        Raises:
            Refused: ``staff.unknown``, ``pin.wrong {left}``, ``pin.locked {wait_s}``, ``till.not_enrolled``.
        """
        with self._session.store.view() as unit:
            people = unit.published.staff(self._session.identity(unit).store_id)
        person = next((one for one in people if one.staff_id == staff_id), None)
        if person is None:
            raise Refused("staff.unknown", staff_id=staff_id)
        self._try(staff_id, person.pin_hash, pin, person)
        return person

    def check_member(self, member: Member, pin: str) -> None:
        """Check the PIN that a member chose; theirs locks like that of staff.

        Raises Refused ``member_pin.none``, ``pin.wrong {left}``, ``pin.locked {wait_s}``.
        """
        if not member.pin_hash:
            raise Refused("member_pin.none")
        self._try(member.member_id, member.pin_hash, pin, None)

    def _try(self, who: str, pin_hash: str, pin: str, person: StaffMember | None) -> None:
        """Return where the PIN is right; count and, of staff, say where it is wrong; refuse while too many were."""
        with self._session.store.view() as unit:
            tries = unit.guards.pin_tries(who)
        self._refuse_locked(who, tries)
        if self._hasher.matches(pin_hash, pin):
            if tries != PinTries():
                self._keep(who, PinTries())
            return
        wrong = tries.wrong + 1
        if wrong >= MAX_WRONG:
            self._lock(who, None if person is None else StaffLockedOut(who, person.name))
            log.info("pin.locked who=%s", who)
            raise Refused("pin.locked", wait_s=_seconds(LOCK_MS))
        self._keep(who, PinTries(wrong), None if person is None else StaffPinWrong(who, person.name, wrong))
        raise Refused("pin.wrong", left=MAX_WRONG - wrong)

    def _refuse_locked(self, who: str, tries: PinTries) -> None:
        """Refuse whoever is locked out; after a restart of the machine the wait begins again, once."""
        if not tries.locked_until_ms:
            return
        left_ms = tries.locked_until_ms - self._session.clock.mono_ms()
        if tries.boot_id != self._session.boot_id:
            self._lock(who, None)
            left_ms = LOCK_MS
        if left_ms > 0:
            raise Refused("pin.locked", wait_s=_seconds(min(left_ms, LOCK_MS)))

    def _lock(self, who: str, fact: StaffLockedOut | None) -> None:
        until = PinTries(0, self._session.clock.mono_ms() + LOCK_MS, self._session.boot_id)
        with self._session.store.unit() as unit:
            unit.guards.set_pin_tries(who, until)
            if fact is not None:
                self._session.say(unit, fact)

    def _keep(self, who: str, tries: PinTries, fact: Fact | None = None) -> None:
        with self._session.store.unit() as unit:
            unit.guards.set_pin_tries(who, tries)
            if fact is not None:
                self._session.say(unit, fact)


def _seconds(ms: int) -> int:
    return -(-ms // 1000)
