"""Put the papers of a refund into the print queue, in the refund's own transaction."""

from pos_app.domain.directory import KnownMember
from pos_app.domain.events import SaleRefunded
from pos_app.domain.print_jobs import NewPrintJob
from pos_app.domain.refund_slip import Original, PointsMoved, refund_slip
from pos_app.domain.returnable import Returnable
from pos_app.domain.tenders import TenderKind
from pos_app.services.ports import Unit
from pos_app.services.refund_models import RefundView
from pos_app.services.sale_papers import paper_job, receipt_header
from pos_app.services.till import RECEIPT_PRINTER, TillSession
from pos_app.services.words import refund_words


def queue_refund(
    session: TillSession,
    unit: Unit,
    of: Returnable,
    fact: SaleRefunded,
    shown: RefundView,
    known: KnownMember | None,
    new_receipt_no: str,
) -> int:
    """Queue the slip of a refund, and the drawer where cash goes out; return the slip's job."""
    now = session.clock.now_ms()
    quote = shown.quote
    moved = None
    if quote.points_before is not None and quote.points_after is not None:
        moved = PointsMoved(quote.points_before, quote.points_after, quote.short_points, shown.cards)
    original = Original(of.sale, of.business_date, new_receipt_no)
    member = None if known is None else known.member
    paper = refund_slip(fact, original, receipt_header(session, unit, now), member, moved, refund_words())
    job_id = unit.papers.append(paper_job(paper, fact.refund_no, now))
    if any(tender.kind is TenderKind.CASH for tender in fact.tenders):
        unit.papers.append(NewPrintJob(RECEIPT_PRINTER, "drawer", "", now, subject=fact.refund_no))
    return job_id
