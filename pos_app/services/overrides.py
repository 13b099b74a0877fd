"""One act beyond a role's limit, approved by somebody whose limit reaches further: never stored, never reused."""

from dataclasses import dataclass, field

from pos_app.domain.events import Overridden
from pos_app.domain.programme import Programme
from pos_app.domain.staff import MAY, Act, Role, StaffMember
from pos_app.errors import Refused
from pos_app.services.pins import PinGate
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.till import TillSession

LONGEST_REASON = 100  # characters


@dataclass(frozen=True, slots=True)
class Override:
    """What a person asks with: who approves, with which PIN, and why."""

    staff_id: str
    pin: str = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A PIN that was right, for one call of one use case."""

    act: Act
    approver: StaffMember
    reason: str


class Overrides:
    """How a use case asks for its limit: ``check`` before its transaction, ``allow`` inside it."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._gate = PinGate(session, hasher)

    def check(self, act: Act, override: Override | None) -> Approval | None:
        """Return the approval for one ``act``, None where nobody was asked. Takes about 50 ms, on purpose.

        Call it outside a transaction: a wrong PIN is counted whatever happens next.

        Raises:
            Refused: ``override.own`` for one's own PIN, ``override.needs_reason``, ``staff.not_allowed {act}`` for
                somebody who may not approve, ``staff.unknown``, ``pin.wrong {left}``, ``pin.locked {wait_s}``.
        """
        if override is None:
            return None
        if self._session.staff is not None and override.staff_id == self._session.staff.staff_id:
            raise Refused("override.own")
        reason = " ".join(override.reason.split())[:LONGEST_REASON]
        if not reason:
            raise Refused("override.needs_reason", act=act.value)
        approver = self._gate.check(override.staff_id, override.pin)
        if not approver.may(Act.APPROVE):
            raise Refused("staff.not_allowed", act=act.value)
        return Approval(act, approver, reason)

    def allow(
        self,
        unit: Unit,
        act: Act,
        approval: Approval | None,
        amount: int = 0,
        *,
        subject: str = "",
        amount_minor: int = 0,
    ) -> None:
        """Let ``act`` pass within the limit of who is signed in, or say that it was approved.

        Call it in the transaction of the act, before the act's own fact takes its place in the log. An approval that
        was not needed is not said.

        Args:
            amount: as ``RoleLimit.allows`` takes it.
            subject: what it is done to, and ``amount_minor`` the money it is about: for the audit.

        Raises:
            Refused: ``override.needed {act, subject, amount_minor}`` without approval, ``override.too_much {act}``
                where it is beyond the limit of the approver, or of everybody who could approve; ``staff.nobody``.
        """
        staff = self._session.cashier()
        rules = unit.published.programme(self._session.business_date(unit))
        if rules.limit(staff.role).allows(act, amount):
            return
        assert approval is None or approval.act is act, approval
        if not _reaches(rules, act, amount, None if approval is None else approval.approver.role):
            raise Refused("override.too_much", act=act.value)
        self.insist(unit, act, approval, subject=subject, amount_minor=amount_minor)

    def insist(
        self, unit: Unit, act: Act, approval: Approval | None, *, subject: str = "", amount_minor: int = 0
    ) -> None:
        """Say that ``act`` was approved; for what nobody may alone.

        Raises Refused ``override.needed {act, subject, amount_minor}`` without approval.
        """
        if approval is None:
            raise Refused("override.needed", act=act.value, subject=subject, amount_minor=amount_minor)
        approver = approval.approver
        said = Overridden(act.value, subject, approval.reason, approver.staff_id, amount_minor, approver.name)
        self._session.say(unit, said)


def _reaches(rules: Programme, act: Act, amount: int, role: Role | None) -> bool:
    """Say whether the limit of ``role``, or of anybody who may approve, reaches as far as ``amount``."""
    roles = [each for each in Role if Act.APPROVE in MAY[each]] if role is None else [role]
    return any(rules.limit(each).allows(act, amount) for each in roles)
