"""Put the papers of a sale into the print queue, in the sale's own transaction."""

from pos_app.domain.codes import coupon_code, hold_code
from pos_app.domain.coupon_slip import coupon_slip
from pos_app.domain.directory import KnownMember
from pos_app.domain.events import Sale
from pos_app.domain.hold_slip import hold_slip
from pos_app.domain.masking import masked_name
from pos_app.domain.paper import Paper
from pos_app.domain.paper_json import to_json
from pos_app.domain.posting import CASHLIKE
from pos_app.domain.print_jobs import NewPrintJob
from pos_app.domain.receipts import PointsStanding, ReceiptHeader, receipt
from pos_app.domain.till import HeldSale
from pos_app.services.balances import Standing
from pos_app.services.coupons import CouponChoice
from pos_app.services.ports import Unit
from pos_app.services.punching import moved_by_sale
from pos_app.services.till import RECEIPT_PRINTER, TillSession
from pos_app.services.words import brand_name, coupon_words, hold_words, receipt_words, store_name


def queue_receipt(
    session: TillSession, unit: Unit, sale: Sale, known: KnownMember | None, after: Standing | None
) -> int:
    """Queue the receipt of a sale; return the job's id. ``after`` are the member's points after the sale."""
    now = session.clock.now_ms()
    standing = None
    if after is not None:
        as_of = None if after.as_of_ms is None else session.local(after.as_of_ms)
        standing = PointsStanding(after.total, as_of, moved_by_sale(session, unit, sale, known))
    member = None if known is None else known.member
    paper = receipt(sale, receipt_header(session, unit, now), member, standing, receipt_words())
    return unit.papers.append(paper_job(paper, sale.receipt_no, now))


def queue_drawer(session: TillSession, unit: Unit, sale: Sale) -> None:
    """Queue the pulse that opens the drawer, if cash goes in or out."""
    if any(tender.kind in CASHLIKE for tender in sale.tenders):
        job = NewPrintJob(RECEIPT_PRINTER, "drawer", "", session.clock.now_ms(), subject=sale.receipt_no)
        unit.papers.append(job)


def queue_hold_slip(session: TillSession, unit: Unit, held: HeldSale) -> None:
    """Queue the slip of a sale that was put aside."""
    identity, now = session.identity(unit), session.clock.now_ms()
    code = hold_code(identity.store_no, identity.lane, held.sale.basket.sale_id)
    header = receipt_header(session, unit, held.held_at_ms)
    unit.papers.append(paper_job(hold_slip(held, code, header, hold_words()), f"hold:{held.hold_id}", now))


def queue_coupon(session: TillSession, unit: Unit, choice: CouponChoice, member_name: str) -> None:
    """Queue the paper of a member's coupon."""
    now = session.clock.now_ms()
    header, words = receipt_header(session, unit, now), coupon_words(choice.rule)
    slip = coupon_slip(choice.rule, choice.last_day, coupon_code(choice.lot), masked_name(member_name), header, words)
    unit.papers.append(paper_job(slip, f"coupon:{choice.lot}", now))


def paper_job(paper: Paper, subject: str, at_ms: int, reprint_no: int = 0) -> NewPrintJob:
    """Return the job that prints a paper on the receipt printer."""
    return NewPrintJob(RECEIPT_PRINTER, "paper", to_json(paper), at_ms, subject=subject, reprint_no=reprint_no)


def receipt_header(session: TillSession, unit: Unit, at_ms: int) -> ReceiptHeader:
    """Return what heads a receipt: shop, till, staff and local time."""
    identity = session.identity(unit)
    return ReceiptHeader(
        brand=brand_name(unit.published.programme(session.business_date(unit))),
        store_name=store_name(identity),
        till_name=f"{identity.lane:02d}",
        staff_name="" if session.staff is None else session.staff.name,
        sold_at=session.local(at_ms),
    )
