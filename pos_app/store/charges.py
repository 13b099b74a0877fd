"""Charges through a payment gateway: each is here before anybody is asked, and stays with what became of it."""

from collections.abc import Iterable
from datetime import date

from pos_app.domain.charges import Charge, ChargeState
from pos_app.domain.tenders import TenderKind
from pos_app.store.rows import Row, Rows

_COLUMNS = "charge_id, sale_id, kind, amount_minor, state, taken_minor, reference, decided_by, awaits_topup"


class ChargeTable:
    """Table ``payment_intent``. A customer's payment code is never in it."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._conn = rows.conn

    def put(self, charge: Charge, business_date: date) -> None:
        """Keep a charge as it is now; its business date stays that of its beginning."""
        self._conn.execute(
            f"INSERT INTO payment_intent ({_COLUMNS}, business_date) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (charge_id) DO UPDATE SET state = excluded.state, taken_minor = excluded.taken_minor,"
            " reference = excluded.reference, decided_by = excluded.decided_by, awaits_topup = excluded.awaits_topup",
            [
                charge.charge_id,
                charge.sale_id,
                charge.kind.value,
                charge.amount_minor,
                charge.state.value,
                charge.taken_minor,
                charge.reference,
                charge.decided_by,
                int(charge.awaits_topup),
                business_date.isoformat(),
            ],
        )

    def with_id(self, charge_id: str) -> Charge | None:
        """Return one charge."""
        return next(iter(self._where("charge_id = ?", charge_id)), None)

    def of_sale(self, sale_id: str) -> list[Charge]:
        """Return the charges of a sale, in the order they began."""
        return self._where("sale_id = ?", sale_id)

    def behind(self, kind: TenderKind, reference: str) -> Charge | None:
        """Return the charge whose money came by this kind under the provider's reference."""
        found = self._where("kind = ? AND reference = ? AND state = 'taken'", kind.value, reference)
        return found[0] if reference and found else None

    def left(self) -> list[Charge]:
        """Return those of top-ups that were never sold, as far as money was taken or may have been."""
        return self._where("awaits_topup = 1 AND state IN ('asked', 'unknown', 'taken')")

    def since(self, business_date: date) -> list[Charge]:
        """Return the charges that began on this business date or later, and every older one that is open still."""
        return self._where("business_date >= ? OR state IN ('meant', 'asked', 'unknown')", business_date.isoformat())

    def _where(self, which: str, *values: str) -> list[Charge]:
        return _charges(
            self._rows.all(f"SELECT {_COLUMNS} FROM payment_intent WHERE {which} ORDER BY charge_id", *values)
        )


def _charges(rows: Iterable[Row]) -> list[Charge]:
    return [
        Charge(
            charge_id, sale_id, TenderKind(kind), amount, ChargeState(state), taken, reference, decided_by, bool(awaits)
        )
        for charge_id, sale_id, kind, amount, state, taken, reference, decided_by, awaits in rows
    ]
