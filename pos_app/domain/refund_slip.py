"""The refund slip as paper (退货单): what came back of which sale, how the money went, and what the points are now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pos_app.domain.codes import receipt_code
from pos_app.domain.events import Sale, SaleRefunded
from pos_app.domain.masking import masked_name, masked_phone
from pos_app.domain.members import Member
from pos_app.domain.money_back import ELECTRONIC
from pos_app.domain.paper import Blank, Block, Pair, Paper, QrCode, Rule, Text
from pos_app.domain.price_steps import Discount
from pos_app.domain.punch_cards import CardMoved
from pos_app.domain.receipts import ReceiptHeader, card_rows, paper_amount, shop_lines, tax_rows
from pos_app.domain.refunds import on_gifts
from pos_app.domain.tax import tax_totals
from pos_app.domain.tenders import TenderKind
from pos_app.domain.words import RefundWords


@dataclass(frozen=True, slots=True)
class Original:
    """The sale that the goods come from: its business date, and the number of the new sale of an exchange or empty."""

    sale: Sale
    sold_on: date
    new_receipt_no: str = ""


@dataclass(frozen=True, slots=True)
class PointsMoved:
    """The member's points before and after; ``owed`` later points repay. ``cards`` are their punch cards that moved."""

    before: int
    after: int
    owed: int = 0
    cards: tuple[CardMoved, ...] = ()


def refund_slip(
    fact: SaleRefunded,
    original: Original,
    header: ReceiptHeader,
    member: Member | None,
    moved: PointsMoved | None,
    words: RefundWords,
) -> Paper:
    """Return the slip of a refund: one paper for the till, with a line to sign on.

    Args:
        fact: as it was committed. ``original``: what it refers to.
        header: store, till, staff and time.
        member: whose sale it was, printed masked; None for nobody known here. ``moved``: their points, None likewise.
        words: labels in the language to print.
    """
    title = words.exchange if original.new_receipt_no else words.void if fact.is_void else words.refund
    blocks: list[Block] = [*_head(fact, title, original, header, words), Rule()]
    sold = {line.line_no: line for line in original.sale.lines}
    for line in fact.lines:
        blocks += [
            Text(sold[line.line_no].name),
            Pair(f"  × {line.quantity}", paper_amount(-line.paid_minor)),
        ]
        if (on_gift := on_gifts(sold[line.line_no], line)) > 0:
            blocks.append(Text("  " + words.on_gift_f.format(amount=paper_amount(on_gift))))
    blocks += [Rule(), *_money(fact, words), Rule()]
    if taxes := tax_totals((line.tax_bp, line.paid_minor + line.points_minor, line.tax_minor) for line in fact.lines):
        blocks += [Text(words.taxes), *tax_rows(taxes, words.tax_f, sign=-1), Rule()]
    if member is not None or moved is not None:
        blocks += [*_points(fact, member, moved, words), Rule()]
    blocks.append(Pair(words.reason, words.reasons.get(fact.reason, fact.reason)))
    if fact.is_whole and _has_coupon(original.sale):
        blocks.append(Text(words.coupons))
    blocks += [Blank(2), Pair(words.customer, "________________"), Blank(), Pair(words.signature, "________________")]
    blocks += [Blank(), QrCode(receipt_code(original.sale.receipt_no), words.original_hint)]
    return Paper("refund", f"{title} {fact.refund_no}", tuple(blocks))


def _has_coupon(sale: Sale) -> bool:
    """Say whether a coupon took something off that comes back with the goods."""
    steps = (step for line in sale.lines for step in line.steps)
    return not (sale.keeps_coupon or sale.at_risk) and any(Discount.of(step.rule) is Discount.COUPON for step in steps)


def _head(
    fact: SaleRefunded, title: str, original: Original, header: ReceiptHeader, words: RefundWords
) -> Iterator[Block]:
    yield from shop_lines(header)
    yield Text(title, "center", bold=True, size=2)
    yield Blank()
    yield Pair(words.number, fact.refund_no)
    yield Pair(words.date, f"{header.sold_at:%Y-%m-%d %H:%M}")
    yield Pair(words.till, header.till_name)
    yield Pair(words.staff, header.staff_name)
    yield Pair(words.original, original.sale.receipt_no)
    yield Pair(words.sold_on, f"{original.sold_on}")
    if original.new_receipt_no:
        yield Pair(words.new_sale, original.new_receipt_no)


def _money(fact: SaleRefunded, words: RefundWords) -> Iterator[Block]:
    yield Pair(words.worth, paper_amount(fact.refund_minor))
    if fact.deducted_points:
        label = words.deducted_f.format(points=f"{fact.deducted_points:,}")
        yield Pair(label, paper_amount(-fact.deducted_minor))
    if fact.rounding_minor:
        yield Pair(words.rounding, paper_amount(fact.rounding_minor))
    for tender in fact.tenders:
        name = words.tenders.get(tender.kind, tender.kind)
        label = words.to_original_f.format(tender=name) if tender.kind in ELECTRONIC else name
        yield Pair(label, paper_amount(tender.amount_minor))
        if tender.reference and tender.kind is not TenderKind.CASH:
            yield Text("  " + tender.reference)
    given = sum(tender.amount_minor for tender in fact.tenders if tender.kind is not TenderKind.EXCHANGE)
    yield Pair(words.given, "￥" + paper_amount(given), bold=True)


def _points(
    fact: SaleRefunded, member: Member | None, moved: PointsMoved | None, words: RefundWords
) -> Iterator[Block]:
    if member is not None:
        yield Pair(words.member, f"{masked_name(member.name)} {masked_phone(member.phone)}".strip())
    if moved is None:
        return
    back, taken = sum(line.points for line in fact.lines), sum(line.earned_points for line in fact.lines)
    yield Pair(words.points_before, f"{moved.before:,}")
    if back:
        yield Pair(words.points_returned, f"+{back:,}")
    yield Pair(words.points_taken, f"-{taken:,}")
    yield Pair(words.points_after, f"{moved.after:,}", bold=True)
    if moved.owed:
        yield Pair(words.points_owed, f"{moved.owed:,}")
    yield from card_rows(moved.cards, words.cards)
