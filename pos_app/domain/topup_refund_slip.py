"""The slip of a refunded top-up as paper (储值退款单): what came back, how the money went, and what is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pos_app.domain.events import TopUpRefunded
from pos_app.domain.masking import masked_name, masked_phone
from pos_app.domain.members import Member
from pos_app.domain.money_back import ELECTRONIC
from pos_app.domain.paper import Blank, Block, Pair, Paper, Rule, Text
from pos_app.domain.receipts import ReceiptHeader, paper_amount, shop_lines
from pos_app.domain.stored_value import ValueParts
from pos_app.domain.tenders import TenderKind
from pos_app.domain.words import TopUpRefundWords


@dataclass(frozen=True, slots=True)
class ValueBack:
    """What stands on the slip besides the fact: the top-up's number and business date, and the stored value.

    ``forfeited_minor`` is the gift that went with the principal; ``after`` what the member has now.
    """

    topup_no: str
    sold_on: date
    forfeited_minor: int
    after: ValueParts


def topup_refund_slip(
    fact: TopUpRefunded, back: ValueBack, header: ReceiptHeader, member: Member, words: TopUpRefundWords
) -> Paper:
    """Return the slip: one paper for the till, with lines to sign on; the member is printed masked."""
    title = words.undo if fact.is_undo else words.refund
    blocks: list[Block] = [
        *shop_lines(header),
        Text(title, "center", bold=True, size=2),
        Blank(),
        Pair(words.number, fact.refund_no),
        Pair(words.date, f"{header.sold_at:%Y-%m-%d %H:%M}"),
        Pair(words.till, header.till_name),
        Pair(words.staff, header.staff_name),
        Pair(words.member, f"{masked_name(member.name)} {masked_phone(member.phone)}".strip()),
        Pair(words.original, back.topup_no),
        Pair(words.sold_on, f"{back.sold_on}"),
        Rule(),
        *_amounts(fact, back, words),
        Rule(),
        Pair(words.after, "￥" + paper_amount(back.after.total), bold=True),
        Pair(words.after_bought, paper_amount(back.after.value)),
        Pair(words.after_given, paper_amount(back.after.gift)),
        Rule(),
        Pair(words.reason, words.reasons.get(fact.reason, fact.reason)),
        Blank(2),
        Pair(words.customer, "________________"),
        Blank(),
        Pair(words.signature, "________________"),
    ]
    return Paper("topup_refund", f"{title} {fact.refund_no}", tuple(blocks))


def _amounts(fact: TopUpRefunded, back: ValueBack, words: TopUpRefundWords) -> Iterator[Block]:
    yield Pair(words.principal, paper_amount(fact.principal_minor))
    if fact.deducted_minor:
        yield Pair(words.deducted, paper_amount(-fact.deducted_minor))
    for tender in fact.tenders:
        name = words.tenders[tender.kind]
        label = words.to_original_f.format(tender=name) if tender.kind in ELECTRONIC else name
        yield Pair(label, paper_amount(tender.amount_minor))
        if tender.reference and tender.kind is not TenderKind.CASH:
            yield Text("  " + tender.reference)
    yield Pair(words.given, "￥" + paper_amount(sum(tender.amount_minor for tender in fact.tenders)), bold=True)
    if back.forfeited_minor:
        yield Pair(words.gift, paper_amount(-back.forfeited_minor))
    for part in fact.cancelled:
        yield Pair(words.cancelled_f.format(due_on=part.due_on), paper_amount(-part.amount_minor))
