"""Receipt numbers: each names one sale for ever. A second sale under a number is stored and posted, and flagged."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from head_office.store import schema
from head_office.store.bulk import insert_rows

_RECEIPT = schema.receipt.c
AT_ONCE = 1_000
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

    def add(self, seq: int, receipt_no: str, sale_id: str, business_date: date) -> None:
        """Note the number of what was said as event ``seq``."""
        if len(receipt_no) <= MAX_NUMBER and len(sale_id) <= MAX_NUMBER:
            self._rows[seq] = {
                "receipt_no": receipt_no,
                "life_no": self.life_no,
                "seq": seq,
                "sale_id": sale_id,
                "business_date": business_date.isoformat(),
            }

    def write(self) -> list[Twice]:
        """Write the numbers that are new and return the sales whose number was another's already."""
        rows = sorted(self._rows.values(), key=lambda row: (str(row["receipt_no"]), str(row["seq"])))
        insert_rows(self.connection, schema.receipt, rows, clash="ignore")
        owners = self._owners({str(row["receipt_no"]) for row in rows})
        return [
            Twice(seq, str(row["receipt_no"]), *owner)
            for seq, row in self._rows.items()
            if (owner := owners[str(row["receipt_no"])]) != (self.life_no, seq)
        ]

    def _owners(self, numbers: Iterable[str]) -> dict[str, tuple[int, int]]:
        wanted = sorted(numbers)
        found: dict[str, tuple[int, int]] = {}
        for start in range(0, len(wanted), AT_ONCE):
            some = _RECEIPT.receipt_no.in_(wanted[start : start + AT_ONCE])
            rows = self.connection.execute(sa.select(_RECEIPT.receipt_no, _RECEIPT.life_no, _RECEIPT.seq).where(some))
            found.update({row.receipt_no: (row.life_no, row.seq) for row in rows})
        return found
