"""Stored value at the counter: whether it may pay, from which of its parts, and the member's PIN."""

from collections.abc import Iterable
from dataclasses import replace

from pos_app.domain.events import MemberPinSet
from pos_app.domain.members import Member
from pos_app.domain.payment import TenderAsked
from pos_app.domain.programme import Programme
from pos_app.domain.stored_value import ValueParts, ValueProof, missing, shared
from pos_app.domain.tenders import TenderKind
from pos_app.domain.till import OpenSale
from pos_app.errors import Refused
from pos_app.services.balances import ValueStanding, require, stored_value
from pos_app.services.pins import PinGate
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.redeeming import MANAGER, better_proof, check_moment
from pos_app.services.till import TillSession

STORED_KINDS = (TenderKind.VALUE, TenderKind.GIFT)
PIN_LENGTHS = range(4, 7)
TAIL = 4  # digits of the phone that go before the PIN


class ValueDesk:
    """What the cashier does with the stored value of the member whose sale is in hand."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._hasher = hasher
        self._gate = PinGate(session, hasher)

    def offer(self, amount_minor: int) -> None:
        """Say whether ``amount_minor`` can be paid from stored value here and now; raises what ``share`` raises."""
        with self._session.store.view() as unit:
            share(self._session, unit, _in_hand(unit), amount_minor)

    def prove(self, digits: str) -> None:
        """Take the last four digits of the member's phone, followed by their PIN, as proof for this sale.

        Raises Refused ``redeem.needs_member``, ``member.not_this_one``, ``member_pin.none``, ``pin.wrong {left}``,
        ``pin.locked {wait_s}``. Takes about 50 ms, on purpose.
        """
        with self._session.store.view() as unit:
            member = _member(unit, _in_hand(unit))
        digits = digits.strip()
        if not member.phone.endswith(digits[:TAIL]) or len(digits) < TAIL:
            raise Refused("member.not_this_one")
        self._gate.check_member(member, digits[TAIL:])

        def proven(unit: Unit) -> None:
            sale, rules = _in_hand(unit), unit.published.programme(self._session.business_date(unit))
            proof = better_proof(ValueProof.PIN.value, sale.proof, rules)
            unit.basket.amend(replace(sale, proof=proof))

        self._session.run(proven)

    def set_pin(self, pin: str) -> None:
        """Keep the PIN that the attached member chose, who showed the card or its dynamic code; or a manager vouches.

        Raises Refused ``redeem.needs_member``, ``member_pin.digits {least, most}``, ``member_pin.needs_proof``.
        """
        if not (pin.isascii() and pin.isdecimal() and len(pin) in PIN_LENGTHS):
            raise Refused("member_pin.digits", least=PIN_LENGTHS[0], most=PIN_LENGTHS[-1])
        pin_hash = self._hasher.hashed(pin)

        def keep(unit: Unit) -> None:
            self._session.cashier()
            sale = _in_hand(unit)
            member = _member(unit, sale)
            if sale.proof not in (ValueProof.CARD, ValueProof.CODE, MANAGER):
                raise Refused("member_pin.needs_proof")
            event = self._session.say(unit, MemberPinSet(member.member_id, pin_hash))
            unit.members.set_pin(member.member_id, pin_hash, event.seq)

        self._session.run(keep)


def share(session: TillSession, unit: Unit, sale: OpenSale, amount_minor: int) -> ValueParts:
    """Return what a payment of stored value takes of what was bought and of what was given.

    Raises:
        Refused: ``redeem.needs_member``; ``value.needs_proof``; ``redeem.offline_value_cap {cap_minor}``;
            ``value.short {total_minor}`` for more than the member has; ``value.short_here {usable_minor, wanted_minor,
            total_minor}`` for more than this till holds; what ``check_moment`` raises.
    """
    if sale.basket.member_id is None:
        raise Refused("redeem.needs_member")
    rules = unit.published.programme(session.business_date(unit))
    have = stored_value(session, unit, require(unit, sale.basket.member_id))
    check_moment(session, unit, rules)
    if not is_proven(sale, rules):
        raise Refused("value.needs_proof")
    cap_minor = rules.offline_value_cap_minor
    if amount_minor > cap_minor and sale.proof != MANAGER and not session.link.is_online():
        raise Refused("redeem.offline_value_cap", cap_minor=cap_minor)
    if amount_minor > have.total:
        raise Refused("value.short", total_minor=have.total)
    if amount_minor > have.usable_here:
        told = {"usable_minor": have.usable_here, "wanted_minor": amount_minor, "total_minor": have.total}
        raise Refused("value.short_here", **told)
    return shared(amount_minor, here(have), whole(have), rules.value_order)


def in_parts(session: TillSession, unit: Unit, sale: OpenSale, tenders: Iterable[TenderAsked]) -> list[TenderAsked]:
    """Return the tenders with all that stored value pays as one of what was bought and one of what was given.

    Raises what ``share`` raises.
    """
    asked = list(tenders)
    stored = [tender for tender in asked if tender.kind in STORED_KINDS]
    if not stored or any(tender.amount_minor <= 0 for tender in stored):
        return asked
    parts = share(session, unit, sale, sum(tender.amount_minor for tender in stored))
    amounts = zip(STORED_KINDS, (parts.value, parts.gift), strict=True)
    place = asked.index(stored[0])
    before = [tender for tender in asked[:place] if tender.kind not in STORED_KINDS]
    after = [tender for tender in asked[place:] if tender.kind not in STORED_KINDS]
    return [*before, *(TenderAsked(kind, amount) for kind, amount in amounts if amount), *after]


def is_proven(sale: OpenSale, rules: Programme) -> bool:
    """Say whether the person at the counter showed enough to spend the member's stored value."""
    return sale.proof == MANAGER or sale.proof in rules.value_proofs


def short_of(have: ValueStanding, amount_minor: int, rules: Programme) -> ValueParts:
    """Return what of both parts is missing here to pay ``amount_minor``, which the member has in all."""
    return missing(amount_minor, here(have), whole(have), rules.value_order)


def here(have: ValueStanding) -> ValueParts:
    """Return what can be spent here."""
    return ValueParts(have.value_here, have.gift_here)


def whole(have: ValueStanding) -> ValueParts:
    """Return what there is in all."""
    return ValueParts(have.value, have.gift)


def _in_hand(unit: Unit) -> OpenSale:
    current = unit.basket.current()
    if current is None:
        raise Refused("redeem.needs_member")
    return current[0]


def _member(unit: Unit, sale: OpenSale) -> Member:
    if sale.basket.member_id is None:
        raise Refused("redeem.needs_member")
    return require(unit, sale.basket.member_id).member
