"""Money that goes back through the payment gateway, as far as it is durable: meant with its refund, asked for later."""

from collections.abc import Iterable
from datetime import date

from pos_app.domain.charges import Answer, Finding
from pos_app.domain.events import ChargeFound
from pos_app.domain.ids import UUID7_RANDOM_BYTES, uuid7
from pos_app.domain.paybacks import PayBack, asked, heard
from pos_app.domain.tenders import Tender
from pos_app.errors import Refused
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession


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

    def __init__(self, session: TillSession) -> None:
        self._session = session

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
