"""Money that a payment gateway gives back: here since the refund was, and with what became of it."""

from datetime import date

from pos_app.domain.paybacks import PayBack, PayBackState
from pos_app.domain.tenders import TenderKind
from pos_app.store.rows import Rows

_COLUMNS = "payback_id, charge_id, refund_no, kind, amount_minor, state"


class PayBackTable:
    """Table ``payment_back``."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, payback: PayBack, business_date: date) -> None:
        """Keep a pay-back as it is now; its business date stays that of its refund."""
        self._rows.conn.execute(
            f"INSERT INTO payment_back ({_COLUMNS}, business_date) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (payback_id) DO UPDATE SET state = excluded.state",
            [
                payback.payback_id,
                payback.charge_id,
                payback.refund_no,
                payback.kind.value,
                payback.amount_minor,
                payback.state.value,
                business_date.isoformat(),
            ],
        )

    def with_id(self, payback_id: str) -> PayBack | None:
        """Return one pay-back."""
        return next(iter(self._where("payback_id = ?", payback_id)), None)

    def refused(self) -> list[PayBack]:
        """Return those that the provider refused and nobody has given in cash, oldest first."""
        return self._where("state = 'refused'")

    def since(self, business_date: date) -> list[PayBack]:
        """Return those of refunds on this business date or later, and every older one that is open still."""
        return self._where("business_date >= ? OR state IN ('meant', 'asked')", business_date.isoformat())

    def _where(self, which: str, *values: str) -> list[PayBack]:
        rows = self._rows.all(f"SELECT {_COLUMNS} FROM payment_back WHERE {which} ORDER BY payback_id", *values)
        return [
            PayBack(payback_id, charge_id, refund_no, TenderKind(kind), amount, PayBackState(state))
            for payback_id, charge_id, refund_no, kind, amount, state in rows
        ]
