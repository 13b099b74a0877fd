"""Money that goes back through the payment gateway, as far as it is durable: meant with its refund, asked for later."""

from collections.abc import Iterable
from datetime import date

from pos_app.domain.cash import GIVEN_FOR
from pos_app.domain.charges import Answer, Finding
from pos_app.domain.events import CashMoved, ChargeFound
from pos_app.domain.ids import UUID7_RANDOM_BYTES, uuid7
from pos_app.domain.paybacks import PayBack, asked, given_in_cash, heard
from pos_app.domain.print_jobs import NewPrintJob
from pos_app.domain.staff import Act
from pos_app.domain.tenders import Tender
from pos_app.errors import Refused
from pos_app.services.day_papers import queue_cash_slip
from pos_app.services.overrides import Override, Overrides
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.till import RECEIPT_PRINTER, TillSession


def mean_back(session: TillSession, unit: Unit, refund_no: str, tenders: Iterable[Tender]) -> None:
    """Mean to give back what a refund gives by card or wallet and the gateway took; in the refund's transaction.

    What was taken without the gateway goes back by hand, as it came.
    """
    on = session.business_date(unit)
    for tender in tenders:
        charge = unit.charges.behind(tender.kind, tender.reference)
        if charge is not None:
            payback_id = uuid7(session.clock.now_ms(), session.rng.token(UUID7_RANDOM_BYTES))
            unit.paybacks.put(PayBack(payback_id, charge.charge_id, refund_no, tender.kind, tender.amount_minor), on)


class PayBackDesk:
    """Keeps what is known of each pay-back. All its methods return after the commit; none asks the gateway."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._overrides = Overrides(session, hasher)

    def refused(self) -> tuple[PayBack, ...]:
        """Return what the provider did not send and nobody has given in cash yet, oldest first."""
        with self._session.store.view() as unit:
            return tuple(unit.paybacks.refused())

    def give_in_cash(self, payback_id: str, override: Override | None = None) -> PayBack:
        """Give in cash what the provider refused to send: the drawer opens, and should hold so much less.

        Somebody else approves it, unless the rules of the shop give cash for cards and wallets anyway.

        Raises Refused ``charge.unknown``, ``payback.not_refused``, ``override.*``, ``staff.nobody``, ``day.not_open``.
        """
        approval = self._overrides.check(Act.SETTLE_CHARGE, override)

        def give(unit: Unit) -> PayBack:
            session = self._session
            session.cashier()
            shift, before = session.shift(unit), unit.paybacks.with_id(payback_id)
            if before is None:
                raise Refused("charge.unknown", charge_id=payback_id)
            after, amount = given_in_cash(before), before.amount_minor
            if not unit.published.programme(shift.business_date).refund_in_cash:
                self._overrides.insist(unit, Act.SETTLE_CHARGE, approval, subject=before.refund_no, amount_minor=amount)
            moved = CashMoved(GIVEN_FOR[before.kind], amount, before.refund_no, unit.till.next_number("cash"))
            session.say(unit, moved)
            unit.paybacks.put(after, shift.business_date)
            queue_cash_slip(session, unit, shift, moved)
            job = NewPrintJob(RECEIPT_PRINTER, "drawer", "", session.clock.now_ms(), subject=before.refund_no)
            unit.papers.append(job)
            return after

        return self._session.run(give)

    def begin(self) -> tuple[PayBack, ...]:
        """Return every pay-back that nobody knows of yet, durably asked for: each may be asked of the gateway now."""

        with self._session.store.view() as unit:
            if not unit.paybacks.since(date.max):
                return ()

        def begin(unit: Unit) -> tuple[PayBack, ...]:
            waiting = tuple(asked(each) for each in unit.paybacks.since(date.max))
            for payback in waiting:
                unit.paybacks.put(payback, self._session.business_date(unit))
            return waiting

        return self._session.run(begin)

    def hear(self, answer: Answer) -> PayBack:
        """Keep an answer of the gateway, whenever it comes; raises Refused ``charge.unknown``, Damaged ``charge.*``."""

        def hear(unit: Unit) -> PayBack:
            before = unit.paybacks.with_id(answer.charge_id)
            if before is None:
                raise Refused("charge.unknown", charge_id=answer.charge_id)
            after = heard(before, answer)
            if after != before:
                unit.paybacks.put(after, self._session.business_date(unit))
            return after

        return self._session.run(hear)


def pay_back_findings(unit: Unit, since: date) -> tuple[ChargeFound, ...]:
    """Return the pay-backs since a business date that were refused, and all of which nobody knows yet."""
    return tuple(
        ChargeFound(one.payback_id, one.refund_no, one.kind.value, one.amount_minor, _finding(one).value)
        for one in unit.paybacks.since(since)
        if one.is_open or one.state == "refused"
    )


def _finding(payback: PayBack) -> Finding:
    return Finding.BACK_PENDING if payback.is_open else Finding.BACK_REFUSED
