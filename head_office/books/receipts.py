"""Receipt numbers: each names one sale for ever. A second sale under a number is stored and posted, and flagged."""

from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from head_office.store import schema
from head_office.store.bulk import among, insert_rows

_RECEIPT = schema.receipt.c
_OWNERS = sa.select(_RECEIPT.receipt_no, _RECEIPT.life_no, _RECEIPT.seq).where(among(_RECEIPT.receipt_no, "numbers"))
MAX_NUMBER = 64  # characters; a longer one names nothing


@dataclass(frozen=True, slots=True)
class Twice:
    """The event ``seq`` uses a number that another event had before it."""

    seq: int
    receipt_no: str
    life_no: int
    used_by_seq: int


@dataclass(slots=True)
class ReceiptBook:
    """The receipts of one terminal life that a batch adds. The key is unique in the database: no look-up can race."""

    connection: sa.Connection
    life_no: int
    _rows: dict[int, dict[str, object]] = field(default_factory=dict)

    def add(self, seq: int, receipt_no: str, sale_id: str, business_date: date, of_sale: str, member_id: str) -> None:
        """Note the number of what was said as event ``seq``; ``of_sale`` is the sale that a refund takes back."""
        if max(len(receipt_no), len(sale_id), len(of_sale)) <= MAX_NUMBER:
            self._rows[seq] = {
                "receipt_no": receipt_no,
                "life_no": self.life_no,
                "seq": seq,
                "sale_id": sale_id,
                "business_date": business_date.isoformat(),
                "of_sale": of_sale,
                "member_id": member_id,
            }

    def write(self) -> list[Twice]:
        """Write the numbers that are new and return the sales whose number was another's already.

        Those are written too, the number followed by life and seq: a refund finds its sale by the sale's id.
        """
        rows = sorted(self._rows.values(), key=lambda row: (str(row["receipt_no"]), str(row["seq"])))
        if insert_rows(self.connection, schema.receipt, rows, clash="ignore") == len(rows):
            return []
        found = self.connection.execute(_OWNERS, {"numbers": {str(row["receipt_no"]) for row in rows}})
        owners = {row.receipt_no: (row.life_no, row.seq) for row in found}
        twice = [
            Twice(seq, str(row["receipt_no"]), *owner)
            for seq, row in self._rows.items()
            if (owner := owners[str(row["receipt_no"])]) != (self.life_no, seq)
        ]
        second = [
            self._rows[each.seq] | {"receipt_no": f"{each.receipt_no} {self.life_no}/{each.seq}"} for each in twice
        ]
        insert_rows(self.connection, schema.receipt, second, clash="ignore")
        return twice
