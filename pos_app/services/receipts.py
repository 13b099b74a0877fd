"""The receipt desk: the last sale, and printing a receipt again."""

from dataclasses import dataclass

from pos_app.domain.events import ReceiptReprinted
from pos_app.domain.paper import marked
from pos_app.domain.paper_json import from_json
from pos_app.domain.staff import Act
from pos_app.domain.till import SoldSale
from pos_app.errors import Damaged, Refused
from pos_app.services.overrides import Override, Overrides
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.sale_papers import paper_job
from pos_app.services.till import TillSession
from pos_app.services.words import receipt_words


@dataclass(frozen=True, slots=True)
class LastSale:
    """A sold sale in one line."""

    receipt_no: str
    sold_at_ms: int
    pieces: int
    due_minor: int
    member_name: str
    earned_points: int
    reprints: int


@dataclass(frozen=True, slots=True)
class Reprint:
    """A queued reprint."""

    receipt_no: str
    count: int
    job_id: int


class ReceiptDesk:
    """Finds receipts and prints them again, marked and counted."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._overrides = Overrides(session, hasher)

    def last(self) -> LastSale | None:
        """Return the newest sale of this till."""
        return self.sale(None)

    def sale(self, receipt_no: str | None) -> LastSale | None:
        """Return a sale of this till by its receipt number, the newest for None; None if it is not of this till."""
        with self._session.store.view() as unit:
            sold = unit.sales.with_receipt(receipt_no)
            return None if sold is None else _in_one_line(unit, sold)

    def reprint(self, receipt_no: str | None = None, override: Override | None = None) -> Reprint:
        """Queue a receipt again (None: the last) with 补打 and its count.

        Raises:
            Refused: ``receipt.unknown``, ``day.not_open``, and what ``Overrides.check`` and ``allow`` raise: a role
                prints one receipt again so many times.
        """
        approval = self._overrides.check(Act.REPRINT, override)

        def reprint(unit: Unit) -> Reprint:
            self._session.cashier()
            self._session.shift(unit)
            sold = unit.sales.with_receipt(receipt_no)
            if sold is None:
                raise Refused("receipt.unknown", receipt_no=receipt_no or "")
            original = unit.papers.job(sold.paper_job)
            if original is None:
                raise Damaged("print.job", job_id=sold.paper_job)
            count = unit.sales.count_reprint(sold.seq)
            number, due_minor = sold.sale.receipt_no, sold.sale.due_minor
            self._overrides.allow(unit, Act.REPRINT, approval, count, subject=number, amount_minor=due_minor)
            paper = marked(from_json(original.job.paper_json), receipt_words().reprint_f.format(count=count))
            now = self._session.clock.now_ms()
            self._session.say(unit, ReceiptReprinted(number, count))
            return Reprint(number, count, unit.papers.append(paper_job(paper, number, now, count)))

        return self._session.run(reprint)


def _in_one_line(unit: Unit, sold: SoldSale) -> LastSale:
    sale = sold.sale
    known = None if sale.member_id is None else unit.members.known(sale.member_id)
    return LastSale(
        receipt_no=sale.receipt_no,
        sold_at_ms=sold.sold_at_ms,
        pieces=sum(line.quantity for line in sale.lines),
        due_minor=sale.due_minor,
        member_name="" if known is None else known.member.name,
        earned_points=sale.repaid_points + (0 if sale.earned is None else sale.earned.amount),
        reprints=sold.reprints,
    )
