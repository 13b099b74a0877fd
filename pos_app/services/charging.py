"""Charges through a payment gateway, as far as they are durable: the gateway itself is asked on its own lane."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pos_app.domain.charges import (
    Answer,
    Charge,
    Finding,
    asked,
    decided,
    finding,
    found_at_start,
    heard,
    meant,
    silent,
)
from pos_app.domain.events import ChargeFound
from pos_app.domain.ids import UUID7_RANDOM_BYTES, uuid7
from pos_app.domain.staff import Act
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.overrides import Override, Overrides
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.till import TillSession


class ChargeDesk:
    """Keeps what is known of each charge. All its methods return after the commit; none asks the gateway."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._overrides = Overrides(session, hasher)

    def begin(self, kind: TenderKind, amount_minor: int) -> Charge:
        """Make a charge for the sale in hand durable; only then may the gateway be asked, once.

        Raises Refused ``sale.empty``, ``staff.nobody``, ``day.not_open``, and what ``charges.meant`` raises.
        """

        def begin(unit: Unit) -> Charge:
            self._session.cashier()
            current = unit.basket.current()
            if current is None or current[0].basket.is_empty:
                raise Refused("sale.empty")
            return self._begin(unit, current[0].basket.sale_id, kind, amount_minor)

        return self._session.run(begin)

    def begin_top_up(self, topup_id: str, kind: TenderKind, amount_minor: int) -> Charge:
        """Make a charge for a top-up durable, as ``begin`` does; until it is sold, the money is to go back.

        Raises Refused ``staff.nobody``, ``day.not_open``, and what ``charges.meant`` raises.
        """

        def begin(unit: Unit) -> Charge:
            self._session.cashier()
            return self._begin(unit, topup_id, kind, amount_minor, awaits_topup=True)

        return self._session.run(begin)

    def left(self) -> tuple[Charge, ...]:
        """Return the charges of top-ups that were never sold: each is to be closed, and what was taken goes back."""
        with self._session.store.view() as unit:
            return tuple(unit.charges.left())

    def hear(self, answer: Answer) -> Charge:
        """Keep an answer of the gateway, whenever it comes; raises Refused ``charge.unknown``, Damaged ``charge.*``."""
        return self._change(answer.charge_id, lambda charge: heard(charge, answer))

    def miss(self, charge_id: str) -> Charge:
        """Keep that no answer came."""
        return self._change(charge_id, silent)

    def decide(self, charge_id: str, *, taken: bool, reference: str = "", override: Override | None = None) -> Charge:
        """Say for the provider what became of a charge; somebody else approves it.

        Raises Refused ``override.*``, ``charge.unknown``, ``charge.not_unknown``.
        """
        approval = self._overrides.check(Act.SETTLE_CHARGE, override)

        def decide(unit: Unit) -> Charge:
            charge = _known(unit, charge_id)
            amount, subject = charge.amount_minor, "taken" if taken else "not_taken"
            after = decided(charge, override.staff_id if override else "", taken=taken, reference=reference)
            self._overrides.insist(unit, Act.SETTLE_CHARGE, approval, subject=subject, amount_minor=amount)
            unit.charges.put(after, self._session.business_date(unit))
            return after

        return self._session.run(decide)

    def of_sale(self, sale_id: str) -> tuple[Charge, ...]:
        """Return the charges of a sale."""
        with self._session.store.view() as unit:
            return tuple(unit.charges.of_sale(sale_id))

    def start(self) -> None:
        """Look at what the program before left under way; once, before the gateway is asked anything."""

        def start(unit: Unit) -> None:
            today = self._session.today()
            for charge in unit.charges.since(date.max):
                unit.charges.put(found_at_start(charge), today)

        self._session.run(start)

    def _begin(
        self, unit: Unit, sale_id: str, kind: TenderKind, amount_minor: int, *, awaits_topup: bool = False
    ) -> Charge:
        charge_id = uuid7(self._session.clock.now_ms(), self._session.rng.token(UUID7_RANDOM_BYTES))
        new = meant(charge_id, sale_id, kind, amount_minor, unit.charges.of_sale(sale_id))
        charge = replace(asked(new), awaits_topup=awaits_topup)
        unit.charges.put(charge, self._session.shift(unit).business_date)
        return charge

    def _change(self, charge_id: str, change: Callable[[Charge], Charge]) -> Charge:
        def work(unit: Unit) -> Charge:
            before = _known(unit, charge_id)
            after = change(before)
            if after != before:
                unit.charges.put(after, self._session.business_date(unit))
            return after

        return self._session.run(work)


def findings(unit: Unit, since: date) -> tuple[ChargeFound, ...]:
    """Return the charges since a business date that somebody has to look at, and every older one that is open."""
    found = []
    for charge in unit.charges.since(since):
        counted = (charge.kind, charge.reference) in _paid_with(unit, charge.sale_id)
        what = finding(charge, counted=counted)
        if what is not None:
            minor = charge.amount_minor if what is Finding.PENDING else charge.taken_minor
            found.append(ChargeFound(charge.charge_id, charge.sale_id, charge.kind.value, minor, what.value))
    return tuple(found)


def _paid_with(unit: Unit, sale_id: str) -> set[tuple[TenderKind, str]]:
    """Return kind and reference of what paid a sale or a top-up; nothing where it was not sold."""
    sold, topped_up = unit.sales.with_id(sale_id), unit.topups.with_id(sale_id)
    tenders = sold.sale.tenders if sold is not None else topped_up.fact.tenders if topped_up is not None else ()
    return {(tender.kind, tender.reference) for tender in tenders}


def _known(unit: Unit, charge_id: str) -> Charge:
    charge = unit.charges.with_id(charge_id)
    if charge is None:
        raise Refused("charge.unknown", charge_id=charge_id)
    return charge
