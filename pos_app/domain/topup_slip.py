"""The top-up slip as paper (充值单): what was paid, what was given with it and when, and what there is now."""

from collections.abc import Iterator

from pos_app.domain.events import ToppedUp
from pos_app.domain.ledger import Asset
from pos_app.domain.masking import masked_name, masked_phone
from pos_app.domain.members import Member
from pos_app.domain.paper import Blank, Block, Pair, Paper, Rule, Text
from pos_app.domain.receipts import ReceiptHeader, paper_amount, shop_lines
from pos_app.domain.stored_value import ValueParts
from pos_app.domain.words import TopUpWords


def topup_slip(fact: ToppedUp, header: ReceiptHeader, member: Member, after: ValueParts, words: TopUpWords) -> Paper:
    """Return the slip of a top-up.

    Args:
        fact: as it was committed.
        header: store, till, staff and time.
        member: whose it is, printed masked. ``after``: what they have now.
        words: labels in the language to print.
    """
    blocks: list[Block] = [
        *shop_lines(header),
        Text(words.title, "center", bold=True, size=2),
        Blank(),
        Pair(words.number, fact.topup_no),
        Pair(words.date, f"{header.sold_at:%Y-%m-%d %H:%M}"),
        Pair(words.till, header.till_name),
        Pair(words.staff, header.staff_name),
        Pair(words.member, f"{masked_name(member.name)} {masked_phone(member.phone)}".strip()),
        Rule(),
        *_amounts(fact, words),
        Rule(),
        *(
            Pair(words.tenders[tender.kind], paper_amount(tender.given_minor or tender.amount_minor))
            for tender in fact.tenders
        ),
    ]
    change = sum(tender.change_minor for tender in fact.tenders)
    if change:
        blocks.append(Pair(words.change, paper_amount(change)))
    blocks += [
        Rule(),
        Pair(words.after, "￥" + paper_amount(after.total), bold=True),
        Pair(words.after_bought, paper_amount(after.value)),
        Pair(words.after_given, paper_amount(after.gift)),
        Blank(),
        Text(words.note),
        Blank(2),
        Pair(words.customer, "________________"),
    ]
    return Paper("topup", f"{words.title} {fact.topup_no}", tuple(blocks))


def _amounts(fact: ToppedUp, words: TopUpWords) -> Iterator[Block]:
    yield Pair(words.paid, "￥" + paper_amount(fact.paid_minor), bold=True)
    for grant in fact.granted:
        if grant.asset is Asset.GIFT:
            yield Pair(words.gift, paper_amount(grant.amount))
            yield Pair(words.gift_until, f"{grant.expires_on}")
    for part in fact.later:
        yield Pair(words.later_f.format(due_on=part.due_on), paper_amount(part.amount_minor))
