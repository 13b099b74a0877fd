"""Paid sales: a slim row with lines and tenders; the whole fact stays in the log."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

import msgspec

from pos_app.domain.events import Sale
from pos_app.domain.members import MAX_PURCHASES, Purchase, Tier, TierTerm
from pos_app.domain.tenders import TenderKind
from pos_app.domain.tiers import Bought, counting_minor
from pos_app.domain.till import SoldSale
from pos_app.errors import Damaged
from pos_app.store.directory_reader import DirectoryReader, marks
from pos_app.store.event_log import EventLogTable
from pos_app.store.memory import decoded
from pos_app.store.rows import Rows

_COLUMNS = "seq, sold_at_ms, business_date, staff_id, paper_job, reprints"


class SaleTable:
    """Tables ``sale``, ``sale_line`` and ``tender``; the key is the receipt's running number."""

    def __init__(self, rows: Rows, log: EventLogTable, directory: DirectoryReader) -> None:
        self._rows = rows
        self._conn = rows.conn
        self._directory = directory
        self._log = log

    def add(self, receipt_n: int, sold: SoldSale) -> None:
        """Store a sale with its lines and tenders."""
        sale = sold.sale
        earned = sale.repaid_points + (0 if sale.earned is None else sale.earned.amount)
        spent = sum(line.redeemed_points + line.basket_points for line in sale.lines)
        self._conn.execute(
            "INSERT INTO sale (receipt_n, seq, sale_id, receipt_no, member_id, business_date, sold_at_ms, staff_id,"
            " due_minor, rounding_minor, points, owed, paper_job, counts_minor, raised, terms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                receipt_n,
                sold.seq,
                sale.sale_id,
                sale.receipt_no,
                sale.member_id,
                sold.business_date.isoformat(),
                sold.sold_at_ms,
                sold.staff_id,
                sale.due_minor,
                sale.rounding_minor,
                earned - spent,
                -sale.repaid_points,
                sold.paper_job,
                counting_minor(sale.lines),
                "" if sale.raised is None else sale.raised.tier.value,
                msgspec.json.encode([line.term for line in sale.lines if line.term is not None]),
            ],
        )
        self._conn.executemany(
            "INSERT INTO sale_line VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    receipt_n,
                    line.line_no,
                    line.item_id,
                    line.quantity,
                    line.net_minor,
                    line.paid_minor,
                    line.redeemed_points + line.basket_points,
                    line.earned_points,
                )
                for line in sale.lines
            ],
        )
        self._conn.executemany(
            "INSERT INTO tender VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    receipt_n,
                    n,
                    tender.kind.value,
                    tender.amount_minor,
                    tender.given_minor,
                    tender.change_minor,
                    tender.reference,
                )
                for n, tender in enumerate(sale.tenders, 1)
            ],
        )

    def set_paper(self, receipt_n: int, paper_job: int) -> None:
        """Remember which print job is the receipt of a sale."""
        self._conn.execute("UPDATE sale SET paper_job = ? WHERE receipt_n = ?", [paper_job, receipt_n])

    def with_id(self, sale_id: str) -> SoldSale | None:
        """Return the sale that was paid under this identity."""
        return self._sold("sale_id = ?", sale_id)

    def paid_with(self, kind: TenderKind, reference: str, business_date: date) -> str | None:
        """Return the receipt's number of a day's sale that a payment of this kind and reference paid for."""
        found = self._rows.all(
            "SELECT sale.receipt_no FROM tender JOIN sale USING (receipt_n)"
            " WHERE tender.reference <> '' AND tender.reference = ? AND tender.kind = ? AND sale.business_date = ?",
            reference,
            kind.value,
            business_date.isoformat(),
        )
        return str(found[0][0]) if found else None

    def with_receipt(self, receipt_no: str | None) -> SoldSale | None:
        """Return the sale with this receipt number; the last one for None."""
        if receipt_no is None:
            return self._sold("receipt_n = (SELECT max(receipt_n) FROM sale)")
        tail = receipt_no.rpartition("-")[2]
        if not (tail.isascii() and tail.isdecimal() and len(tail) <= 12):
            return None
        return self._sold("receipt_n = ? AND receipt_no = ?", int(tail), receipt_no)

    def count_reprint(self, seq: int) -> int:
        """Count a reprint of the sale and return how many there were."""
        row = self._conn.execute(
            "UPDATE sale SET reprints = reprints + 1 WHERE seq = ? RETURNING reprints", [seq]
        ).fetchone()
        if row is None:
            raise Damaged("sale.row", seq=seq)
        return int(row[0])

    def newest_minor(self, count: int) -> int:
        """Return what the newest ``count`` sales came to."""
        (total,) = self._conn.execute(
            "SELECT coalesce(sum(due_minor), 0) FROM (SELECT due_minor FROM sale ORDER BY receipt_n DESC LIMIT ?)",
            [count],
        ).fetchone()
        return int(total)

    def points_since(self, member_id: str, seq: int) -> int:
        """Return points earned minus points spent here by the member, under any name, after event ``seq``.

        Refunds turn both round. What repaid a debt counts as earned.
        """
        return self._since("points", member_id, seq)

    def owed_since(self, member_id: str, seq: int) -> int:
        """Return the points that refunds here made the member owe, less what sales here repaid, after event ``seq``."""
        return self._since("owed", member_id, seq)

    def _since(self, column: str, member_id: str, seq: int) -> int:
        names = self._directory.names(member_id)
        theirs = f"member_id IN ({marks(names)}) AND seq > ?"
        sql = f"SELECT {column} AS one FROM sale WHERE {theirs} UNION ALL SELECT {column} FROM refund WHERE {theirs}"
        ((total,),) = self._rows.all(f"SELECT coalesce(sum(one), 0) FROM ({sql})", *names, seq, *names, seq)
        return int(total)

    def of_member(self, member_id: str, limit: int) -> list[SoldSale]:
        """Return what the member bought here, under any name, newest first."""
        names = self._directory.names(member_id)
        where = f"member_id IN ({marks(names)})"
        return self._newest(f"SELECT receipt_n FROM sale WHERE {where}", limit, *names)

    def with_item(self, item_id: int, on: date, limit: int) -> list[SoldSale]:
        """Return the sales of an item on a business date, newest first."""
        sql = "SELECT receipt_n FROM sale_line JOIN sale USING (receipt_n) WHERE item_id = ? AND business_date = ?"
        return self._newest(sql, limit, item_id, on.isoformat())

    def _newest(self, sql: str, limit: int, *values: object) -> list[SoldSale]:
        numbers = self._conn.execute(f"{sql} GROUP BY receipt_n ORDER BY receipt_n DESC LIMIT ?", [*values, limit])
        found = [self._sold("receipt_n = ?", receipt_n) for (receipt_n,) in numbers.fetchall()]
        return [sold for sold in found if sold is not None]

    def purchases_since(self, member_id: str, seq: int, store_id: str) -> tuple[Purchase, ...]:
        """Return what the member bought here, under any name, after event ``seq``, newest first."""
        names = self._directory.names(member_id)
        rows = self._rows.all(
            "SELECT l.item_id, l.quantity, s.business_date FROM sale s JOIN sale_line l USING (receipt_n)"
            f" WHERE s.member_id IN ({marks(names)}) AND s.seq > ? ORDER BY s.seq DESC, l.line_no LIMIT ?",
            *names,
            seq,
            MAX_PURCHASES,
        )
        return tuple(Purchase(item_id, count, date.fromisoformat(on), store_id) for item_id, count, on in rows)

    def came_back(self, sale_id: str, minor: int, months: Mapping[str, int]) -> None:
        """Take what came back of a sale off what it counts, and months off the terms that it sold; unknown: nothing."""
        row = self._conn.execute("SELECT terms FROM sale WHERE sale_id = ?", [sale_id]).fetchone()
        if row is None:
            return
        left = [
            replace(term, months=term.months - months.get(term.term_id, 0))
            for term in decoded(bytes(row[0]), tuple[TierTerm, ...], "sale.terms")
        ]
        kept = msgspec.json.encode([term for term in left if term.months > 0])
        sql = "UPDATE sale SET counts_minor = counts_minor - ?, terms = ? WHERE sale_id = ?"
        self._conn.execute(sql, [minor, kept, sale_id])

    def lower(self, member_id: str, tiers: Collection[Tier]) -> None:
        """Forget that the member, under any name, reached one of these tiers here."""
        names = self._directory.names(member_id)
        sql = f"UPDATE sale SET raised = '' WHERE member_id IN ({marks(names)}) AND raised IN ({marks(tiers)})"
        self._conn.execute(sql, [*names, *(tier.value for tier in tiers)])

    def bought_since(self, member_id: str, seq: int) -> tuple[Bought, ...]:
        """Return what the member's purchases here, under any name, after event ``seq`` count for their tier."""
        names = self._directory.names(member_id)
        sql = (
            "SELECT business_date, counts_minor, terms, raised FROM sale"
            f" WHERE member_id IN ({marks(names)}) AND seq > ? ORDER BY seq"
        )
        return tuple(
            Bought(
                date.fromisoformat(on),
                minor,
                decoded(bytes(terms), tuple[TierTerm, ...], "sale.terms"),
                Tier(raised) if raised else None,
            )
            for on, minor, terms, raised in self._rows.all(sql, *names, seq)
        )

    def _sold(self, where: str, *values: object) -> SoldSale | None:
        row = self._conn.execute(f"SELECT {_COLUMNS} FROM sale WHERE {where}", values).fetchone()
        if row is None:
            return None
        seq, sold_at_ms, business_date, staff_id, paper_job, reprints = row
        fact, _at = self._log.fact(seq)
        if not isinstance(fact, Sale):
            raise Damaged("sale.row", seq=seq)
        return SoldSale(seq, fact, sold_at_ms, date.fromisoformat(business_date), staff_id, paper_job, reprints)
